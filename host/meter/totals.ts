/** What each plugin used since it was first called, in totals and percentiles; the first sink of usage records. */

import { LogHistogram } from './log-histogram.ts';
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

/** Some 3 KB for each plugin that was called. A call allocates nothing, but where its duration is the first of its kind. */
export class Totals implements UsageSink {
  readonly #plugins = new Map<string, PluginTotals>();
  readonly #removed = new PluginTotals();
  readonly #exists: (plugin: string) => boolean;

  /**
   * @param exists asked at the first record of a plugin: the last calls of one that was removed end after `forget`, and
   * must not bring it back. They are counted under `removed`.
   */
  constructor(exists: (plugin: string) => boolean = () => true) {
    this.#exists = exists;
  }

  record(record: UsageRecord): void {
    const totals = this.#plugins.get(record.plugin) ?? this.#first(record.plugin);
    totals.add(record);
  }

  /** Zeros where the plugin was not called yet. */
  snapshot(plugin: string): UsageSnapshot {
    return (this.#plugins.get(plugin) ?? new PluginTotals()).snapshot(plugin);
  }

  /** Every plugin that was called, in order of ids. */
  all(): UsageSnapshot[] {
    const ids = [...this.#plugins.keys()].sort();
    return ids.map((id) => this.snapshot(id));
  }

  /** The sums of all plugins that are gone, so that nothing that was used disappears from the account. */
  removed(): Sums {
    return this.#removed.sums();
  }

  forget(plugin: string): void {
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

class PluginTotals {
  #calls = 0;
  readonly #outcomes = new Map<Outcome, number>();
  #coldStarts = 0;
  #waitUs = 0;
  #initUs = 0;
  #cpuUs = 0;
  #wallUs = 0;
  #steps = 0;
  #hostCalls = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #memoryPeakBytes = 0;
  readonly #wait = new LogHistogram();
  readonly #cpu = new LogHistogram();
  readonly #wall = new LogHistogram();

  add(record: UsageRecord): void {
    this.#calls += 1;
    this.#outcomes.set(record.outcome, (this.#outcomes.get(record.outcome) ?? 0) + 1);
    if (record.initUs > 0) this.#coldStarts += 1;
    this.#waitUs += record.waitUs;
    this.#initUs += record.initUs;
    this.#cpuUs += record.cpuUs;
    this.#wallUs += record.wallUs;
    this.#steps += record.steps;
    this.#hostCalls += record.hostCalls;
    this.#bytesIn += record.bytesIn;
    this.#bytesOut += record.bytesOut;
    if (record.memoryPeakBytes > this.#memoryPeakBytes) this.#memoryPeakBytes = record.memoryPeakBytes;
    this.#wait.record(record.waitUs);
    this.#cpu.record(record.cpuUs);
    this.#wall.record(record.wallUs);
  }

  /** Sums only; percentiles of what is gone are of no use to anyone. */
  merge(other: PluginTotals): void {
    this.#calls += other.#calls;
    for (const [outcome, calls] of other.#outcomes) this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + calls);
    this.#coldStarts += other.#coldStarts;
    this.#waitUs += other.#waitUs;
    this.#initUs += other.#initUs;
    this.#cpuUs += other.#cpuUs;
    this.#wallUs += other.#wallUs;
    this.#steps += other.#steps;
    this.#hostCalls += other.#hostCalls;
    this.#bytesIn += other.#bytesIn;
    this.#bytesOut += other.#bytesOut;
    this.#memoryPeakBytes = Math.max(this.#memoryPeakBytes, other.#memoryPeakBytes);
  }

  sums(): Sums {
    return {
      calls: this.#calls,
      outcomes: Object.fromEntries(this.#outcomes),
      coldStarts: this.#coldStarts,
      waitUs: Math.round(this.#waitUs),
      initUs: Math.round(this.#initUs),
      cpuUs: Math.round(this.#cpuUs),
      wallUs: Math.round(this.#wallUs),
      steps: this.#steps,
      hostCalls: this.#hostCalls,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      memoryPeakBytes: this.#memoryPeakBytes,
    };
  }

  snapshot(plugin: string): UsageSnapshot {
    return {
      plugin,
      ...this.sums(),
      percentiles: { waitUs: percentilesOf(this.#wait), cpuUs: percentilesOf(this.#cpu), wallUs: percentilesOf(this.#wall) },
    };
  }
}
