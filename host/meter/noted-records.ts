/**
 * Usage records that were made and not yet added up. A record's numbers are written behind the last one's, which costs
 * little; with thousands of plugins, each one's totals are where the processor has to wait for them, so it goes there for
 * many records at once.
 */

import type { Outcome, UsageRecord } from './usage.ts';

/** In this order in a record's row. */
export const notedNumbers = [
  'waitUs',
  'initUs',
  'cpuUs',
  'wallUs',
  'steps',
  'hostCalls',
  'bytesIn',
  'bytesOut',
  'memoryPeakBytes',
] as const;
const rowLength = notedNumbers.length;
/** 300 KB of numbers. */
const mostNoted = 4_096;

/** The records that are noted, column by column, for whoever adds them up. */
export interface Noted {
  readonly numbers: Float64Array;
  readonly releases: Float64Array;
  readonly interfaces: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** Milliseconds since the epoch. */
  readonly startedAt: Float64Array;
  readonly callers: readonly (string | undefined)[];
  /** Where in `numbers` a record's row begins. */
  rowOf(index: number): number;
}

/** Who adds them up. Is given those of one plugin after another, of each the latest first. */
export interface NotedReader<T> {
  open(plugin: string): T;
  add(one: T, noted: Noted, index: number): void;
}

export class NotedRecords implements Noted {
  readonly numbers = new Float64Array(mostNoted * rowLength);
  readonly releases = new Float64Array(mostNoted);
  readonly interfaces = new Array<string>(mostNoted).fill('');
  readonly outcomes = new Array<Outcome>(mostNoted).fill('ok');
  readonly startedAt = new Float64Array(mostNoted);
  readonly callers = new Array<string | undefined>(mostNoted).fill(undefined);
  readonly #plugins = new Array<string>(mostNoted).fill('');
  /** Of each record, the one of the same plugin before it; -1 for none. */
  readonly #before = new Int32Array(mostNoted);
  #size = 0;

  rowOf(index: number): number {
    return index * rowLength;
  }

  /** @returns whether there is room for another */
  add(record: UsageRecord): boolean {
    const { numbers } = this;
    const size = this.#size;
    const at = size * rowLength;
    numbers[at] = record.waitUs;
    numbers[at + 1] = record.initUs;
    numbers[at + 2] = record.cpuUs;
    numbers[at + 3] = record.wallUs;
    numbers[at + 4] = record.steps;
    numbers[at + 5] = record.hostCalls;
    numbers[at + 6] = record.bytesIn;
    numbers[at + 7] = record.bytesOut;
    numbers[at + 8] = record.memoryPeakBytes;
    this.releases[size] = record.release;
    this.interfaces[size] = record.interface;
    this.outcomes[size] = record.outcome;
    this.startedAt[size] = record.startedAt;
    this.callers[size] = record.caller;
    this.#plugins[size] = record.plugin;
    this.#size = size + 1;
    return this.#size < mostNoted;
  }

  /** Takes them out, those of one plugin after another, for each reader. */
  take(...readers: readonly NotedReader<unknown>[]): void {
    if (this.#size === 0) return;
    const last = new Map<string, number>();
    for (let i = 0; i < this.#size; i += 1) {
      const plugin = this.#plugins[i] as string;
      this.#before[i] = last.get(plugin) ?? -1;
      last.set(plugin, i);
    }
    this.#size = 0;
    for (const reader of readers) {
      for (const [plugin, latest] of last) {
        const one = reader.open(plugin);
        for (let i = latest; i >= 0; i = this.#before[i] as number) reader.add(one, this, i);
      }
    }
  }
}
