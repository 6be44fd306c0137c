/** The clients that are told whenever something goes to zero or comes back from it. */

import type { ServerWritableStream } from '@grpc/grpc-js';
import { ScalerError, status } from './scaled-object.ts';

const mostStreams = 256;
/** What a client that does not read may leave standing. */
const mostUnread = 16;

export interface IsActive {
  readonly result: boolean;
}

type Stream<Q> = ServerWritableStream<Q, IsActive>;

interface Open {
  /** @throws ScalerError where it is not known */
  readonly wanted: () => Promise<number>;
  last: boolean | undefined;
  /** It is asked once at a time. */
  isAsked: boolean;
}

export class ActiveStreams<Q> {
  readonly #streams = new Map<Stream<Q>, Open>();

  get size(): number {
    return this.#streams.size;
  }

  /** Owns the stream from here on, unless it rejects. @throws ScalerError */
  async open(stream: Stream<Q>, wanted: Open['wanted']): Promise<void> {
    if (this.#streams.size >= mostStreams) throw new ScalerError(status.resourceExhausted, `There are ${mostStreams} streams already`);
    const one: Open = { wanted, last: undefined, isAsked: false };
    this.#streams.set(stream, one);
    stream.on('cancelled', () => this.#streams.delete(stream));
    stream.on('close', () => this.#streams.delete(stream));
    stream.on('error', () => this.#streams.delete(stream));
    await this.#look(stream, one);
  }

  /** Tells those for whom it has changed. What is not known any more ends a stream: its client asks anew. Never rejects. */
  async tell(): Promise<void> {
    await Promise.all([...this.#streams].map(([stream, one]) => this.#look(stream, one)));
  }

  close(): void {
    for (const stream of this.#streams.keys()) this.#end(stream, new ScalerError(status.unavailable, 'The host is stopping'));
  }

  async #look(stream: Stream<Q>, one: Open): Promise<void> {
    if (one.isAsked) return;
    one.isAsked = true;
    try {
      const now = (await one.wanted()) > 0;
      // Its client may have gone meanwhile.
      if (now === one.last || !this.#streams.has(stream)) return;
      if (stream.writableLength >= mostUnread) throw new ScalerError(status.resourceExhausted, 'The stream is not read');
      one.last = now;
      stream.write({ result: now });
    } catch (error) {
      this.#end(stream, error);
    } finally {
      one.isAsked = false;
    }
  }

  #end(stream: Stream<Q>, error: unknown): void {
    if (this.#streams.delete(stream)) stream.emit('error', error);
  }
}
