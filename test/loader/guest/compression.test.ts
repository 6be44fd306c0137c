/** CompressionStream and DecompressionStream, measured against Node's. */

import { compareWithNode } from './differential.ts';

const formats = ['gzip', 'deflate', 'deflate-raw', 'brotli'];
const steps = (body: string): string => `(async () => { const seen = []; ${body}; return seen; })()`;
const all = `async (readable) => { const items = []; for await (const item of readable) for (const byte of item) items.push(byte); return items; }`;
/** The bytes that text becomes. */
const packed = (format: string, chunks: string): string =>
  `(${all})(ReadableStream.from([${chunks}].map((text) => new TextEncoder().encode(text))).pipeThrough(new CompressionStream('${format}')))`;
/** What comes of bytes, given in pieces of this length. */
const unpacked = (format: string, bytes: string, piece = 1_000): string => `(async () => {
  const bytes = ${bytes};
  const pieces = [];
  for (let at = 0; at < bytes.length; at += ${piece}) pieces.push(new Uint8Array(bytes.slice(at, at + ${piece})));
  return (${all})(ReadableStream.from(pieces).pipeThrough(new DecompressionStream('${format}'))).then((list) => new TextDecoder().decode(new Uint8Array(list)));
})()`;
const sample = `'nbox '.repeat(50), 'x'`;

/** A member with every part that a header may have, in front of "hello". */
const fullHeader = (flags: number, crc: readonly number[] = []): string => {
  const extra = flags & 4 ? [3, 0, 1, 2, 3] : [];
  const name = flags & 8 ? [...Buffer.from('name\0')] : [];
  const comment = flags & 16 ? [0] : [];
  const body = [203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0];
  return JSON.stringify([31, 139, 8, flags, 0, 0, 0, 0, 0, 3, ...extra, ...name, ...comment, ...crc, ...body]);
};

