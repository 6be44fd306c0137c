/** Rollouts, in answers: what they go by, and what was decided. */

import { z } from 'zod';
import { percentiles, pluginId, time } from './names.ts';

export const margins = z
  .object({
    failures: z.number().min(0).max(1).describe('Added to the share of calls that may fail: 0.005 is one in 200').optional(),
    cpu: z.number().min(1).max(1000).describe('So many times as much CPU and as many steps').optional(),
    latency: z.number().min(1).max(1000).describe('So many times as long').optional(),
  })
  .meta({ id: 'Margins', description: 'What is let pass' });

export const verdict = z
  .enum(['worse', 'suspect', 'well'])
  .meta({ id: 'Verdict', description: '`worse`: surely. `suspect`: it seems so, and is not sure' });

export const releaseFigures = z
  .object({
    release: z.int(),
    calls: z.int().describe('Those that count: none that callers or the host are to blame for, or whose clients left'),
    failures: z.int(),
    compared: z.int().describe('Of these the costs were compared'),
    cpuUs: percentiles,
    latencyUs: percentiles,
    steps: percentiles,
  })
  .meta({ id: 'ReleaseFigures' });

export const part = z.object({ count: z.int(), calls: z.int() }).meta({ id: 'Part' });

export const comparison = z
  .object({
    metric: z.enum(['failures', 'cpuUs', 'latencyUs', 'steps']),
    percent: z.int().nullable().describe("The percentile of the old release's first calls that is the threshold; null of failures"),
    baseAbove: z.number().nullable().describe('Calls of the old release count that took more'),
    canaryAbove: z.number().nullable().describe('Calls of the new release count that took more'),
    base: part,
    canary: part,
    atLeast: z.number().describe("The new release's share is surely no less"),
    atMost: z.number().describe("The old release's share is surely no more"),
    allowed: z.number().describe("What the new release's share may be"),
    verdict: verdict,
  })
  .meta({ id: 'Comparison', description: 'A share of the calls of both releases; shares are from 0 to 1' });

export const health = z
  .object({
    run: z.int().min(1).describe('How often counting began anew'),
    alarmRate: z.number().describe('So likely a release that is no worse is rolled back in it at most'),
    base: releaseFigures,
    canary: releaseFigures,
    comparisons: z.array(comparison),
    verdict: verdict,
  })
  .meta({ id: 'Health', description: 'What is known of two releases in one step, counted anew in each and after a restart of the host' });

export const rollout = z
  .object({
    number: z.int().min(1),
    state: z
      .enum(['running', 'paused', 'completed', 'rolled_back', 'aborted', 'superseded'])
      .describe('`completed`: the release has all calls. `superseded`: something else was deployed'),
    release: z.int().min(1).describe('The one that is rolled out'),
    base: z.int().min(1).describe('The one that it is compared with'),
    steps: z.array(z.number()),
    holdSeconds: z.number(),
    samples: z.int(),
    timeoutSeconds: z.number().nullable(),
    margins: margins,
    percentage: z.number().describe('Of its step, or of that in which it ended'),
    stepAt: time,
    deployment: z.int().min(1).describe('The last one that it made'),
    actor: z.string().describe('Who started it'),
    message: z.string().describe('Why'),
    startedAt: time,
    endedAt: time.nullable(),
    decisions: z
      .array(
        z.object({
          decision: z.enum(['started', 'promoted', 'paused', 'resumed', 'completed', 'rolled_back', 'aborted', 'superseded']),
          at: time,
          actor: z.string().describe('`rollout` where nbox decided by itself'),
          reason: z.string().describe('In figures, where nbox has rolled it back'),
          deployment: z.int().min(1).describe('The one that it made, or found'),
          percentage: z.number().nullable().describe("The release's from then on"),
          health: health.nullable().describe('What was known then of the step that it ended'),
        }),
      )
      .describe('In their order; the last 100'),
  })
  .meta({ id: 'Rollout' });

export const pluginRollout = z
  .object({
    plugin: pluginId,
    rollout: z.object({
      ...rollout.shape,
      health: health.nullable().describe('What is known of the step that it is in; null where it has ended'),
      waitingFor: z
        .array(
          z.object({
            what: z
              .enum(['resume', 'hold', 'samples', 'health', 'store'])
              .describe('`health`: something seems worse, and is not sure. `store`: a decision could not be stored, and is tried again'),
            detail: z.string(),
          }),
        )
        .describe('What is missing for the next step'),
    }),
  })
  .meta({ id: 'PluginRollout' });
