/** What of the plugins wants a look, in answers. */

import { z } from 'zod';
import { advice, pluginId, time } from './names.ts';

export const callersOf = z
  .object({
    interface: z.string(),
    calls: z.int().describe('Since it was first seen'),
    unnamedCalls: z.int().describe('Of callers that have no name'),
    callers: z
      .array(z.object({ name: z.string(), count: z.int(), overBy: z.int().describe('By so much the count may be too high') }))
      .describe(
        'Those who call most, of 20 that are counted. A name begins with where it comes from: `header:` (`--caller-header`), `token:`, `plugin:`.',
      ),
    do: advice,
  })
  .meta({ id: 'CallersOf' });

export const hygiene = z
  .object({
    unused: z
      .array(z.object({ plugin: pluginId, interface: z.string(), unusedDays: z.int(), seenAt: time, usedAt: time.nullable(), do: advice }))
      .describe('Those that are unused for longest first. Exact to an hour.'),
    callers: z
      .array(z.object({ ...callersOf.shape, plugin: pluginId }))
      .describe('The interfaces that are called most first, each with five of its callers.'),
    growth: z
      .array(
        z.object({
          plugin: pluginId,
          metric: z.enum(['calls', 'cpuUs']),
          hour: time,
          value: z.number(),
          usual: z.number().describe('The median of the same hour of the days before'),
          bound: z.number().describe('Beyond this it is abnormal'),
          days: z.int().describe('On how many days that rests'),
          do: advice,
        }),
      )
      .nullable()
      .describe('Of the last whole hour; `null` where it is not judged.'),
    costRises: z
      .array(
        z.object({
          plugin: pluginId,
          release: z.int(),
          base: z.int().describe('The release before it that it is compared with'),
          beforeUs: z.number().describe("Median of the hours' CPU time per call"),
          afterUs: z.number(),
          hours: z.object({ before: z.int(), after: z.int() }),
          extraCpuUs: z.int().describe("What the rise comes to over the release's calls"),
          do: advice,
        }),
      )
      .nullable()
      .describe('Of the last 14 days; `null` where it is not judged.'),
    notJudged: z.array(z.object({ rows: z.enum(['growth', 'costRises']), why: z.string() })).describe('Which rows are `null`, and why.'),
  })
  .meta({ id: 'Hygiene' });
