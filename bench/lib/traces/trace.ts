/** A trace: how many calls come at which time, and how much CPU time each takes. Generated calls are the same in every run. */

import { pseudoRandom } from '../pseudo-random.ts';

export interface Trace {
  readonly name: string;
  readonly what: string;
  readonly seconds: number;
  readonly seed: number;
  /** Processors' time asked for, on average, in this second. */
  readonly cores: (second: number) => number;
  /** How often it rises all at once; not known of one that was read. */
  readonly jumps?: number;
  /** CPU time of calls, in s: on average 1, and in distribution. */
  readonly callS: CallTimes;
}

export interface CallTimes {
  readonly meanS: number;
  /** @param random from 0 and below 1 */
  readonly draw: (random: number) => number;
}

/** Calls in the order of their coming. */
export interface Calls {
  readonly seconds: number;
  /** When each comes, in s. */
  readonly times: Float64Array;
  /** CPU time of each, in s. */
  readonly cpu: Float64Array;
}

/** Most calls are near the mean, some take several times that. */
export function exponential(meanS: number): CallTimes {
  return { meanS, draw: (random) => -meanS * Math.log(1 - random) };
}

/** A bounded Pareto distribution: a few calls take most of the time. */
export function heavyTailed(leastS: number, mostS: number, shape: number): CallTimes {
  const ratio = (leastS / mostS) ** shape;
  const meanS = ((leastS ** shape / (1 - ratio)) * shape * (1 / leastS ** (shape - 1) - 1 / mostS ** (shape - 1))) / (shape - 1);
  return { meanS, draw: (random) => leastS / (1 - random * (1 - ratio)) ** (1 / shape) };
}

/** Arrivals are a Poisson process whose rate the trace sets second by second. */
export function callsOf({ seconds, seed, cores, callS }: Trace): Calls {
  const random = pseudoRandom(seed);
  const times: number[] = [];
  const cpu: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const rate = cores(second) / callS.meanS;
    if (rate <= 0) continue;
    for (let at = gap(random, rate); at < 1; at += gap(random, rate)) {
      times.push(second + at);
      cpu.push(callS.draw(random()));
    }
  }
  return { seconds, times: Float64Array.from(times), cpu: Float64Array.from(cpu) };
}

function gap(random: () => number, rate: number): number {
  return -Math.log(1 - random()) / rate;
}
