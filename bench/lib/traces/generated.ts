/** The traces that hints are held against, one for each way in which load is known to change. */

import { exponential, heavyTailed, type Trace } from './trace.ts';

const ordinary = exponential(0.025);
const hour = 3_600;

export const generatedTraces: readonly Trace[] = Object.freeze([
  { name: 'steady', what: '6 processors asked for', seconds: hour, seed: 11, jumps: 0, cores: () => 6, callS: ordinary },
  {
    ...{ name: 'daily wave', what: 'from 1 to 12 and back, a day in two hours', seconds: 2 * hour, seed: 12, callS: ordinary },
    jumps: 0,
    cores: (second: number) => 6.5 - 5.5 * Math.cos((second / (2 * hour)) * 2 * Math.PI),
  },
  {
    ...{ name: 'spike', what: '2, and 20 for a minute, four times an hour', seconds: hour, seed: 13, callS: ordinary },
    jumps: 4,
    cores: (second: number) => (second % 901 >= 421 && second % 901 < 481 ? 20 : 2),
  },
  {
    ...{ name: 'on-off', what: '8 for two minutes, 0.2 for three', seconds: hour, seed: 14, callS: ordinary },
    jumps: 12,
    cores: (second: number) => (second % 301 >= 61 && second % 301 < 181 ? 8 : 0.2),
  },
  {
    ...{ name: 'slow growth', what: 'from 1 to 16 in an hour', seconds: hour, seed: 15, callS: ordinary },
    jumps: 0,
    cores: (second: number) => 1 + (15 * second) / hour,
  },
  {
    ...{ name: 'heavy tail', what: '5, calls of 8 ms to 2 s', seconds: hour, seed: 16, callS: heavyTailed(0.008, 2, 1.5) },
    jumps: 0,
    cores: () => 5,
  },
]);
