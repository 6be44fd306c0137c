/** The account of usage that outlives the host: cut twice a second, written by one thread, read by another. */

import type { Clock } from '../clock.ts';
import type { Past, PastQuestion } from '../hygiene/past.ts';
import type { Logger } from '../log.ts';
import type { Division, DivisionSink } from '../meter/division.ts';
import type { UsageRecord, UsageSink } from '../meter/usage.ts';
import { parts } from './counters.ts';
import type { CurrentSecond } from './current-second.ts';
import type { Batch, RowForm, RowsAnswer } from './messages.ts';
import type { PriceList } from './prices.ts';
import type { WidenedQuery } from './query.ts';
import { UsageReading } from './reading.ts';
import type { SeriesQuery } from './series-query.ts';
import { prepareUsageFile, replaceBroken } from './usage-file.ts';
import { UsageWriting } from './writing.ts';

/** Twice a second, so that a host that is killed has lost less than a second, the writing included. */
const cutMs = 500;

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
  readonly #writing: UsageWriting;
  readonly #reading: UsageReading;
  readonly #started: Promise<unknown>;
  /** That of what was used since the last cut. */
  #second: number;
  #timer: NodeJS.Timeout | undefined;
  #replacing: Promise<void> | undefined;
  #isClosing = false;

  /**
   * At once: its threads start while the host does. Whoever makes it must `close` it.
   * @throws ConfigError where a newer nbox wrote the file
   */
  constructor(given: StoredUsageParts) {
    const { directory, mostBytes, clock, log } = given;
    this.#parts = given;
    this.#second = this.now();
    const file = prepareUsageFile(directory, log);
    this.#writing = new UsageWriting({ file, mostBytes, clock, log, onBroken: (reason) => this.#replace(reason) });
    this.#reading = new UsageReading(file, log);
    this.#started = Promise.all([this.#writing.started, this.#reading.started]);
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

  /** @throws NboxError `usage_too_large`, `usage_busy`, `usage_unavailable` */
  async rows(query: WidenedQuery, { form, prices, mostRows }: RowsOptions): Promise<RowsAnswer> {
    await this.#started;
    return this.#reading.read({ ...query, form, prices, mostRows, now: this.now(), unwritten: this.#notStored(query) });
  }

  /** The course of usage. @returns JSON @throws NboxError `usage_too_large`, `usage_busy`, `usage_unavailable` */
  async series(query: Omit<SeriesQuery, 'now' | 'unwritten'>): Promise<Uint8Array> {
    await this.#started;
    return this.#reading.series({ ...query, now: this.now(), unwritten: this.#notStored(query.within) });
  }

  /** What the hours of the last weeks say. @throws NboxError `usage_busy`, `usage_unavailable` */
  async past(question: PastQuestion): Promise<Past> {
    await this.#started;
    return this.#reading.judge(question);
  }

  /**
   * Of the query's time, with the current second, which is no batch yet: its number is above all. An export asks for thousands of
   * pieces, of which hardly any has to do with it.
   */
  #notStored({ from, to }: WidenedQuery): Batch[] {
    const batches = this.#writing.within(from, to);
    if (this.#second < from || this.#second >= to) return batches;
    this.#parts.addUp();
    const block = this.#parts.second.peek();
    return block === undefined ? batches : [...batches, { number: Number.MAX_SAFE_INTEGER, second: this.#second, block }];
  }

  /** Writes what there is, and ends. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#started;
    await this.#replacing;
    this.#cut();
    await this.#writing.close();
    await this.#reading.end('the host is stopping');
  }

  #tick(): void {
    this.#cut();
    this.#writing.write();
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
      if (block !== undefined) this.#writing.add(this.#second, block);
    } catch (err) {
      log.error({ err }, 'usage could not be taken down: what was used since the last time is missing in the account');
    }
    this.#second = this.now();
  }

  /** Once in a host's life: a disk that breaks each file must not have them all, the first one included, overwritten one by one. */
  #replace(reason: string): void {
    if (this.#replacing !== undefined || this.#isClosing) return;
    const { directory, log } = this.#parts;
    this.#replacing = (async () => {
      // Neither may have it open.
      await Promise.all([this.#writing.end(), this.#reading.end('its file is broken')]);
      try {
        replaceBroken(directory, log, new Error(reason));
      } catch (err) {
        log.error({ err }, 'the broken usage file could not be set aside');
      }
      this.#writing.begin();
      this.#reading.begin();
    })();
  }
}
