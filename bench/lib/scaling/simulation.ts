/**
 * A queue in front of executors whose number a policy sets: calls come as a trace has them, first come, first served, each executor runs
 * one at a time to its end. Second by second; within a second, by the events.
 */

import type { Calls } from '../traces/trace.ts';
import { FreeTimes } from './free-times.ts';

/** What a policy learns of the second that is over. Times are in s. */
export interface Second {
  /** Its number; it ended at `at + 1`. */
  readonly at: number;
  readonly arrivals: number;
  readonly ended: number;
  /** Of the calls that ended. */
  readonly endedCpuS: number;
  /** The sum of the squares of those. */
  readonly endedCpuS2: number;
  /** Processors' time that the executors used in this second, of calls that go on included. */
  readonly usedCpuS: number;
  readonly waitS: number;
  /** Calls in flight, integrated. */
  readonly inFlightS: number;
  /** Calls that wait at its end. */
  readonly waiting: number;
  readonly ready: number;
  readonly starting: number;
}

export interface Policy {
  readonly name: string;
  /** @returns how many executors there shall be; `undefined` to leave it */
  second(second: Second): number | undefined;
}

export interface SimulationOptions {
  readonly startS: number;
  readonly min: number;
  readonly max: number;
  /** A call that waits for longer makes the second short: the host refuses calls of the default deadline from there on. */
  readonly shortWaitS: number;
}

export interface Outcome {
  readonly policy: string;
  /** Seconds in which a call waited for longer than `shortWaitS`. */
  readonly shortSeconds: number;
  readonly longestShort: number;
  /** Executors that were there beyond the processors' time that calls took, as a share of that. */
  readonly overProvisioned: number;
  readonly changes: number;
  /** Changes against the direction of the last one within a minute. */
  readonly flaps: number;
  readonly meanExecutors: number;
}

export const defaultOptions: SimulationOptions = Object.freeze({ startS: 1, min: 1, max: 64, shortWaitS: 0.25 });

const flapS = 60;

/** The queue and the executors at one moment. */
export class Queue {
  readonly #calls: Calls;
  readonly #free: FreeTimes;
  /** The next call to come, and the next to start. */
  #next = 0;
  #head = 0;
  /** By the second in which they happen: calls that end, the part of it that is left then, their CPU time, and time used. */
  readonly #ends: Float64Array;
  readonly #endsLeft: Float64Array;
  readonly #endsCpu: Float64Array;
  readonly #endsCpu2: Float64Array;
  readonly #used: Float64Array;
  #inFlight = 0;

