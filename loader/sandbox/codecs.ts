/**
 * The compressors and decompressors that a guest has open, by the call that opened them. They live outside of its
 * memory, so none outlives its call, and how much they may hold together is limited. Every step is bounded.
 */

import { Gunzip } from './gunzip.ts';
import { bytesOfKind, type CodecKind, stepBytes, ZlibSteps } from './zlib-steps.ts';

/** How many may be open in one sandbox, and what those that have begun may hold together. */
const maxCodecs = 100;
const maxBytes = 40_000_000;

/** What the guest may ask for: a direction and a format of the platform's. */
const kindOf: Readonly<Record<string, CodecKind | 'gunzip'>> = {
  'compress deflate': 'deflate',
  'compress deflate-raw': 'deflate-raw',
  'compress gzip': 'gzip',
  'compress brotli': 'brotli',
  'decompress deflate': 'inflate',
  'decompress deflate-raw': 'inflate-raw',
  'decompress gzip': 'gunzip',
  'decompress brotli': 'unbrotli',
};

/**
 * Why a step gave no bytes: all input is taken; it is malformed; it goes on after its end; the codec was closed with its
 * call; others hold too much memory; or a guard has tripped. `loader/guest/compression.ts` knows these numbers.
 */
export const stepStatus = { done: 0, malformed: 1, trailing: 2, over: 3, tooMany: 4, stopped: 5 } as const;

interface Codec {
  readonly call: number;
  readonly kind: CodecKind | 'gunzip';
  readonly bytes: number;
  steps: ZlibSteps | Gunzip | undefined;
  input: Uint8Array | undefined;
}

export class Codecs {
  readonly #open = new Map<number, Codec>();
  #bytes = 0;
  #nextId = 1;

  get size(): number {
    return this.#open.size;
  }

  /** @returns its number, or why there can be none */
  open(call: number, name: string): number | string {
    const kind = Object.hasOwn(kindOf, name) ? kindOf[name] : undefined;
    if (kind === undefined) return `There is no ${name}`;
    if (this.#open.size >= maxCodecs) return 'Too many compression streams are open';
    const id = this.#nextId++;
    this.#open.set(id, { call, kind, bytes: bytesOfKind(kind === 'gunzip' ? 'inflate-raw' : kind), steps: undefined, input: undefined });
    return id;
  }

  /** Gives it its next input, at most `stepBytes`, when it has taken the one before. @returns whether it was taken */
  feed(id: number, input: Uint8Array): boolean {
    const codec = this.#open.get(id);
    if (codec === undefined || codec.input !== undefined || input.length > stepBytes) return false;
    if (input.length > 0) codec.input = input;
    return true;
  }

  /**
   * The next output, in a view that is good until the next step, or a `stepStatus`; after any but `done` it is closed.
   * @param atEnd that no input is to come
   */
  step(id: number, atEnd: boolean): Uint8Array | number {
    const codec = this.#open.get(id);
    if (codec === undefined) return stepStatus.over;
    if (!atEnd && codec.input === undefined) return stepStatus.done;
    if (codec.steps === undefined) {
      codec.steps = this.#bytes + codec.bytes > maxBytes ? undefined : begin(codec.kind);
      if (codec.steps === undefined) {
        this.close(id);
        return stepStatus.tooMany;
      }
      this.#bytes += codec.bytes;
    }
    const step = codec.steps.step(codec.input, atEnd);
    if (step === 'malformed') {
      this.close(id);
      return stepStatus.malformed;
    }
    const { input } = codec;
    codec.input = input === undefined || step.left === 0 ? undefined : input.subarray(input.length - step.left);
    if (step.output.length > 0) {
      // A full output may not have been all that there was: the same is asked again, with no input.
      if (step.output.length === stepBytes) codec.input ??= new Uint8Array(0);
      return step.output;
    }
    if (step.left === 0) return stepStatus.done;
    this.close(id);
    return stepStatus.trailing;
  }

  close(id: number): void {
    const codec = this.#open.get(id);
    if (codec === undefined) return;
    this.#open.delete(id);
    if (codec.steps === undefined) return;
    this.#bytes -= codec.bytes;
    codec.steps.close();
  }

  /** Closes those of one call. */
  forget(call: number): void {
    for (const [id, codec] of this.#open) if (codec.call === call) this.close(id);
  }

  clear(): void {
    for (const id of this.#open.keys()) this.close(id);
  }
}

/** @returns `undefined` where zlib has no memory for it */
function begin(kind: Codec['kind']): ZlibSteps | Gunzip | undefined {
  try {
    return kind === 'gunzip' ? new Gunzip() : new ZlibSteps(kind);
  } catch {
    return undefined;
  }
}
