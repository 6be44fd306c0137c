/** Sums of usage as points of metrics. */

import type { Sums } from '../meter/totals.ts';
import type { Point } from './family.ts';
import type { Labels } from './labels.ts';

/** One for each way in which calls have ended: the catalogue's codes, `ok` and `aborted`. */
export function* outcomePoints(labels: Labels, { outcomes }: Sums): Generator<Point, void, void> {
  for (const outcome in outcomes) yield { labels: labels.withOutcome(outcome), value: outcomes[outcome] as number };
}

/** Which outcomes are guards that have tripped, by the guards' names. */
export const guards = Object.freeze({
  cpu: 'cpu_exceeded',
  deadline: 'deadline_exceeded',
  loop_budget: 'loop_budget_exceeded',
  memory: 'memory_exceeded',
});
