/**
 * Parts the usage records of previews, and of tests and replays, from those of plugins: what these use is in no plugin's totals, and
 * not lost either.
 */

import { type Sums, Totals, type UsageSnapshot } from '../meter/totals.ts';
import type { UsageRecord, UsageSink } from '../meter/usage.ts';

export class PreviewUsage implements UsageSink {
  readonly #plugins: readonly UsageSink[];
  /** By the previews' ids. */
  readonly #previews: Totals;
  /** Of none are there totals of its own. */
  readonly #trials = new Totals(() => false);
  readonly #all: UsageSink | undefined;

  /**
   * @param plugins get the records of all other calls
   * @param exists whether there is such a preview
   * @param all gets those of all previews
   */
  constructor(plugins: readonly UsageSink[], exists: (id: string) => boolean, all?: UsageSink) {
    this.#plugins = plugins;
    this.#previews = new Totals(exists);
    this.#all = all;
  }

  record(record: UsageRecord): void {
    if (record.trial !== undefined) {
      this.#trials.record(record);
      return;
    }
    if (record.preview === undefined) {
      for (const sink of this.#plugins) sink.record(record);
      return;
    }
    this.#previews.record({ ...record, plugin: record.preview });
    this.#all?.record(record);
  }

  /** Zeros where it was not called yet. */
  snapshot(id: string): Omit<UsageSnapshot, 'plugin'> {
    const { plugin: _, ...usage } = this.#previews.snapshot(id);
    return usage;
  }

  /** Of all previews since the host started, those that are gone included. */
  sums(): Sums {
    return this.#previews.sums();
  }

  /** Of all tests and replays since the host started. */
  trials(): Sums {
    return this.#trials.sums();
  }

  forget(id: string): void {
    this.#previews.forget(id);
  }
}
