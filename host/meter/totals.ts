/** What each plugin used since it was first called, in totals and percentiles; the first sink of usage records. */

import { LogHistogram } from './log-histogram.ts';
import { type NotedReader, NotedRecords, notedNumbers } from './noted-records.ts';
import type { Outcome, UsageRecord, UsageSink } from './usage.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export interface Sums {
  readonly calls: number;
  /** Calls by how they ended; only what occurred. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Calls that waited for a sandbox to be made. */
  readonly coldStarts: number;
  readonly waitUs: number;
  readonly initUs: number;
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly steps: number;
  readonly hostCalls: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The highest of any sandbox. */
  readonly memoryPeakBytes: number;
}

/** A plugin's usage as of now. Percentiles are exact to 1%; 0 where there was no call. */
export interface UsageSnapshot extends Sums {
  readonly plugin: string;
  readonly percentiles: { readonly waitUs: Percentiles; readonly cpuUs: Percentiles; readonly wallUs: Percentiles };
}

/** A plugin's sums, and how many of its calls took how long at most. */
export interface UsageReading {
  readonly sums: Sums;
  /** Cumulative, as `LogHistogram.counts` gives them. */
  readonly wait: readonly number[];
  readonly wall: readonly number[];
}

/** Some 3 KB for each plugin that was called. */
export class Totals implements UsageSink {
  readonly #noted = new NotedRecords();
  readonly #plugins = new Map<string, PluginTotals>();
  readonly #removed = new PluginTotals();
  readonly #exists: (plugin: string) => boolean;
  readonly #readers: readonly NotedReader<unknown>[];

  /**
   * @param others are given what is added up here, too, so that each record is noted once
   * @param exists asked at the first records of a plugin: the last calls of one that was removed end after `forget`, and
   * must not bring it back. They are counted under `removed`.
   */
  constructor(exists: (plugin: string) => boolean = () => true, others: readonly NotedReader<unknown>[] = []) {
    this.#exists = exists;
    const own: NotedReader<PluginTotals> = {
      open: (plugin) => this.#plugins.get(plugin) ?? this.#first(plugin),
      add: (totals, noted, index) => totals.add(noted.numbers, noted.rowOf(index), noted.outcomes[index] as Outcome),
    };
    this.#readers = [own, ...others] as NotedReader<unknown>[];
  }

  record(record: UsageRecord): void {
    if (!this.#noted.add(record)) this.addUp();
  }

  /** Adds up what was noted: by itself when there is much, and before anyone looks. */
  addUp(): void {
    this.#noted.take(...this.#readers);
  }

