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

export class CurrentSecond implements NotedReader<Cells> {
  #usage: Usage = new Map();

  open(plugin: string): Cells {
    let cells = this.#usage.get(plugin);
    if (cells === undefined) {
      cells = new Cells(mostCells);
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
    const usage = this.#usage;
    this.#usage = new Map();
    return encoded(usage);
  }
}

function encoded(usage: Usage): Uint8Array | undefined {
  return usage.size === 0 ? undefined : shared(encodeBlock(usage));
}
