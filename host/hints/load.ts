/** The load of one plugin, lane or host over time, and what the scaler has made of it. */

import type { Known } from './reading.ts';
import type { WindowSeconds } from './rules.ts';
import { type Decision, decide, firstMemory, type Memory, type Rules } from './scaler.ts';
import type { Counted } from './slot.ts';
import { type Bucket, Window, type WindowLengths } from './window.ts';
import { reasonOf } from './words.ts';

/** The bucket of the tick that is not over. */
class OpenBucket implements Bucket {
  lengthUs = 0;
  arrivals = 0;
  ended = 0;
  demandUs = 0;
  cpuUs = 0;
  cpuSquaresMs2 = 0;
  waitUs = 0;
  inFlightUs = 0;

  add(counted: Counted): void {
    this.arrivals += counted.arrivals;
    this.ended += counted.ended;
    this.cpuUs += counted.cpuUs;
    this.cpuSquaresMs2 += counted.cpuSquaresMs2;
    this.waitUs += counted.waitUs;
    this.inFlightUs += counted.inFlightUs;
  }

  clear(): void {
    this.arrivals = 0;
    this.ended = 0;
    this.demandUs = 0;
    this.cpuUs = 0;
    this.cpuSquaresMs2 = 0;
    this.waitUs = 0;
    this.inFlightUs = 0;
  }
}

/** What ends a tick. */
export interface Closing {
  readonly lengthUs: number;
  /** CPU time that the calls which wait are expected to take. */
  readonly waitingUs: number;
  /** How many there are, where that can be counted. */
  readonly present: number | undefined;
  readonly rules: Rules;
  readonly nowMs: number;
}

export class Load {
  readonly #window: Window;
  #memory: Memory;
  #decision: Decision | undefined;
  #present: number | undefined;
  /** What calls take on average, of those that ended last. `undefined` before any has. */
  #callUs: number | undefined;
  readonly #open = new OpenBucket();

  constructor(lengths: WindowLengths, rules: Rules) {
    this.#window = new Window(lengths);
    this.#memory = firstMemory(rules);
  }

  /** Adds to the bucket of this tick. */
  add(counted: Counted): void {
    this.#open.add(counted);
  }

  /** Of this tick, so far. */
  get demandUs(): number {
    return this.#open.demandUs;
  }

  addDemand(us: number): void {
    this.#open.demandUs += us;
  }

  /** To be asked when all of this tick was added. */
  callUs(): number | undefined {
    const { ended, cpuUs } = this.#window.stable;
    const calls = ended + this.#open.ended;
    if (calls > 0) this.#callUs = Math.max(1, (cpuUs + this.#open.cpuUs) / calls);
    return this.#callUs;
  }

  /** CPU time that waits, by the waits of the calls that ended in this tick: where nobody counts those that wait. */
  waitedUs(lengthUs: number): number {
    return (this.#open.waitUs / lengthUs) * (this.#callUs ?? 0);
  }

  /** Ends the tick, and decides. */
  close({ lengthUs, waitingUs, present, rules, nowMs }: Closing): Decision {
    this.#open.lengthUs = lengthUs;
    this.#open.demandUs = Math.round(this.#open.demandUs);
    this.#window.add(this.#open);
    this.#open.clear();
    this.#present = present;
    const { stable, panic, latest } = this.#window;
    const windows = { stable, panic, latest, waitingUs };
    this.#decision = decide(windows, present ?? this.#memory.level, rules, this.#memory, nowMs);
    this.#memory = this.#decision.memory;
    return this.#decision;
  }

  /** Whether nothing is asked for any more, and nothing held. */
  get isOver(): boolean {
    return this.#decision?.wanted === 0 && this.#window.stable.arrivals === 0 && this.#window.stable.inFlightUs === 0;
  }

  /** `undefined` before the first tick. The sentence is made here, since most are never read. */
  reading(rules: Rules, seconds: WindowSeconds): Known | undefined {
    if (this.#decision === undefined) return undefined;
    const { stable, panic, latest } = this.#window;
    // No longer than it was watched: a sentence about a minute of which there are six seconds would not be true.
    const watched = { stable: wholeSeconds(stable), panic: wholeSeconds(panic), tick: wholeSeconds(latest) };
    const reason = reasonOf(this.#decision, rules, {
      ...{ stable: Math.min(seconds.stable, watched.stable), panic: Math.min(seconds.panic, watched.panic) },
      tick: Math.min(seconds.tick, watched.tick),
    });
    return {
      ...{ kind: 'known', wanted: this.#decision.wanted, load: round(this.#decision.load), present: this.#present, reason },
      ...{ demandCores: round(this.#decision.demandCores), cpuCores: round(stable.cpuCores), concurrency: round(stable.concurrency) },
      callsPerSecond: round(stable.lengthUs === 0 ? 0 : (stable.arrivals / stable.lengthUs) * 1_000_000),
      waitUs: stable.ended === 0 ? 0 : Math.round(stable.waitUs / stable.ended),
    };
  }
}

function wholeSeconds({ lengthUs }: Bucket): number {
  return Math.max(1, Math.round(lengthUs / 1_000_000));
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
