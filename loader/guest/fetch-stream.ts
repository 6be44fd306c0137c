/** The body of a response that is still coming: each read asks the host for what there is. */

import type { ByteStream } from './body.ts';
import { hostBodyStream } from './body-stream.ts';
import { hostOp } from './ops.ts';
import { Bytes, NativePromise, promiseReject, promiseThen } from './primordials.ts';
import { setSplice } from './splice.ts';

export class FetchStream {
  readonly stream: ByteStream;
  readonly #fetch: number;
  readonly #call: number;
  readonly #over: () => void;
  /** What came with the head. */
  #early: ArrayBuffer | undefined;
  /** Rejects the reading that waits. */
  #reject: ((reason: unknown) => void) | undefined;
  #failure: { readonly reason: unknown } | undefined;

  /**
   * @param over called when all of it has come, or it has failed on its way
   * @param canceled called when nobody wants the rest
   */
  constructor(fetch: number, call: number, early: ArrayBuffer | undefined, over: () => void, canceled: () => void) {
    this.#fetch = fetch;
    this.#call = call;
    this.#early = early;
    this.#over = over;
    this.stream = hostBodyStream(() => this.#pull(), canceled);
    setSplice(this.stream, { fetch, call, takeEarly: () => this.#takeEarly(), done: over });
  }

  /** Nothing more comes; who reads is told why. */
  fail(reason: unknown): void {
    this.#failure = { reason };
    const reject = this.#reject;
    this.#reject = undefined;
    reject?.(reason);
  }

  #takeEarly(): ArrayBuffer | undefined {
    const early = this.#early;
    this.#early = undefined;
    return early;
  }

  #pull(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return new NativePromise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure.reason);
        return;
      }
      const early = this.#takeEarly();
      if (early !== undefined) {
        resolve(new Bytes(early));
        return;
      }
      this.#reject = reject;
      promiseThen(
        hostOp('fetch.read', { fetch: this.#fetch }, undefined, this.#call),
        ({ bytes }) => {
          this.#reject = undefined;
          if (bytes === undefined) this.#over();
          resolve(bytes === undefined ? undefined : new Bytes(bytes));
        },
        (error) => {
          this.#reject = undefined;
          this.#over();
          reject(error);
        },
      );
    });
  }
}

/** In place of a body that is there, and is not to be read. */
export const failedStream = (reason: unknown): ByteStream =>
  hostBodyStream(
    () => promiseReject(reason),
    () => {},
  );
