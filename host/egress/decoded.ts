/** A response's body without its content-encoding. */

import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { EgressError } from '../../guards/egress-error.ts';

type Chunks = AsyncIterable<Buffer>;

/** More than one is rare, and each costs a buffer. */
const mostEncodings = 5;
// What ends early is told by HTTP's own framing; an empty body is no fault.
const zlib = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const brotli = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };
const zstd = { flush: constants.ZSTD_e_flush, finishFlush: constants.ZSTD_e_flush };

/**
 * @param contentEncoding the header's value
 * @returns `undefined` where there is nothing to decode, or an encoding is unknown: then the bytes are the plugin's to read
 * @throws EgressError
 */
export function decoded(body: Readable, contentEncoding: string): Chunks | undefined {
  const names = contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > mostEncodings) throw new EgressError('malformed', `the response has ${names.length} content encodings`);
  if (names.length === 0 || names.some((name) => !Object.hasOwn(decoders, name))) return undefined;
  // The last that was applied comes off first.
  return names.reduceRight<Chunks>((chunks, name) => decoders[name as keyof typeof decoders](chunks), body);
}

const decoders = {
  gzip: (chunks: Chunks) => through(chunks, createGunzip(zlib)),
  'x-gzip': (chunks: Chunks) => through(chunks, createGunzip(zlib)),
  br: (chunks: Chunks) => through(chunks, createBrotliDecompress(brotli)),
  zstd: (chunks: Chunks) => through(chunks, createZstdDecompress(zstd)),
  deflate: inflated,
} as const;

/** Only as much is decoded as is read. */
function through(chunks: Chunks, decoder: Transform): Chunks {
  return pipeline(chunks, decoder, () => {});
}

/** What calls itself deflate is zlib's form or the bare one: the first byte tells. */
async function* inflated(chunks: Chunks): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  async function* all(): AsyncGenerator<Buffer> {
    yield first.value as Buffer;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const zlibForm = ((first.value[0] as number) & 0x0f) === 8;
  yield* through(all(), zlibForm ? createInflate(zlib) : createInflateRaw(zlib));
}
