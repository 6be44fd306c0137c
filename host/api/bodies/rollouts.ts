/** The body that starts a rollout. Whether the steps go up is checked where rollouts are made. */

import { z } from 'zod';
import { defaultMargins, defaultPlan, planBounds } from '../../rollout/plan.ts';
import { releaseNumber } from './deployments.ts';
import { message } from './why.ts';

const within = ({ least, most }: { readonly least: number; readonly most: number }) => z.number().min(least).max(most);

export const rolloutBody = z.strictObject({
  release: releaseNumber.describe('One that is there; a push with `?percentage=0` makes one that has no calls'),
  steps: z
    .array(z.number().meta({ override: { minimum: planBounds.percentage.least, maximum: planBounds.percentage.most, multipleOf: 0.01 } }))
    .max(planBounds.steps.most)
    .default([...defaultPlan.steps])
    .meta({ description: 'Going up; the last is 100', override: { minItems: planBounds.steps.least } }),
  holdSeconds: within(planBounds.holdSeconds)
    .default(defaultPlan.holdMs / 1_000)
    .describe('Each step lasts so long at least'),
  samples: z
    .int()
    .min(planBounds.samples.least)
    .max(planBounds.samples.most)
    .default(defaultPlan.samples)
    .describe('So many calls of both releases are compared at each step at least'),
  timeoutSeconds: within(planBounds.timeoutSeconds)
    .optional()
    .describe('A step that was not passed by then is rolled back; without it a step waits for as long as it takes'),
  margins: z
    .strictObject({
      failures: within(planBounds.failures)
        .default(defaultMargins.failures)
        .describe('Added to the share of calls that may fail: 0.005 is one in 200'),
      cpu: within(planBounds.factor).default(defaultMargins.cpu).describe('So many times as much CPU and as many steps'),
      latency: within(planBounds.factor).default(defaultMargins.latency).describe('So many times as long'),
    })
    .default(defaultMargins)
    .describe('What is let pass'),
  message,
});
