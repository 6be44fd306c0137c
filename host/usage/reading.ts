/** Questions about usage on their way to the thread that reads the file, and what becomes of them. */

import { NboxError } from '../../guards/errors.ts';
import type { Past, PastQuestion } from '../hygiene/past.ts';
import type { Logger } from '../log.ts';
import type { FromThread, RowsAnswer, RowsQuery, ToThread } from './messages.ts';
import type { SeriesQuery } from './series-query.ts';
import { UsageThread } from './usage-thread.ts';

/** Each may read for seconds. */
const mostQueries = 16;
const busyRetryS = 2;

type Answered = RowsAnswer | Uint8Array | Past;

export class UsageReading {
  readonly #log: Logger;
  readonly #reader: UsageThread;
  readonly #started = Promise.withResolvers<void>();
  readonly #waiting = new Map<number, PromiseWithResolvers<Answered>>();
  #nextId = 1;
  #judging: Promise<Past> | undefined;

  /** Whoever makes it must `end` it. */
  constructor(file: string, log: Logger) {
    this.#log = log;
    this.#reader = new UsageThread({
      start: { role: 'reader', file },
      onMessage: (message) => {
        this.#take(message);
        this.#started.resolve();
      },
      onLost: (reason) => {
        this.#refuseAll(reason);
        this.#started.resolve();
      },
    });
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** @throws NboxError `usage_too_large`, `usage_busy`, `usage_unavailable` */
  read(query: RowsQuery): Promise<RowsAnswer> {
    return this.#ask((id) => ({ kind: 'read', id, query }));
  }

  /** @returns JSON @throws as `read` */
  series(query: SeriesQuery): Promise<Uint8Array> {
    return this.#ask((id) => ({ kind: 'series', id, query }));
  }

  /** Whoever asks while another's question is answered has that answer: what is judged changes once an hour. @throws as `read` */
  judge(question: PastQuestion): Promise<Past> {
    this.#judging ??= this.#ask<Past>((id) => ({ kind: 'judge', id, question })).finally(() => {
      this.#judging = undefined;
    });
    return this.#judging;
  }

  begin(): void {
    this.#reader.begin();
  }

  /** @param reason why those that wait are not answered */
  async end(reason: string): Promise<void> {
    await this.#reader.end();
    this.#refuseAll(reason);
  }

  async #ask<Answer extends Answered>(message: (id: number) => ToThread): Promise<Answer> {
    if (this.#waiting.size >= mostQueries) {
      throw new NboxError('usage_busy', { detail: 'Too many queries are waiting', retryAfterS: busyRetryS });
    }
    if (!this.#reader.isReady) throw unavailable('the thread that reads it does not run');
    const id = this.#nextId++;
    const answer = Promise.withResolvers<Answered>();
    this.#waiting.set(id, answer);
    this.#reader.tell(message(id));
    return answer.promise as Promise<Answer>;
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        return;
      case 'read':
        this.#answered(message.id)?.resolve(message.answer);
        return;
      case 'series':
        this.#answered(message.id)?.resolve(message.text);
        return;
      case 'judged':
        this.#answered(message.id)?.resolve(message.past);
        return;
      case 'read failed':
        if (!message.isTooLarge) this.#log.warn({ reason: message.reason }, 'usage could not be read');
        this.#answered(message.id)?.reject(message.isTooLarge ? tooLarge(message.reason) : unavailable('it could not be read'));
        return;
      case 'written':
      case 'write failed':
      case 'joined':
        throw new Error(`the thread that reads has ${message.kind}`);
    }
  }

  #answered(id: number): PromiseWithResolvers<Answered> | undefined {
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    return answer;
  }

  #refuseAll(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(unavailable(reason));
    this.#waiting.clear();
  }
}

function tooLarge(reason: string): NboxError {
  const detail = `Of what was asked for ${reason}; ask for a shorter range, a longer step or fewer groups, or for format=ndjson or csv, which have more`;
  return new NboxError('usage_too_large', detail);
}

function unavailable(reason: string): NboxError {
  return new NboxError('usage_unavailable', { detail: `Stored usage cannot be read now: ${reason}`, retryAfterS: busyRetryS });
}
