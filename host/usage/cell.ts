/** What was used by calls of one plugin that have release, interface and outcome in common: counters and histograms. */

import { notedNumbers } from '../meter/noted-records.ts';
import { type Counter, counters, noRelease, otherInterface, otherRelease, peakAt } from './counters.ts';
import { Histogram } from './histogram.ts';

const at = (name: Counter): number => counters.indexOf(name);
const noted = (name: (typeof notedNumbers)[number]): number => notedNumbers.indexOf(name);
/** Where each of a noted record's numbers goes. */
const places = notedNumbers.map((name) => at(name));
const [callsAt, coldStartsAt, osCpuAt, pushesAt, memoryAt] = [
  at('calls'),
  at('coldStarts'),
  at('osCpuUs'),
  at('pushesCpuUs'),
  at('memoryKibSeconds'),
];
const [waitFrom, initFrom, cpuFrom, wallFrom] = [noted('waitUs'), noted('initUs'), noted('cpuUs'), noted('wallUs')];

/** So often in a row a spare one is kept: what the machine has used is told at every second cut. */
const mostIdle = 4;

const zeros: readonly number[] = counters.map(() => 0);

export class Cell {
  readonly release: number;
  readonly interface: string;
  /** Empty of what is no call's. */
  readonly outcome: string;
  /** A plain list: typed ones cost ten times as much to make, and these are made by the ten thousand. */
  readonly numbers: number[] = zeros.slice();
  readonly wait = new Histogram();
  readonly run = new Histogram();
  readonly cpu = new Histogram();
  /** Nothing was added since it was cleared: it is only kept to be used again. */
  isSpare = false;
  /** How often in a row it was cleared with nothing in it. */
  idle = 0;

  constructor(release: number, interfaceName: string, outcome: string) {
    this.release = release;
    this.interface = interfaceName;
    this.outcome = outcome;
  }

  /** @param from where a noted record's row begins in `rows` */
  addRecord(rows: Float64Array, from: number): void {
    const { numbers } = this;
    for (let i = 0; i < places.length; i += 1) {
      const value = rows[from + i] as number;
      // What is no number must not spoil what was counted before.
      if (!(value > 0)) continue;
      const place = places[i] as number;
      const old = numbers[place] as number;
      numbers[place] = place === peakAt ? Math.max(old, value) : old + value;
    }
    numbers[callsAt] = (numbers[callsAt] as number) + 1;
    if ((rows[from + initFrom] as number) > 0) numbers[coldStartsAt] = (numbers[coldStartsAt] as number) + 1;
    const waitUs = rows[from + waitFrom] as number;
    this.wait.record(waitUs);
    this.run.record((rows[from + wallFrom] as number) - waitUs);
    this.cpu.record(rows[from + cpuFrom] as number);
  }

  addShare(cpuUs: number, pushesCpuUs: number, memoryKibSeconds: number): void {
    const { numbers } = this;
    numbers[osCpuAt] = (numbers[osCpuAt] as number) + finite(cpuUs);
    numbers[pushesAt] = (numbers[pushesAt] as number) + finite(pushesCpuUs);
    numbers[memoryAt] = (numbers[memoryAt] as number) + finite(memoryKibSeconds);
  }

  clear(): void {
    this.numbers.fill(0);
    for (const histogram of [this.wait, this.run, this.cpu]) histogram.clear();
  }

  merge(other: Cell): void {
    const { numbers } = this;
    for (let i = 0; i < numbers.length; i += 1) {
      const [ours, theirs] = [numbers[i] as number, other.numbers[i] as number];
      numbers[i] = i === peakAt ? Math.max(ours, theirs) : ours + theirs;
    }
    this.wait.merge(other.wait);
    this.run.merge(other.run);
    this.cpu.merge(other.cpu);
  }
}

/** The cells of one plugin, of which so many are kept apart; what comes beyond them keeps nothing but its outcome. */
export class Cells {
  readonly list: Cell[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The one of these, which is made where it is not there. Most plugins have one or two. */
  cell(release: number, interfaceName: string, outcome: string): Cell {
    const cell = this.#find(release, interfaceName, outcome) ?? this.#open(release, interfaceName, outcome);
    cell.isSpare = false;
    return cell;
  }

  merge(other: Cell): void {
    this.cell(other.release, other.interface, other.outcome).merge(other);
  }

  /** Of what is no call's. */
  machine(): Cell {
    return this.cell(noRelease, '', '');
  }

  /** Empties them for what comes next. @returns whether any is left: those that nothing came to for a while are not */
  clear(): boolean {
    let kept = 0;
    for (const cell of this.list) {
      if (cell.isSpare) cell.idle += 1;
      else {
        cell.clear();
        cell.isSpare = true;
        cell.idle = 0;
      }
      if (cell.idle <= mostIdle) this.list[kept++] = cell;
    }
    this.list.length = kept;
    return kept > 0;
  }

  #find(release: number, interfaceName: string, outcome: string): Cell | undefined {
    for (const one of this.list) {
      if (one.release === release && one.outcome === outcome && one.interface === interfaceName) return one;
    }
    return undefined;
  }

  #open(release: number, interfaceName: string, outcome: string): Cell {
    if (this.list.length >= this.#most) this.#dropSpare();
    if (this.list.length >= this.#most && release >= 0) return this.cell(otherRelease, otherInterface, outcome);
    const cell = new Cell(release, interfaceName, outcome);
    this.list.push(cell);
    return cell;
  }

  /** What is only kept to be used again must not take another's place. */
  #dropSpare(): void {
    // A plugin that has more asks this for each of its calls.
    if (!this.list.some(({ isSpare }) => isSpare)) return;
    const used = this.list.filter((one) => !one.isSpare);
    this.list.splice(0, this.list.length, ...used);
  }
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
