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

export class NotedRecords {
  readonly #numbers = new Float64Array(mostNoted * rowLength);
  readonly #plugins = new Array<string>(mostNoted).fill('');
  readonly #outcomes = new Array<Outcome>(mostNoted).fill('ok');
  /** Of each record, the one of the same plugin before it; -1 for none. */
  readonly #before = new Int32Array(mostNoted);
  #size = 0;

  /** @returns whether there is room for another */
  add(record: UsageRecord): boolean {
    const numbers = this.#numbers;
    const at = this.#size * rowLength;
    numbers[at] = record.waitUs;
    numbers[at + 1] = record.initUs;
    numbers[at + 2] = record.cpuUs;
    numbers[at + 3] = record.wallUs;
    numbers[at + 4] = record.steps;
    numbers[at + 5] = record.hostCalls;
    numbers[at + 6] = record.bytesIn;
    numbers[at + 7] = record.bytesOut;
    numbers[at + 8] = record.memoryPeakBytes;
    this.#plugins[this.#size] = record.plugin;
    this.#outcomes[this.#size] = record.outcome;
    this.#size += 1;
    return this.#size < mostNoted;
  }

  /**
   * Takes them out, those of one plugin after another.
   * @param add gets the row's place in `numbers`
   */
  take<T>(open: (plugin: string) => T, add: (one: T, numbers: Float64Array, at: number, outcome: Outcome) => void): void {
    const last = new Map<string, number>();
    for (let i = 0; i < this.#size; i += 1) {
      const plugin = this.#plugins[i] as string;
      this.#before[i] = last.get(plugin) ?? -1;
      last.set(plugin, i);
    }
    this.#size = 0;
    for (const [plugin, latest] of last) {
      const one = open(plugin);
      for (let i = latest; i >= 0; i = this.#before[i] as number) add(one, this.#numbers, i * rowLength, this.#outcomes[i] as Outcome);
    }
  }
}
