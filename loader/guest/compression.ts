/** CompressionStream and DecompressionStream: the bytes are the host's work, a step at a time, when someone reads them. */

import type { UnderlyingSink, UnderlyingSource } from 'web-streams-polyfill';
import { copyBytes, isBufferSource } from './buffer-source.ts';
import { host } from './host.ts';
import { Bytes, bufferByteLength, hasOwn, min, NativeError, NativePromise, sliceBuffer, uncurry } from './primordials.ts';
import { failureOf, ReadableStream, ReadableStreamDefaultController, WritableStream, WritableStreamDefaultController } from './streams.ts';
import { asInterface, requireArguments, toText } from './webidl.ts';

const formats = { brotli: 1, deflate: 1, 'deflate-raw': 1, gzip: 1 };
/** What the host takes at once. */
const feedBytes = 65_536;

// The plugin may patch the methods of those prototypes.
const enqueue = uncurry(ReadableStreamDefaultController.prototype.enqueue) as (
  controller: ReadableStreamDefaultController<Uint8Array>,
  chunk: Uint8Array,
) => void;
const closeReadable = uncurry(ReadableStreamDefaultController.prototype.close);
const errorReadable = uncurry(ReadableStreamDefaultController.prototype.error);
const errorWritable = uncurry(WritableStreamDefaultController.prototype.error);

interface Settle {
  readonly resolve: (value?: undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * What a TransformStream would be, but for one thing: of a chunk that becomes much, only as much is made as is read.
 * That a few bytes can stand for gigabytes then costs those who read the gigabytes.
 */
class Coder {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<unknown>;
  readonly #name: string;
  #codec: number;
  #readableController: ReadableStreamDefaultController<Uint8Array> | undefined;
  #writableController: WritableStreamDefaultController | undefined;
  /** The chunk in work, its bytes once someone reads, how many of them the host has, and who waits for all to be taken. */
  #chunk: unknown;
  #bytes: ArrayBuffer | undefined;
  #at = 0;
  #writing: Settle | undefined;
  /** Who waits for something to read. */
  #reading: Settle | undefined;

  constructor(name: string) {
    this.#name = name;
    this.#codec = host.openCodec(name);
    // What a plugin puts on Object.prototype is no member of these dictionaries.
    this.readable = new ReadableStream(
      {
        __proto__: null,
        start: (controller: ReadableStreamDefaultController<Uint8Array>) => {
          this.#readableController = controller;
        },
        pull: () =>
          new NativePromise<undefined>((resolve, reject) => {
            this.#reading = { resolve, reject };
            this.#work();
          }),
        cancel: (reason: unknown) => this.#stop(reason),
      } as UnderlyingSource<Uint8Array>,
      { __proto__: null, highWaterMark: 0 } as object,
    );
    this.writable = new WritableStream(
      {
        __proto__: null,
        start: (controller: WritableStreamDefaultController) => {
          this.#writableController = controller;
        },
        write: (chunk: unknown) =>
          new NativePromise<undefined>((resolve, reject) => {
            this.#chunk = chunk;
            this.#writing = { resolve, reject };
            this.#work();
          }),
        close: () => this.#finish(),
        abort: (reason: unknown) => this.#stop(reason),
      } as UnderlyingSink<unknown>,
      { __proto__: null, highWaterMark: 1 } as object,
    );
  }

  /** Makes the next output, where there is a reader for it and a chunk to make it of. */
  #work(): void {
    const reading = this.#reading;
    const writing = this.#writing;
    if (reading === undefined || writing === undefined) return;
    const failure = failureOf(this.writable);
    if (failure !== undefined) {
      this.#stop(failure.reason);
      return;
    }
    try {
      this.#bytes ??= bytesOfChunk(this.#chunk);
      const length = bufferByteLength(this.#bytes);
      for (;;) {
        const output = this.#step(false);
        if (output !== undefined) {
          this.#reading = undefined;
          enqueue(this.#readableController as ReadableStreamDefaultController<Uint8Array>, new Bytes(output));
          reading.resolve();
          return;
        }
        if (this.#at === length) break;
        const end = min(length, this.#at + feedBytes);
        host.feedCodec(this.#codec, sliceBuffer(this.#bytes, this.#at, end));
        this.#at = end;
      }
      this.#forgetChunk();
      writing.resolve();
    } catch (error) {
      this.#stop(error);
    }
  }

  /** The end of the output comes whether or not someone reads, as that of a TransformStream does; it is little. */
  #finish(): void {
    try {
      const controller = this.#readableController as ReadableStreamDefaultController<Uint8Array>;
      for (let output = this.#step(true); output !== undefined; output = this.#step(true)) enqueue(controller, new Bytes(output));
      host.closeCodec(this.#codec);
      closeReadable(controller);
      this.#reading?.resolve();
    } catch (error) {
      this.#stop(error);
      throw error;
    }
  }

  #step(atEnd: boolean): ArrayBuffer | undefined {
    if (this.#codec === 0) this.#codec = host.openCodec(this.#name);
    if (this.#codec === 0) throw new NativeError('Disallowed at the top level: ' + this.#name + ' needs a call that runs');
    const step = host.stepCodec(this.#codec, atEnd);
    if (typeof step !== 'number') return step;
    if (step === 0) return undefined;
    // A guard has tripped; only the engine itself can end this.
    if (step === 5) for (;;);
    if (step === 1) throw new TypeError('The compressed data is not valid');
    if (step === 2) throw new TypeError('The compressed data goes on after its end');
    throw new NativeError(step === 3 ? 'The call that this stream was made for is over' : 'Too many compression streams are at work');
  }

  /** Nothing more comes out or goes in. */
  #stop(reason: unknown): void {
    host.closeCodec(this.#codec);
    errorReadable(this.#readableController as ReadableStreamDefaultController<Uint8Array>, reason);
    errorWritable(this.#writableController as WritableStreamDefaultController, reason);
    this.#reading?.resolve();
    this.#writing?.reject(reason);
    this.#reading = undefined;
    this.#forgetChunk();
  }

  #forgetChunk(): void {
    this.#chunk = undefined;
    this.#bytes = undefined;
    this.#at = 0;
    this.#writing = undefined;
  }
}

/** A copy, so that nothing the plugin does to its own changes what is compressed halfway. */
function bytesOfChunk(chunk: unknown): ArrayBuffer {
  if (!isBufferSource(chunk)) throw new TypeError('A chunk must be an ArrayBuffer or a view of one');
  return copyBytes(chunk);
}

function formatOf(given: unknown, what: string): string {
  const format = toText(given);
  if (!hasOwn(formats, format)) throw new TypeError(what + ' does not know the format ' + format);
  return format;
}

export class CompressionStream {
  readonly #coder: Coder;

  constructor(format: string) {
    requireArguments(arguments.length, 1, 'CompressionStream');
    this.#coder = new Coder('compress ' + formatOf(format, 'CompressionStream'));
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#coder.readable;
  }

  get writable(): WritableStream<unknown> {
    return this.#coder.writable;
  }
}

export class DecompressionStream {
  readonly #coder: Coder;

  constructor(format: string) {
    requireArguments(arguments.length, 1, 'DecompressionStream');
    this.#coder = new Coder('decompress ' + formatOf(format, 'DecompressionStream'));
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#coder.readable;
  }

  get writable(): WritableStream<unknown> {
    return this.#coder.writable;
  }
}

asInterface(CompressionStream, 'CompressionStream', 1);
asInterface(DecompressionStream, 'DecompressionStream', 1);
