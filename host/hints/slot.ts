/**
 * What the calls of one release came to since the last tick: numbers are added to one row, and nothing else is read or written. Times are
 * in ms since the last tick, which is the same for all.
 */

import type { Limits } from '../../guards/limits.ts';
import type { Bucket } from './window.ts';

const arrivals = 0;
const ended = 1;
const cpuUs = 2;
const cpuSquaresMs2 = 3;
const waitUs = 4;
/** For how long the calls that began and ended since the tick will not have been, or were, in flight of it. */
const beganMs = 5;
const endedMs = 6;
const inFlight = 7;

/** A bucket whose demand is not known yet. */
export type Counted = Omit<Bucket, 'demandUs'>;

type Writable<T> = { -readonly [key in keyof T]: T[key] };

export class Slot {
  readonly lane: string;
  /** `undefined` of a preview: what it takes is the lane's, and no plugin's. */
  readonly plugin: string | undefined;
  /** The CPU time that a call may take. */
  readonly mostUs: number;
  /** So many calls may run at once: it can use as many processors, and no more. */
  readonly mostAtOnce: number;
  /** What the last `take` found: one object for good, since there are thousands of these at each tick. */
  readonly counted: Counted = { lengthUs: 0, arrivals: 0, ended: 0, cpuUs: 0, cpuSquaresMs2: 0, waitUs: 0, inFlightUs: 0 };
  readonly #row = new Float64Array(inFlight + 1);
  /** When it was made, where that was after the last tick. */
  #madeMs: number;
  /** How many ticks in a row found nothing of it. */
  idleTicks = 0;

  constructor(lane: string, plugin: string | undefined, { cpuMs, concurrency }: Pick<Limits, 'cpuMs' | 'concurrency'>, madeMs: number) {
    this.lane = lane;
    this.plugin = plugin;
    this.mostUs = cpuMs * 1_000;
    this.mostAtOnce = concurrency;
    this.#madeMs = madeMs;
  }

  began(atMs: number): void {
    const row = this.#row;
    row[arrivals] = (row[arrivals] as number) + 1;
    row[beganMs] = (row[beganMs] as number) + atMs;
    row[inFlight] = (row[inFlight] as number) + 1;
  }

  /** A call that an executor had. */
  ended(atMs: number, cpu: number, wait: number): void {
    const row = this.#row;
    row[ended] = (row[ended] as number) + 1;
    row[cpuUs] = (row[cpuUs] as number) + cpu;
    row[cpuSquaresMs2] = (row[cpuSquaresMs2] as number) + (cpu / 1_000) ** 2;
    row[waitUs] = (row[waitUs] as number) + wait;
    this.left(atMs);
  }

  /** One that none had. */
  left(atMs: number): void {
    const row = this.#row;
    // One whose end is told late was counted to this tick.
    row[endedMs] = (row[endedMs] as number) + Math.max(0, atMs);
    row[inFlight] = (row[inFlight] as number) - 1;
  }

  /** One that began, and was turned away for a limit of its release's own: it is not asked for. */
  turnedAway(atMs: number): void {
    this.#row[arrivals] = (this.#row[arrivals] as number) - 1;
    this.left(atMs);
  }

  /** One that was turned away for want of executors: it is asked for all the same. */
  refused(): void {
    this.#row[arrivals] = (this.#row[arrivals] as number) + 1;
  }

  /** Writes into `counted` what there was since the last one of these. @param tickMs how long that is for those that were there then */
  take(tickMs: number): void {
    const row = this.#row;
    const at = (index: number) => row[index] as number;
    // Those that are in flight now were so for the whole tick, but for the time before they began; those that ended, until they did. How
    // many ended, and how many were turned away and so are among the arrivals only, cancels out.
    const inFlightMs = at(inFlight) * tickMs - at(beganMs) + at(endedMs);
    const counted: Writable<Counted> = this.counted;
    counted.lengthUs = Math.round((tickMs - this.#madeMs) * 1_000);
    // One that began in the tick before is turned away in this one, where the tick came between.
    counted.arrivals = Math.max(0, at(arrivals));
    counted.ended = at(ended);
    counted.cpuUs = Math.round(at(cpuUs));
    counted.cpuSquaresMs2 = Math.round(at(cpuSquaresMs2));
    counted.waitUs = Math.round(at(waitUs));
    counted.inFlightUs = Math.max(0, Math.round(inFlightMs * 1_000));
    this.idleTicks = counted.arrivals === 0 && counted.ended === 0 && at(inFlight) === 0 ? this.idleTicks + 1 : 0;
    row.fill(0, 0, inFlight);
    this.#madeMs = 0;
  }
}