  constructor(calls: Calls, executors: number, from?: Queue) {
    this.#calls = calls;
    if (from === undefined) {
      this.#free = new FreeTimes(new Array<number>(executors).fill(0));
      const length = calls.seconds + 1;
      [this.#ends, this.#endsLeft, this.#endsCpu, this.#endsCpu2, this.#used] = [0, 0, 0, 0, 0].map(() => new Float64Array(length)) as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
    } else {
      this.#free = from.#free.copy();
      [this.#next, this.#head, this.#inFlight] = [from.#next, from.#head, from.#inFlight];
      // What the copy writes into them is of no use to anyone, and is written again by whoever goes on.
      [this.#ends, this.#endsLeft, this.#endsCpu, this.#endsCpu2, this.#used] = [
        ...([from.#ends, from.#endsLeft, from.#endsCpu, from.#endsCpu2, from.#used] as const),
      ];
    }
  }

  get executors(): number {
    return this.#free.size;
  }

  /** Those that are free first are taken away; one that runs a call ends it. */
  resize(executors: number, now: number): void {
    while (this.#free.size < executors) this.#free.push(now);
    while (this.#free.size > executors) this.#free.pop();
  }

  /** @param dry of a trial: only whether the second is short is of interest */
  run(at: number, shortWaitS: number, dry = false): { second: Omit<Second, 'ready' | 'starting'>; isShort: boolean } {
    const { times, cpu } = this.#calls;
    const until = at + 1;
    let { arrivals, waitS, inFlightS, isShort } = { arrivals: 0, waitS: 0, inFlightS: this.#inFlight, isShort: false };
    while (this.#next < times.length && (times[this.#next] as number) < until) {
      inFlightS += until - (times[this.#next] as number);
      arrivals += 1;
      this.#next += 1;
    }
    while (this.#head < this.#next) {
      const came = times[this.#head] as number;
      const start = Math.max(came, this.#free.least, at);
      if (start >= until) break;
      if (start - came > shortWaitS) isShort = true;
      const took = cpu[this.#head] as number;
      this.#free.replaceLeast(start + took);
      if (!dry) {
        waitS += start - came;
        this.#note(start, took);
      }
      this.#head += 1;
    }
    if (this.#head < this.#next && until - (times[this.#head] as number) > shortWaitS) isShort = true;
    const ended = this.#ends[at] as number;
    if (!dry) {
      inFlightS -= this.#endsLeft[at] as number;
      this.#inFlight += arrivals - ended;
    }
    const second = {
      ...{ at, arrivals, ended, waitS, inFlightS },
      ...{
        endedCpuS: this.#endsCpu[at] as number,
        endedCpuS2: this.#endsCpu2[at] as number,
        usedCpuS: this.#used[at] as number,
        waiting: this.#next - this.#head,
      },
    };
    return { second, isShort };
  }

  #note(start: number, took: number): void {
    const end = start + took;
    const last = Math.floor(end);
    if (last < this.#ends.length) {
      this.#ends[last] = (this.#ends[last] as number) + 1;
      this.#endsLeft[last] = (this.#endsLeft[last] as number) + (last + 1 - end);
      this.#endsCpu[last] = (this.#endsCpu[last] as number) + took;
      this.#endsCpu2[last] = (this.#endsCpu2[last] as number) + took * took;
    }
    for (let s = Math.floor(start); s <= last && s < this.#used.length; s += 1) {
      this.#used[s] = (this.#used[s] as number) + Math.min(end, s + 1) - Math.max(start, s);
    }
  }
}

/** Counts what became of it. */
class Account {
  readonly policy: string;
  shortSeconds = 0;
  longestShort = 0;
  changes = 0;
  flaps = 0;
  executorSeconds = 0;
  #short = 0;
  #last: { at: number; isUp: boolean } | undefined;

  constructor(policy: string) {
    this.policy = policy;
  }

  second(isShort: boolean, executors: number): void {
    this.executorSeconds += executors;
    this.#short = isShort ? this.#short + 1 : 0;
    if (isShort) this.shortSeconds += 1;
    this.longestShort = Math.max(this.longestShort, this.#short);
  }

  change(at: number, by: number): void {
    const isUp = by > 0;
    this.changes += 1;
    if (this.#last !== undefined && this.#last.isUp !== isUp && at - this.#last.at < flapS) this.flaps += 1;
    this.#last = { at, isUp };
  }

  outcome({ seconds, cpu }: Calls): Outcome {
    const { policy, shortSeconds, longestShort, changes, flaps, executorSeconds } = this;
    const overProvisioned = executorSeconds / cpu.reduce((sum, one) => sum + one, 0) - 1;
    return { policy, shortSeconds, longestShort, overProvisioned, changes, flaps, meanExecutors: executorSeconds / seconds };
  }
}

/** @param begin how many executors there are at first */
export function simulate(calls: Calls, policy: Policy, begin: number, options: SimulationOptions = defaultOptions): Outcome {
  const queue = new Queue(calls, begin);
  const account = new Account(policy.name);
  let wanted = begin;
  /** When those that start are ready. */
  let starting: number[] = [];
  for (let at = 0; at < calls.seconds; at += 1) {
    const come = starting.filter((readyAt) => readyAt <= at).length;
    if (come > 0) {
      starting = starting.filter((readyAt) => readyAt > at);
      queue.resize(queue.executors + come, at);
    }
    const { second, isShort } = queue.run(at, options.shortWaitS);
    account.second(isShort, queue.executors + starting.length);
    const asked = policy.second({ ...second, ready: queue.executors, starting: starting.length });
    if (asked === undefined) continue;
    const next = Math.max(options.min, Math.min(options.max, asked));
    if (next === wanted) continue;
    account.change(at, next - wanted);
    wanted = next;
    while (starting.length > 0 && queue.executors + starting.length > next) starting.pop();
    while (queue.executors + starting.length < next) starting.push(at + 1 + options.startS);
    if (queue.executors > next) queue.resize(next, at + 1);
  }
  return account.outcome(calls);
}

/** The fewest executors in each second with which none is short, known before. */
export function perfectForecast(calls: Calls, options: SimulationOptions = defaultOptions): Outcome {
  const queue = new Queue(calls, options.min);
  const account = new Account('perfect forecast');
  for (let at = 0; at < calls.seconds; at += 1) {
    const before = queue.executors;
    let executors = fewest(calls, queue, at, options);
    if (executors !== before && at > 0) account.change(at, executors - before);
    queue.resize(executors, at);
    executors = queue.executors;
    account.second(queue.run(at, options.shortWaitS).isShort, executors);
  }
  return account.outcome(calls);
}

function fewest(calls: Calls, queue: Queue, at: number, { min, max, shortWaitS }: SimulationOptions): number {
  const isEnough = (executors: number): boolean => {
    const trial = new Queue(calls, 0, queue);
    trial.resize(executors, at);
    return !trial.run(at, shortWaitS, true).isShort;
  };
  let executors = Math.max(min, Math.min(max, queue.executors));
  while (executors < max && !isEnough(executors)) executors += 1;
  while (executors > min && isEnough(executors - 1)) executors -= 1;
  return executors;
}
