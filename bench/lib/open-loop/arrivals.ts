/** When which request is due: a Poisson process for each flow, the same in every run. */

import { pseudoRandom } from '../pseudo-random.ts';
import type { Flow } from './job.ts';

export interface Arrival {
  /** The flow's place in the list. */
  readonly flow: number;
  /** The place of the URL in the flow's. */
  readonly url: number;
  readonly dueUs: number;
}

/** In the order of their times. */
export function* arrivals(
  flows: readonly Pick<Flow, 'urls' | 'perSecond'>[],
  seed: number,
  fromUs: number,
  untilUs: number,
): Generator<Arrival> {
  const random = pseudoRandom(seed);
  const next = flows.map(({ perSecond }) => fromUs + gapUs(random(), perSecond));
  while (next.length > 0) {
    const dueUs = Math.min(...next);
    if (dueUs >= untilUs) return;
    const flow = next.indexOf(dueUs);
    const { urls, perSecond } = flows[flow] as Flow;
    yield { flow, url: Math.floor(random() * urls.length), dueUs };
    next[flow] = dueUs + gapUs(random(), perSecond);
  }
}

function gapUs(chance: number, perSecond: number): number {
  return (-Math.log(1 - chance) / perSecond) * 1_000_000;
}
