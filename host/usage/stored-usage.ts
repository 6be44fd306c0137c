/** The account of usage that outlives the host: cut twice a second, written by one thread, read by another. */

import { NboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Division, DivisionSink } from '../meter/division.ts';
import type { UsageRecord, UsageSink } from '../meter/usage.ts';
import { parts } from './counters.ts';
import type { CurrentSecond } from './current-second.ts';
import type { Batch, FromThread, RowForm, RowsAnswer, RowsQuery } from './messages.ts';
import type { PriceList } from './prices.ts';
import type { UsageQuery } from './query.ts';
import { Unwritten } from './unwritten.ts';
import { prepareUsageFile } from './usage-file.ts';
import { UsageThread } from './usage-thread.ts';

/** Twice a second, so that a host that is killed has lost less than a second, the writing included. */
const cutMs = 500;
const retryMs = 2_000;
/** Each may read for seconds. */
const mostQueries = 16;
const busyRetryS = 2;

export interface StoredUsageParts {
  readonly directory: string;
  readonly mostBytes: number;
  readonly second: CurrentSecond;
  /** Adds up what was noted and not yet added to `second`. */
  readonly addUp: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RowsOptions {
  readonly form: RowForm;
  readonly prices?: PriceList | undefined;
  readonly mostRows: number;
}

export class StoredUsage implements DivisionSink, UsageSink {
  readonly #parts: StoredUsageParts;
  readonly #unwritten = new Unwritten();
  readonly #writer: UsageThread;
  readonly #reader: UsageThread;
  readonly #queries = new Map<number, PromiseWithResolvers<RowsAnswer>>();
  readonly #started = Promise.withResolvers<void>();
  #nextQuery = 1;
  /** That of what was used since the last cut. */
  #second: number;
  #isWriting = false;
  #retryAt = 0;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;
  /** Told when nothing more is being written. */
  #settled: (() => void) | undefined;

