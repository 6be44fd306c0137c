/** The clients that are told whenever something goes to zero or comes back from it. */

import type { ServerWritableStream } from '@grpc/grpc-js';
import { ScalerError, type Subject, status, wantedOf } from './scaled-object.ts';

const mostStreams = 256;
/** What a client that does not read may leave standing. */
const mostUnread = 16;

export interface IsActive {
  readonly result: boolean;
}

type Stream<Q> = ServerWritableStream<Q, IsActive>;

export class ActiveStreams<Q> {
  readonly #streams = new Map<Stream<Q>, { readonly subject: Subject; last: boolean }>();

  get size(): number {
    return this.#streams.size;
  }

  /** Owns the stream from here on, unless it throws. @throws ScalerError */
  open(stream: Stream<Q>, subject: Subject): void {
    if (this.#streams.size >= mostStreams) throw new ScalerError(status.resourceExhausted, `There are ${mostStreams} streams already`);
    const last = wantedOf(subject) > 0;
    this.#streams.set(stream, { subject, last });
    stream.on('cancelled', () => this.#streams.delete(stream));
    stream.on('close', () => this.#streams.delete(stream));
    stream.on('error', () => this.#streams.delete(stream));
    stream.write({ result: last });
  }

  /** Tells those for whom it has changed. What is not known any more ends a stream: its client asks anew. */
  tell(): void {
    for (const [stream, one] of this.#streams) {
      try {
        const now = wantedOf(one.subject) > 0;
        if (now === one.last) continue;
        if (stream.writableLength >= mostUnread) throw new ScalerError(status.resourceExhausted, 'The stream is not read');
        one.last = now;
        stream.write({ result: now });
      } catch (error) {
        this.#end(stream, error);
      }
    }
  }

  close(): void {
    for (const stream of this.#streams.keys()) this.#end(stream, new ScalerError(status.unavailable, 'The host is stopping'));
  }

  #end(stream: Stream<Q>, error: unknown): void {
    this.#streams.delete(stream);
    stream.emit('error', error);
  }
}
