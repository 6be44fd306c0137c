/** The body of a reply that is still being made: from the guest that writes it to the client that takes it, a window at a time. */

import type { NboxError } from '../../guards/errors.ts';
import { OpError } from './op-error.ts';

/** Where a stream goes: a client's connection. */
export interface ReplySink {
  /** @returns whether it has room for more; if not, it calls `drained` when it has */
  write(bytes: Buffer): boolean;
  end(): void;
  /** The reply is not whole and never will be. */
  cut(error: NboxError): void;
}

/** What a guest may have written and not seen acknowledged; its own window is smaller. */
const mostWaitingBytes = 262_144;

type State = 'open' | 'ended' | 'cut' | 'canceled';

export class ReplyStream {
  /** What the guest has written. */
  bytes = 0;
  /** Monotonic clock, in ms: when the last was written, or nothing more was to come. */
  endedAt = 0;
  readonly #onCancel: () => void;
  #state: State = 'open';
  #error: NboxError | undefined;
  #sink: ReplySink | undefined;
  #full = false;
  /** Written, and not given to the sink yet. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** For the writes that wait for the sink to have room. */
  #room: PromiseWithResolvers<void> | undefined;

  /** @param onCancel the guest is to hear that nobody takes it any more */
  constructor(onCancel: () => void) {
    this.#onCancel = onCancel;
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  /** Why it was cut. */
  get error(): NboxError | undefined {
    return this.#error;
  }

  /** Bytes that are held here. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** @returns once the client's connection has room for more; at once where it has */
  write(bytes: Buffer): Promise<void> | undefined {
    if (this.#state !== 'open') throw new OpError('Nobody takes the reply any more', 'AbortError');
    if (this.#waitingBytes + bytes.length > mostWaitingBytes) throw new OpError('More was written than may be on its way');
    this.bytes += bytes.length;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#flow();
    if (!this.#full && this.#sink !== undefined) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  end(): void {
    this.#finish('ended');
    this.#flow();
  }

  cut(error: NboxError): void {
    if (!this.#finish('cut')) return;
    this.#error = error;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#flow();
  }

  /** From here on it goes to the client. */
  pipe(sink: ReplySink): void {
    this.#sink = sink;
    this.#flow();
  }

  /** The sink has room again. */
  drained(): void {
    this.#full = false;
    this.#flow();
  }

  /** The client has gone, or wants no body. */
  cancel(): void {
    // What has ended may still wait here for a client that has gone.
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#finish('canceled')) this.#onCancel();
  }

  #finish(state: State): boolean {
    if (this.#state !== 'open') return false;
    this.#state = state;
    this.endedAt = performance.now();
    if (state !== 'ended') {
      this.#room?.promise.catch(() => {});
      this.#room?.reject(new OpError('Nobody takes the reply any more', 'AbortError'));
      this.#room = undefined;
    }
    return true;
  }

  #flow(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    while (!this.#full && this.#waiting.length > 0) {
      const bytes = this.#waiting.shift() as Buffer;
      this.#waitingBytes -= bytes.length;
      this.#full = !sink.write(bytes);
    }
    if (!this.#full) {
      this.#room?.resolve();
      this.#room = undefined;
    }
    if (this.#state === 'cut') sink.cut(this.#error as NboxError);
    else if (this.#state === 'ended' && this.#waiting.length === 0) sink.end();
    else return;
    this.#sink = undefined;
  }
}