  /**
   * At once: its threads start while the host does. Whoever makes it must `close` it.
   * @throws ConfigError where a newer nbox wrote the file
   */
  constructor(given: StoredUsageParts) {
    this.#parts = given;
    this.#second = this.now();
    const file = prepareUsageFile(given.directory, given.log);
    const toBeReady = new Set(['writer', 'reader']);
    const done = (role: string) => {
      toBeReady.delete(role);
      // Where one cannot be started, serving goes on without it.
      if (toBeReady.size === 0) this.#started.resolve();
    };
    this.#writer = new UsageThread({
      start: { role: 'writer', file, mostBytes: given.mostBytes },
      onMessage: (message) => {
        this.#fromWriter(message);
        done('writer');
      },
      onLost: (reason) => {
        this.#failed(reason);
        this.#wrote();
        done('writer');
      },
    });
    this.#reader = new UsageThread({
      start: { role: 'reader', file },
      onMessage: (message) => {
        this.#fromReader(message);
        done('reader');
      },
      onLost: (reason) => {
        for (const { reject } of this.#queries.values()) reject(unavailable(reason));
        this.#queries.clear();
        done('reader');
      },
    });
    this.#tick();
  }

  /** The current second since 1970. */
  now(): number {
    return Math.floor(this.#parts.clock.now() / 1_000);
  }

  /** Of a preview: it is in the account, and no plugin's. */
  record(record: UsageRecord): void {
    this.#parts.second.record(parts.previews, record);
  }

  divided(division: Division): void {
    this.#parts.second.divided(division);
  }

  /**
   * @param query its range widened to whole periods
   * @throws NboxError `usage_too_large`, `usage_busy`, `usage_unavailable`
   */
  async rows(query: UsageQuery, { form, prices, mostRows }: RowsOptions): Promise<RowsAnswer> {
    await this.#started.promise;
    if (this.#queries.size >= mostQueries) {
      throw new NboxError('usage_busy', { detail: 'Too many queries are waiting', retryAfterS: busyRetryS });
    }
    if (!this.#reader.isReady) throw unavailable('the thread that reads it does not run');
    const id = this.#nextQuery++;
    const answer = Promise.withResolvers<RowsAnswer>();
    this.#queries.set(id, answer);
    const asked: RowsQuery = { ...query, form, prices, mostRows, now: this.now(), unwritten: this.#notStored() };
    this.#reader.tell({ kind: 'read', id, query: asked });
    return answer.promise;
  }

  /** With the current second, which is no batch yet: its number is above all. */
  #notStored(): Batch[] {
    this.#parts.addUp();
    const block = this.#parts.second.peek();
    const batches = this.#unwritten.list();
    return block === undefined ? batches : [...batches, { number: Number.MAX_SAFE_INTEGER, second: this.#second, block }];
  }

  /** Writes what there is, and ends. What the disk does not take by then is lost, and said. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#started.promise;
    this.#cut();
    this.#retryAt = 0;
    // What is on its way may be followed by the rest.
    for (let i = 0; i < 2 && this.#unwritten.size > 0 && this.#writer.isReady; i += 1) {
      const settled = new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
      this.#write();
      await settled;
    }
    if (this.#unwritten.size > 0) this.#parts.log.error({ batches: this.#unwritten.size }, 'the last usage could not be written');
    await Promise.all([this.#writer.close(), this.#reader.close()]);
    for (const { reject } of this.#queries.values()) reject(unavailable('the host is stopping'));
    this.#queries.clear();
  }

  #tick(): void {
    this.#cut();
    this.#write();
    const { clock } = this.#parts;
    this.#timer = setTimeout(() => this.#tick(), cutMs - (clock.now() % cutMs));
    this.#timer.unref();
  }

  /** Never throws: it is called by nobody who could do anything about it, and the host is worth more than half a second's account. */
  #cut(): void {
    const { addUp, second, log } = this.#parts;
    try {
      addUp();
      const block = second.cut();
      if (block !== undefined) this.#unwritten.add(this.#second, block);
    } catch (err) {
      log.error({ err }, 'usage could not be taken down: what was used since the last time is missing in the account');
    }
    this.#second = this.now();
  }

  #write(): void {
    const isDue = this.#parts.clock.elapsed() >= this.#retryAt;
    if (this.#isWriting || !this.#writer.isReady || !isDue || this.#unwritten.size === 0) return;
    this.#isWriting = true;
    this.#writer.tell({ kind: 'write', batches: this.#unwritten.send() });
  }

  #fromWriter(message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        this.#unwritten.settle(message.lastBatch);
        return;
      case 'written':
        this.#unwritten.settle(message.lastBatch);
        if (this.#isFailing) this.#parts.log.info('usage is written again');
        this.#isFailing = false;
        this.#wrote();
        return;
      case 'write failed':
        this.#unwritten.settle(message.lastBatch);
        this.#failed(message.reason);
        this.#wrote();
        return;
      case 'read':
      case 'read failed':
        throw new Error(`the thread that writes has ${message.kind}`);
    }
  }

  /** Said once, until it goes again. */
  #failed(reason: string): void {
    this.#retryAt = this.#parts.clock.elapsed() + retryMs;
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#parts.log.warn({ reason }, 'usage cannot be written: it is kept in memory until it can, with its times less and less exact');
  }

  #wrote(): void {
    this.#isWriting = false;
    this.#settled?.();
  }

  #fromReader(message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        return;
      case 'read':
        this.#take(message.id)?.resolve(message.answer);
        return;
      case 'read failed':
        if (!message.isTooLarge) this.#parts.log.warn({ reason: message.reason }, 'usage could not be read');
        this.#take(message.id)?.reject(message.isTooLarge ? tooLarge(message.reason) : unavailable('it could not be read'));
        return;
      case 'written':
      case 'write failed':
        throw new Error(`the thread that reads has ${message.kind}`);
    }
  }

  #take(id: number): PromiseWithResolvers<RowsAnswer> | undefined {
    const query = this.#queries.get(id);
    this.#queries.delete(id);
    return query;
  }
}

function tooLarge(reason: string): NboxError {
  const detail = `Of what was asked for ${reason}; ask for a shorter range, a longer step or fewer groups, or for format=ndjson or csv, which have more`;
  return new NboxError('usage_too_large', detail);
}

function unavailable(reason: string): NboxError {
  return new NboxError('usage_unavailable', { detail: `Stored usage cannot be read now: ${reason}`, retryAfterS: busyRetryS });
}
