/** A rollout's plan: the steps that the new release goes through, how long each is held at least, and what counts as worse. */

import { NboxError } from '../../guards/errors.ts';

export interface RolloutPlan {
  /** Percentages of the calls, going up; the last is 100. */
  readonly steps: readonly number[];
  /** Each step lasts so long at least. */
  readonly holdMs: number;
  /** So many calls of each of the two releases are compared at each step at least. */
  readonly samples: number;
  /** A step that was not passed by then is the end of the rollout; `undefined`: it goes on for as long as it takes. */
  readonly timeoutMs: number | undefined;
  readonly margins: Margins;
}

/** What is too little to matter: by more than this the new release has to be worse, surely. */
export interface Margins {
  /** Added to the share of calls that may fail: 0.005 is one in 200. */
  readonly failures: number;
  /** So many times as much CPU is let pass. */
  readonly cpu: number;
  /** So many times as long may a call take. */
  readonly latency: number;
}

export const planBounds = {
  steps: { least: 2, most: 20 },
  percentage: { least: 0.01, most: 100 },
  holdSeconds: { least: 0, most: 30 * 86_400 },
  samples: { least: 10, most: 1_000_000 },
  timeoutSeconds: { least: 1, most: 30 * 86_400 },
  failures: { least: 0, most: 1 },
  factor: { least: 1, most: 1_000 },
} as const;

export const defaultMargins: Margins = Object.freeze({ failures: 0.005, cpu: 1.25, latency: 1.25 });

export const defaultPlan: RolloutPlan = Object.freeze({
  steps: Object.freeze([1, 10, 50, 100]),
  holdMs: 60_000,
  samples: 100,
  timeoutMs: undefined,
  margins: defaultMargins,
});

/** @throws NboxError `invalid_rollout`, with the place in what was sent */
export function checkPlan({ steps, holdMs, timeoutMs }: RolloutPlan): void {
  checkSteps(steps);
  if (timeoutMs === undefined || timeoutMs > holdMs) return;
  throw new NboxError('invalid_rollout', { detail: 'A step may take longer than it is held for', pointer: '/timeoutSeconds' });
}

function checkSteps(steps: readonly number[]): void {
  const { least, most } = planBounds.steps;
  const refuse = (detail: string, pointer: string) => new NboxError('invalid_rollout', { detail, pointer });
  if (steps.length < least || steps.length > most) throw refuse(`A rollout has ${least} to ${most} steps`, '/steps');
  for (const [i, step] of steps.entries()) {
    if (!isPercentage(step)) throw refuse('A step is a percentage from 0.01 to 100 in hundredths', `/steps/${i}`);
    if (i > 0 && step <= (steps[i - 1] as number)) throw refuse('Each step is more than the one before', `/steps/${i}`);
  }
  if (steps.at(-1) !== 100) throw refuse('The last step is 100', `/steps/${steps.length - 1}`);
}

function isPercentage(value: number): boolean {
  const { least, most } = planBounds.percentage;
  return value >= least && value <= most && Math.abs(value * 100 - Math.round(value * 100)) < 1e-6;
}