  /** Zeros where the plugin was not called yet. */
  snapshot(plugin: string): UsageSnapshot {
    this.addUp();
    return (this.#plugins.get(plugin) ?? new PluginTotals()).snapshot(plugin);
  }

  /**
   * For those who read all plugins often: without percentiles, which cost ten times as much.
   * @param buckets from `bucketsOf`
   * @returns undefined where the plugin was not called yet
   */
  reading(plugin: string, buckets: { readonly wait: readonly number[]; readonly wall: readonly number[] }): UsageReading | undefined {
    this.addUp();
    return this.#plugins.get(plugin)?.reading(buckets);
  }

  /** Every plugin that was called, in order of ids. */
  all(): UsageSnapshot[] {
    this.addUp();
    const ids = [...this.#plugins.keys()].sort();
    return ids.map((id) => this.snapshot(id));
  }

  /** The sums of all plugins that are gone, so that nothing that was used disappears from the account. */
  removed(): Sums {
    this.addUp();
    return this.#removed.sums();
  }

  /** The sums of all, those that are gone included. */
  sums(): Sums {
    this.addUp();
    const all = new PluginTotals();
    for (const one of [this.#removed, ...this.#plugins.values()]) all.merge(one);
    return all.sums();
  }

  forget(plugin: string): void {
    this.addUp();
    const totals = this.#plugins.get(plugin);
    if (totals === undefined) return;
    this.#plugins.delete(plugin);
    this.#removed.merge(totals);
  }

  #first(plugin: string): PluginTotals {
    if (!this.#exists(plugin)) return this.#removed;
    const totals = new PluginTotals();
    this.#plugins.set(plugin, totals);
    return totals;
  }
}

function percentilesOf(histogram: LogHistogram): Percentiles {
  const at = (percent: number) => histogram.percentile(percent);
  return { p50: at(50), p90: at(90), p99: at(99) };
}

/** A plugin's row of numbers: the sums of its records', of which the last is the highest, and behind them these. */
const peakAt = notedNumbers.indexOf('memoryPeakBytes');
const callsAt = notedNumbers.length,
  okAt = callsAt + 1,
  coldStartsAt = okAt + 1;
const waitAt = notedNumbers.indexOf('waitUs'),
  initAt = notedNumbers.indexOf('initUs'),
  cpuAt = notedNumbers.indexOf('cpuUs'),
  wallAt = notedNumbers.indexOf('wallUs');

class PluginTotals {
  /** One row, since as fields of their own the numbers would lie apart, and each call would find each of them cold. */
  readonly #row = new Float64Array(coldStartsAt + 1);
  /** But for `ok`. */
  readonly #failures = new Map<Outcome, number>();
  readonly #wait = new LogHistogram();
  readonly #cpu = new LogHistogram();
  readonly #wall = new LogHistogram();

  /** @param at where the record's row begins */
  add(numbers: Float64Array, at: number, outcome: Outcome): void {
    const row = this.#row;
    for (let i = 0; i < peakAt; i += 1) row[i] = (row[i] as number) + (numbers[at + i] as number);
    row[peakAt] = Math.max(row[peakAt] as number, numbers[at + peakAt] as number);
    row[callsAt] = (row[callsAt] as number) + 1;
    if (outcome === 'ok') row[okAt] = (row[okAt] as number) + 1;
    else this.#failures.set(outcome, (this.#failures.get(outcome) ?? 0) + 1);
    if ((numbers[at + initAt] as number) > 0) row[coldStartsAt] = (row[coldStartsAt] as number) + 1;
    this.#wait.record(numbers[at + waitAt] as number);
    this.#cpu.record(numbers[at + cpuAt] as number);
    this.#wall.record(numbers[at + wallAt] as number);
  }

  /** Sums only; percentiles of what is gone are of no use to anyone. */
  merge(other: PluginTotals): void {
    for (const [outcome, calls] of other.#failures) this.#failures.set(outcome, (this.#failures.get(outcome) ?? 0) + calls);
    const [row, theirs] = [this.#row, other.#row];
    for (let i = 0; i < row.length; i += 1) {
      const [value, added] = [row[i] as number, theirs[i] as number];
      row[i] = i === peakAt ? Math.max(value, added) : value + added;
    }
  }

  sums(): Sums {
    const at = (index: number) => this.#row[index] as number;
    const of = (name: (typeof notedNumbers)[number]) => at(notedNumbers.indexOf(name));
    return {
      calls: at(callsAt),
      outcomes: { ...(at(okAt) === 0 ? {} : { ok: at(okAt) }), ...Object.fromEntries(this.#failures) },
      coldStarts: at(coldStartsAt),
      waitUs: Math.round(of('waitUs')),
      initUs: Math.round(of('initUs')),
      cpuUs: Math.round(of('cpuUs')),
      wallUs: Math.round(of('wallUs')),
      steps: of('steps'),
      hostCalls: of('hostCalls'),
      bytesIn: of('bytesIn'),
      bytesOut: of('bytesOut'),
      memoryPeakBytes: at(peakAt),
    };
  }

  reading(buckets: { readonly wait: readonly number[]; readonly wall: readonly number[] }): UsageReading {
    return { sums: this.sums(), wait: this.#wait.counts(buckets.wait), wall: this.#wall.counts(buckets.wall) };
  }

  snapshot(plugin: string): UsageSnapshot {
    return {
      plugin,
      ...this.sums(),
      percentiles: { waitUs: percentilesOf(this.#wait), cpuUs: percentilesOf(this.#cpu), wallUs: percentilesOf(this.#wall) },
    };
  }
}