compareWithNode(
  'compression',
  [
    ...['CompressionStream', 'DecompressionStream'].flatMap((name) => [
      `[typeof ${name}, ${name}.name, ${name}.length, Object.keys(${name}.prototype).sort(), ${name}.prototype[Symbol.toStringTag]]`,
      `Object.keys(${name}.prototype).map((key) => { try { ${name}.prototype[key]; return 'reads'; } catch (error) { return error.name; } })`,
      ...['', `'zip'`, `'GZIP'`, `undefined`, `'toString'`].map((format) => `new ${name}(${format})`),
      `(({ readable, writable }) => [readable instanceof ReadableStream, writable instanceof WritableStream])(new ${name}('gzip'))`,
    ]),
    ...['gzip', 'deflate', 'deflate-raw'].flatMap((format) => [packed(format, sample), packed(format, ''), packed(format, `'', 'a', ''`)]),
    ...formats.flatMap((format) => [1, 7, 1_000].map((piece) => unpacked(format, `await ${packed(format, sample)}`, piece))),
    ...formats.flatMap((format) => [
      unpacked(format, `(await ${packed(format, sample)}).slice(0, -1)`),
      unpacked(format, `[...(await ${packed(format, sample)}), 0]`),
      unpacked(format, `[...(await ${packed(format, sample)}), 0]`, 1),
      unpacked(format, `[]`),
      unpacked(format, `[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]`),
      ...['undefined', 'null', '1', '{}', '[1]'].flatMap((chunk) =>
        ['CompressionStream', 'DecompressionStream'].map((name) =>
          steps(`const { readable, writable } = new ${name}('${format}'); const writer = writable.getWriter();
            seen.push(await Promise.all([writer.write(${chunk}), readable.getReader().read()].map((one) => one.catch((error) => error.name))))`),
        ),
      ),
    ]),
    // The checksum and the length at gzip's end, and the checksum of zlib's.
    unpacked('gzip', `(await ${packed('gzip', sample)}).map((byte, at, { length }) => at === length - 8 ? byte ^ 1 : byte)`),
    unpacked('gzip', `(await ${packed('gzip', sample)}).map((byte, at, { length }) => at === length - 1 ? byte ^ 1 : byte)`),
    unpacked('deflate', `(await ${packed('deflate', sample)}).map((byte, at, { length }) => at === length - 1 ? byte ^ 1 : byte)`),
    ...[0, 4, 8, 16, 28, 29].flatMap((flags) => [1, 3, 100].map((piece) => unpacked('gzip', fullHeader(flags), piece))),
    ...[0x20, 0x80].map((flags) => unpacked('gzip', fullHeader(flags))),
    unpacked('gzip', fullHeader(2, [0, 0])),
    ...[
      `new Uint16Array([1, 2]).buffer`,
      `new DataView(new ArrayBuffer(4), 1, 2)`,
      `new Float64Array([1.5])`,
      `new Uint8Array([1, 2, 3]).subarray(1)`,
    ].map((chunk) =>
      steps(`const { readable, writable } = new CompressionStream('deflate'); const writer = writable.getWriter();
        writer.write(${chunk}); writer.close(); seen.push(await (${all})(readable))`),
    ),
    steps(`const { readable, writable } = new CompressionStream('gzip'); const writer = writable.getWriter(); writer.closed.catch(() => {});
      await writer.abort('why'); seen.push(await readable.getReader().read().catch((reason) => reason))`),
    steps(`const { readable, writable } = new CompressionStream('gzip'); const writer = writable.getWriter();
      await writer.close(); seen.push((await (${all})(readable)).length)`),
    steps(`const big = new Uint8Array(300_000).map((_, at) => (at * at) >> 3);
      const result = await new Response(new Uint8Array(await (${all})(ReadableStream.from([big]).pipeThrough(new CompressionStream('deflate')).pipeThrough(new DecompressionStream('deflate'))))).bytes();
      seen.push(result.length, result.every((byte, at) => byte === big[at]))`),
  ],
  {
    // The standard: a stream that is canceled refuses what is written, and no chunk is a text. Node takes them.
    [steps(`const { readable, writable } = new CompressionStream('gzip'); const writer = writable.getWriter(); writer.closed.catch(() => {});
      await readable.cancel('why'); seen.push(await writer.write(new Uint8Array(1)).catch((reason) => reason), await writer.closed.catch((reason) => reason))`)]:
      ['why', 'why'],
    [steps(`const { readable, writable } = new CompressionStream('gzip'); const writer = writable.getWriter();
      const written = writer.write(new Uint8Array(1)).catch((reason) => reason); writer.closed.catch(() => {});
      await Promise.resolve(); await readable.cancel('why'); seen.push(await written)`)]: ['why'],
    [steps(`const { readable, writable } = new CompressionStream('gzip'); const writer = writable.getWriter();
      seen.push(await Promise.all([writer.write('a'), readable.getReader().read()].map((one) => one.catch((error) => error.name))))`)]: [
      ['TypeError', 'TypeError'],
    ],
    // The standard: nothing is compressed before someone reads, and none of it can be cloned.
    [steps(`const { readable, writable } = new CompressionStream('gzip'); const writer = writable.getWriter();
      seen.push(writer.desiredSize); let done = false; writer.write(new Uint8Array(1)).then(() => { done = true; });
      for (let i = 0; i < 20; i += 1) await null; seen.push(done, writer.desiredSize)`)]: [1, false, 0],
    [`structuredClone(new CompressionStream('gzip'))`]: 'throws DataCloneError',
    // The standard: a write that waits for a reader fails where it is aborted meanwhile.
    [steps(`const { readable, writable } = new CompressionStream('gzip'); const writer = writable.getWriter();
      await writer.ready; const written = writer.write(new Uint8Array(1)); const aborted = writer.abort('why'); const read = readable.getReader().read();
      seen.push(...await Promise.all([written, read, writer.closed].map((one) => one.catch((reason) => reason))), await aborted)`)]: [
      'why',
      'why',
      'why',
      '<undefined>',
    ],
    // The standard: nothing may come after a member, though more members may in files. Node takes them.
    [unpacked('gzip', `[...(await ${packed('gzip', `'a'`)}), ...(await ${packed('gzip', `'b'`)})]`)]: 'throws TypeError',
  },
);
