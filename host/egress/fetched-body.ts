/** The body of a response on its way to the guest: decoded, counted, and read chunk by chunk, so that a slow reader slows the server. */

import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EgressError } from '../../guards/egress-error.ts';
import { failureOf } from './failure.ts';

const later = Symbol('later');

export class FetchedBody {
  readonly #body: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #mostBytes: number;
  readonly #whenOver: () => void;
  /** A reading that was begun for `early` and has not been handed out. */
  #ahead: Promise<Buffer | undefined> | undefined;
  #bytes = 0;
  #state: 'open' | 'over' = 'open';

  /** @param whenOver called once, when it has been read, has failed or was cancelled; the body is this one's to destroy */
  constructor(body: Readable, chunks: AsyncIterable<Buffer>, mostBytes: number, whenOver: () => void) {
    this.#body = body;
    // Errors are told by reading; one that comes when nobody reads has nobody to be told to.
    body.on('error', () => {});
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#mostBytes = mostBytes;
    this.#whenOver = whenOver;
  }

  /** Whether it has been read, has failed or was cancelled. */
  get over(): boolean {
    return this.#state === 'over';
  }

  /**
   * The next chunk. One reading at a time.
   * @returns `undefined` at the end
   * @throws EgressError
   */
  read(): Promise<Buffer | undefined> {
    const next = this.#ahead ?? this.#next();
    this.#ahead = undefined;
    return next;
  }

  /**
   * What has come with the head already: of small responses all.
   * @returns `done`: that was the whole body
   */
  async early(mostBytes: number): Promise<{ readonly bytes: Buffer; readonly done: boolean }> {
    const turn = nextTurn(later);
    const chunks: Buffer[] = [];
    let size = 0;
    while (size < mostBytes) {
      this.#ahead ??= this.#next();
      // A failure is told to whoever reads on: the response itself is there.
      const chunk = await Promise.race([this.#ahead, turn]).catch(() => later);
      if (typeof chunk === 'symbol') break;
      this.#ahead = undefined;
      if (chunk === undefined) return { bytes: Buffer.concat(chunks), done: true };
      chunks.push(chunk);
      size += chunk.length;
    }
    return { bytes: Buffer.concat(chunks), done: false };
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const step = await this.#chunks.next();
      if (step.done === true) {
        this.#end();
        return undefined;
      }
      this.#bytes += step.value.length;
      if (this.#bytes > this.#mostBytes) {
        throw new EgressError('too_large', `the body of the response has more than ${this.#mostBytes} bytes`);
      }
      return step.value;
    } catch (error) {
      this.cancel();
      throw failureOf(error, 'the body of the response broke off');
    }
  }

  /** Nobody reads it any further: its connection is closed. */
  cancel(): void {
    this.#body.destroy();
    this.#end();
  }

  #end(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#whenOver();
  }
}
