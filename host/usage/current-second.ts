/** What was used since the last batch was cut, by plugin, release, interface and outcome. */

import { type Division, hostParts } from '../meter/division.ts';
import { type Noted, type NotedReader, notedNumbers } from '../meter/noted-records.ts';
import type { UsageRecord } from '../meter/usage.ts';
import { encodeBlock, type Usage } from './block.ts';
import { shared } from './bytes.ts';
import { Cells } from './cell.ts';
import { parts } from './counters.ts';

/** Of a plugin in one second; the rest is `other`. */
const mostCells = 128;

/**
 * What a plugin's cells are made of is used again in the next second where it was used in this one: made anew twice a second, for
 * thousands of plugins, they lived just long enough to be copied by each collection.
 */
export class CurrentSecond implements NotedReader<Cells> {
  #usage: Usage = new Map();
  /** Those and some that were used lately, with nothing in them. */
  #kept: Usage = new Map();

  open(plugin: string): Cells {
    let cells = this.#usage.get(plugin);
    if (cells === undefined) {
      cells = this.#kept.get(plugin);
      if (cells === undefined) {
        cells = new Cells(mostCells);
        this.#kept.set(plugin, cells);
      }
      this.#usage.set(plugin, cells);
    }
    return cells;
  }

  add(cells: Cells, noted: Noted, index: number): void {
    const cell = cells.cell(noted.releases[index] as number, noted.interfaces[index] as string, noted.outcomes[index] as string);
    cell.addRecord(noted.numbers, noted.rowOf(index));
  }

  /** One that is noted nowhere else. */
  record(name: string, record: UsageRecord): void {
    const numbers = Float64Array.from(notedNumbers, (one) => record[one]);
    this.open(name).cell(record.release, record.interface, record.outcome).addRecord(numbers, 0);
  }

  divided({ lengthMs, plugins, host, residual }: Division): void {
    const seconds = lengthMs / 1_000;
    const put = (name: string, cpuUs: number, pushesCpuUs: number, memoryBytes: number) =>
      this.open(name)
        .machine()
        .addShare(cpuUs, pushesCpuUs, (memoryBytes / 1_024) * seconds);
    for (const [plugin, { cpuUs, pushesCpuUs, memoryBytes }] of plugins) put(plugin, cpuUs, pushesCpuUs, memoryBytes);
    for (const part of hostParts) put(parts[part], host[part].cpuUs, 0, host[part].memoryBytes);
    put(parts.residual, residual.cpuUs, 0, residual.memoryBytes);
  }

  /** What there is, which stays. `undefined` where there is nothing. */
  peek(): Uint8Array | undefined {
    return encoded(this.#usage);
  }

  /** What there is, which is gone from here, whether it can be encoded or not: else nothing that follows it ever could be. */
  cut(): Uint8Array | undefined {
    const [usage, kept] = [this.#usage, this.#kept];
    this.#usage = new Map();
    this.#kept = new Map();
    const block = encoded(usage);
    for (const [plugin, cells] of kept) if (!cells.clear()) kept.delete(plugin);
    this.#kept = kept;
    return block;
  }
}

function encoded(usage: Usage): Uint8Array | undefined {
  return usage.size === 0 ? undefined : shared(encodeBlock(usage));
}
