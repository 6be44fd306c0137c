/** The course of usage, in answers. */

import { z } from 'zod';
import { pluginId, time } from './names.ts';

export const usageColumns = z
  .object({
    plugin: pluginId.optional(),
    calls: z.array(z.int()).optional(),
    failed: z.array(z.int()).optional(),
    cpuUs: z.array(z.int()).optional(),
    osCpuUs: z.array(z.int()).optional(),
    memoryBytes: z.array(z.int()).optional(),
  })
  .meta({
    id: 'UsageColumns',
    description:
      'Of each value a number for each part of the time. `failed`: calls that did not end as `ok`; `osCpuUs`: as the operating system has counted it; `memoryBytes`: the mean',
  });

export const usageSeries = z
  .object({
    from: time,
    to: time,
    seconds: z.int().describe('Of each part of the time'),
    periods: z.int().describe('How many parts there are'),
    plugins: z.array(usageColumns),
  })
  .meta({ id: 'UsageSeries' });

export const usageTop = z
  .object({
    ...usageSeries.shape,
    others: usageColumns,
    parts: z.record(z.string(), usageColumns).describe('By name: `ingress`, `executors`, `builder`, `residual`, `previews`'),
  })
  .meta({ id: 'UsageTop' });
