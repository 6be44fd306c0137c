/** A request's body that is a stream, on its way to the host: read as fast as the server takes it. */

import type { ByteStream, Reader } from './body.ts';
import { readerOf } from './body-stream.ts';
import { hostOp } from './ops.ts';
import { promiseThen, sliceBuffer, typedArrayBuffer, typedArrayByteLength, typedArrayByteOffset, typedArrayTag } from './primordials.ts';

export class Upload {
  readonly #reader: Reader;
  #state: 'open' | 'over' = 'open';
  #fetch = 0;
  #call = 0;
  #failed: ((error: unknown) => void) | undefined;

  /** @throws TypeError where the stream is locked */
  constructor(stream: ByteStream) {
    this.#reader = readerOf(stream);
  }

  /** @param failed called where the body cannot be read: the fetch has failed with it */
  start(fetch: number, call: number, failed: (error: unknown) => void): void {
    this.#fetch = fetch;
    this.#call = call;
    this.#failed = failed;
    this.#next();
  }

  /** Nobody wants the rest. */
  cancel(reason: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    promiseThen(
      this.#reader.cancel(reason),
      () => {},
      () => {},
    );
  }

  #next(): void {
    promiseThen(
      this.#reader.read(),
      ({ done, value }) => this.#take(done, value),
      (error) => this.#fail(error),
    );
  }

  #take(done: boolean, value: unknown): void {
    if (this.#state === 'over') return;
    let bytes: ArrayBuffer | undefined;
    if (done) this.#state = 'over';
    else if (typedArrayTag(value) !== 'Uint8Array') {
      const error = new TypeError('fetch failed: a chunk of the request body is not a Uint8Array');
      this.cancel(error);
      this.#failed?.(error);
      return;
    } else {
      const start = typedArrayByteOffset(value);
      bytes = sliceBuffer(typedArrayBuffer(value) as ArrayBuffer, start, start + typedArrayByteLength(value)) as ArrayBuffer;
    }
    if (bytes !== undefined && bytes.byteLength === 0) {
      this.#next();
      return;
    }
    promiseThen(
      hostOp('fetch.write', { fetch: this.#fetch }, bytes, this.#call),
      ({ data }) => {
        if (done) return;
        if (data.taken) this.#next();
        else this.cancel(new TypeError('The request body is not wanted any more'));
      },
      (error) => this.cancel(error),
    );
  }

  #fail(error: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#failed?.(new TypeError('fetch failed: the stream of the request body failed', { cause: error }));
  }
}
