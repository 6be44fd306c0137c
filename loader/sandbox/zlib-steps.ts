/**
 * One bounded step of compressing or decompressing at a time. Node's public interfaces work through a whole input at
 * once or on other threads; a sandbox needs neither, so this file, and no other, uses what stands behind them.
 * `codecs.test.ts` fails where a new version of Node changes it.
 */

import zlib from 'node:zlib';

export type CodecKind = keyof typeof kinds;

/** What one step gives at most, and takes at most. */
export const stepBytes = 65_536;

/** The part of Node's zlib objects that is used. */
interface Internals {
  readonly _handle: {
    onerror: (message: string, errno: number, code: string) => void;
    writeSync(
      flush: number,
      input: Uint8Array,
      inputAt: number,
      inputBytes: number,
      output: Uint8Array,
      outputAt: number,
      outputBytes: number,
    ): void;
  };
  /** What is left: of the output's room, and of the input. */
  readonly _writeState: Uint32Array;
  destroy(): void;
}

const { Z_NO_FLUSH, Z_FINISH, BROTLI_OPERATION_PROCESS, BROTLI_OPERATION_FINISH, BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } =
  zlib.constants;
const deflateFlags = { process: Z_NO_FLUSH, finish: Z_FINISH };
const brotliFlags = { process: BROTLI_OPERATION_PROCESS, finish: BROTLI_OPERATION_FINISH };

/** `bytes`: what it holds outside of any guest's memory, about and at most. */
const kinds = {
  deflate: { open: () => zlib.createDeflate(), flags: deflateFlags, bytes: 300_000 },
  'deflate-raw': { open: () => zlib.createDeflateRaw(), flags: deflateFlags, bytes: 300_000 },
  gzip: { open: () => zlib.createGzip(), flags: deflateFlags, bytes: 300_000 },
  // The greatest quality takes a second for what the others do in milliseconds.
  brotli: {
    open: () => zlib.createBrotliCompress({ params: { [BROTLI_PARAM_QUALITY]: 4, [BROTLI_PARAM_LGWIN]: 18 } }),
    flags: brotliFlags,
    bytes: 4_000_000,
  },
  inflate: { open: () => zlib.createInflate(), flags: deflateFlags, bytes: 100_000 },
  'inflate-raw': { open: () => zlib.createInflateRaw(), flags: deflateFlags, bytes: 100_000 },
  unbrotli: { open: () => zlib.createBrotliDecompress(), flags: brotliFlags, bytes: 17_000_000 },
} as const;

export const bytesOfKind = (kind: CodecKind): number => kinds[kind].bytes;

const output = Buffer.alloc(stepBytes);
const nothing = new Uint8Array(0);

/** What a step came to; `left` is how much of the input is still to be taken. */
export type Step = { readonly output: Uint8Array; readonly left: number } | 'malformed';

export class ZlibSteps {
  readonly #stream: Internals;
  readonly #flags: { readonly process: number; readonly finish: number };
  #failed = false;

  constructor(kind: CodecKind) {
    this.#stream = kinds[kind].open() as unknown as Internals;
    this.#flags = kinds[kind].flags;
    this.#stream._handle.onerror = () => {
      this.#failed = true;
    };
  }

  /**
   * @param atEnd that no input is to come
   * @returns output in a view that is good until the next step, of whichever object. Where it is less than
   * `stepBytes` and input is left, the compressed data ended before.
   */
  step(input: Uint8Array | undefined, atEnd: boolean): Step {
    if (this.#failed) return 'malformed';
    const { _handle: handle, _writeState: state } = this.#stream;
    const bytes = input ?? nothing;
    handle.writeSync(atEnd ? this.#flags.finish : this.#flags.process, bytes, 0, bytes.length, output, 0, stepBytes);
    if (this.#failed) return 'malformed';
    return { output: output.subarray(0, stepBytes - (state[0] as number)), left: state[1] as number };
  }

  close(): void {
    this.#stream.destroy();
  }
}
