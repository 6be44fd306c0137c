/** Usage as series: of each plugin a row of numbers for each part of a time. Histograms, which are most of what is stored, are passed over. */

import { everything } from '../access/reach.ts';
import { eachSection, readCounters } from './block.ts';
import { counters, isPart, parts } from './counters.ts';
import { TooLargeError } from './grouped.ts';
import type { SeriesValue } from './series-query.ts';

const [callsAt, cpuAt, osCpuAt, memoryAt] = [
  counters.indexOf('calls'),
  counters.indexOf('cpuUs'),
  counters.indexOf('osCpuUs'),
  counters.indexOf('memoryKibSeconds'),
];

export interface SeriesParts {
  readonly from: number;
  /** Of each part of the time, in seconds. */
  readonly binSeconds: number;
  readonly bins: number;
  readonly values: readonly SeriesValue[];
  readonly mostNumbers: number;
  /** Whether it is one of those that are asked for: a plugin, or what is no plugin's. */
  readonly isWanted: (name: string) => boolean;
  /** Whether the total of all plugins is asked for, too, which seconds do not have: there it is added up. */
  readonly hasTotal: boolean;
}

export class Series {
  readonly #parts: SeriesParts;
  /** By name; of each value, all bins. `undefined`: it is not wanted. */
  readonly #rows = new Map<string, Float64Array | undefined>();
  readonly #cell = new Float64Array(counters.length);
  #numbers = 0;

  constructor(parts: SeriesParts) {
    this.#parts = parts;
  }

  /**
   * @param at the second that its period begins with
   * @param isSecond as `TakeBlock` has it
   * @throws TooLargeError, RangeError
   */
  add(block: Uint8Array, at: number, isSecond: boolean): void {
    const { from, binSeconds, bins, hasTotal } = this.#parts;
    const bin = Math.floor((at - from) / binSeconds);
    if (bin < 0 || bin >= bins) return;
    const total = hasTotal && isSecond ? this.#row(parts.total) : undefined;
    eachSection(block, (name, reader, end) => {
      const row = this.#row(name);
      const sum = total === undefined || isPart(name) ? undefined : total;
      if (row === undefined && sum === undefined) return;
      while (reader.at < end) {
        const outcome = readCounters(reader, this.#cell);
        if (row !== undefined) this.#take(row, bin, outcome);
        if (sum !== undefined) this.#take(sum, bin, outcome);
      }
    });
  }

  /** Of one name; `undefined` where there was nothing of it. */
  row(name: string): Float64Array | undefined {
    return this.#rows.get(name);
  }

  /** Plugins, in order of their ids. */
  plugins(): string[] {
    return [...this.#rows].flatMap(([name, row]) => (row === undefined || isPart(name) ? [] : [name])).sort();
  }

  #row(name: string): Float64Array | undefined {
    const found = this.#rows.get(name);
    if (found !== undefined || this.#rows.has(name)) return found;
    const { bins, values, mostNumbers, isWanted } = this.#parts;
    const row = isWanted(name) ? new Float64Array(bins * values.length) : undefined;
    if (row !== undefined) {
      this.#numbers += row.length;
      if (this.#numbers > mostNumbers) throw new TooLargeError(`there are more than ${mostNumbers} numbers`);
    }
    this.#rows.set(name, row);
    return row;
  }

  #take(row: Float64Array, bin: number, outcome: string): void {
    const { values, bins } = this.#parts;
    const cell = this.#cell;
    for (let i = 0; i < values.length; i += 1) {
      const at = i * bins + bin;
      row[at] = (row[at] as number) + valueOf(values[i] as SeriesValue, cell, outcome);
    }
  }
}

/** Of memory, KiB over seconds: whoever shows it divides it by the time. */
function valueOf(value: SeriesValue, cell: Float64Array, outcome: string): number {
  switch (value) {
    case 'calls':
      return cell[callsAt] as number;
    case 'failed':
      return outcome === 'ok' || outcome === '' ? 0 : (cell[callsAt] as number);
    case 'cpuUs':
      return cell[cpuAt] as number;
    case 'osCpuUs':
      return cell[osCpuAt] as number;
    case 'memoryBytes':
      return cell[memoryAt] as number;
  }
}

/** Whether a name is a plugin's, within a reach. */
export function isPluginWithin(reach: string): (name: string) => boolean {
  const prefix = `${reach}/`;
  return reach === everything ? (name) => !isPart(name) : (name) => name === reach || name.startsWith(prefix);
}
