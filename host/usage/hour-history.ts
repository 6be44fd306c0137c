/**
 * What releases were called and cost, hour by hour, over the last weeks. Of an hour that is over no more comes in: it is read once, which
 * takes a millisecond, and is kept in a few bytes for each release, since of hundreds of hours all but one are the same an hour later.
 */

import type { DatabaseSync } from 'node:sqlite';
import { type HourlySums, hourMs } from '../hygiene/hourly-sums.ts';
import { firstCostHour, firstHour, judge, type Past, type PastQuestion } from '../hygiene/past.ts';
import { Prepared } from '../store/prepared.ts';
import { type CellSkim, eachSection, skimCell } from './block.ts';
import { isPart } from './counters.ts';
import { chunksPerPeriod, partsChunk, rowId } from './schema.ts';

const dayHours = 24;
/** What belongs to these may still come in: from a clock that is set back, or from a host that was started again. */
const unsettledHours = 2;
/** Some 50 MB; of more plugins than that takes, hours are read again. */
const mostKept = 1_000_000;

/** Of one hour: a name and a row of numbers for each plugin's release. */
interface Hour {
  readonly plugins: readonly string[];
  readonly numbers: Float64Array;
}

const rowLength = 4;
const [releaseAt, callsAt, ranAt, cpuAt] = [0, 1, 2, 3];

export class HourHistory {
  readonly #db: DatabaseSync;
  readonly #prepared: Prepared;
  readonly #hours = new Map<number, Hour>();
  /** So that a name that is in many hours is kept once. */
  #names = new Map<string, string>();
  #kept = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#prepared = new Prepared(db);
  }

  /** @throws what SQLite throws */
  judge(question: PastQuestion): Past {
    const judged = question.hour / hourMs;
    const [first, firstCost] = [firstHour(question.hour) / hourMs, firstCostHour(question.hour) / hourMs];
    const live = new Set(question.live.map(([plugin]) => plugin));
    const calls: HourlySums[] = [];
    const costs: HourlySums[] = [];
    const seen = new Set<string>();
    this.#db.exec('BEGIN');
    try {
      this.#forget(first, judged);
      for (let hour = first; hour <= judged; hour += 1) {
        const isSameHour = (judged - hour) % dayHours === 0;
        const { plugins, numbers } = this.#hour(hour, judged);
        const hasFirst = seen.size < live.size;
        if (!isSameHour && !hasFirst && hour < firstCost) continue;
        for (let i = 0; i < plugins.length; i += 1) {
          const plugin = plugins[i] as string;
          if (!live.has(plugin)) continue;
          const at = i * rowLength;
          const [release, ran, cpuUs] = [numbers[at + releaseAt] as number, numbers[at + ranAt] as number, numbers[at + cpuAt] as number];
          if (isSameHour || (hasFirst && !seen.has(plugin))) {
            calls.push({ plugin, release, hour: hour * hourMs, calls: numbers[at + callsAt] as number, cpuUs });
          }
          // What is below 0 is no release: more of them than are kept apart.
          if (hour >= firstCost && release > 0 && ran > 0) costs.push({ plugin, release, hour: hour * hourMs, calls: ran, cpuUs });
        }
        if (hasFirst) for (const plugin of plugins) if (live.has(plugin)) seen.add(plugin);
      }
      return judge({ calls, costs, known: this.#known(first, judged) }, question);
    } finally {
      this.#db.exec('ROLLBACK');
    }
  }

  /** Each in which something was stored: a host that is there always has something of its own. */
  #known(first: number, last: number): Set<number> {
    const rows = this.#prepared.get('SELECT id FROM hour_sums WHERE id BETWEEN ? AND ?').all(rowId(first, 0), rowId(last + 1, 0) - 1);
    return new Set((rows as { id: number }[]).map(({ id }) => Math.floor(id / chunksPerPeriod) * hourMs));
  }

  #hour(hour: number, last: number): Hour {
    const kept = this.#hours.get(hour);
    if (kept !== undefined) return kept;
    const read = this.#read(hour);
    if (hour <= last - unsettledHours && this.#kept + read.plugins.length <= mostKept) {
      this.#hours.set(hour, read);
      this.#kept += read.plugins.length;
    }
    return read;
  }

  #read(hour: number): Hour {
    const plugins: string[] = [];
    const numbers: number[] = [];
    const cell: CellSkim = { release: 0, calls: 0, cpuUs: 0 };
    const blocks = this.#prepared.get('SELECT block FROM hour_rows WHERE id BETWEEN ? AND ?');
    for (const row of blocks.iterate(rowId(hour, partsChunk + 1), rowId(hour + 1, 0) - 1)) {
      eachSection((row as { block: Uint8Array }).block, (name, reader, end) => {
        if (isPart(name)) return;
        const plugin = this.#name(name);
        const from = plugins.length;
        while (reader.at < end) {
          skimCell(reader, cell);
          if (cell.calls === 0) continue;
          const at = rowOf(plugins, numbers, from, plugin, cell.release);
          numbers[at + callsAt] = (numbers[at + callsAt] as number) + cell.calls;
          // Where none of them took any, they were refused: they would make the others look cheap.
          if (cell.cpuUs > 0) numbers[at + ranAt] = (numbers[at + ranAt] as number) + cell.calls;
          numbers[at + cpuAt] = (numbers[at + cpuAt] as number) + cell.cpuUs;
        }
      });
    }
    return { plugins, numbers: Float64Array.from(numbers) };
  }

  #name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }

  #forget(first: number, last: number): void {
    for (const [hour, { plugins }] of this.#hours) {
      if (hour >= first && hour <= last - unsettledHours) continue;
      this.#hours.delete(hour);
      this.#kept -= plugins.length;
    }
    // Those of plugins that are long gone go, and come back where they are read again.
    if (this.#names.size > this.#kept + dayHours) this.#names = new Map();
  }
}

/** Where a release's row begins, of those of a plugin that begin with the one at `from`; it is made where there is none. */
function rowOf(plugins: string[], numbers: number[], from: number, plugin: string, release: number): number {
  for (let i = from; i < plugins.length; i += 1) if (numbers[i * rowLength + releaseAt] === release) return i * rowLength;
  plugins.push(plugin);
  numbers.push(release, 0, 0, 0);
  return (plugins.length - 1) * rowLength;
}
