/** Rows of stored usage and of costs, in answers. */

import { z } from 'zod';
import { percentiles, time } from './names.ts';
import { sums } from './usage.ts';

export const usageNames = z
  .object({
    from: time,
    to: time,
    plugin: z.string().nullable().optional(),
    domain: z.string().nullable().optional(),
    group: z.string().nullable().optional(),
    release: z.union([z.int(), z.string()]).nullable().describe('`other` beyond those that are kept apart').optional(),
    interface: z.string().nullable().optional(),
    outcome: z.string().nullable().optional(),
    part: z.string().describe('`plugins`, `previews`, `ingress`, `executors`, `builder` or `residual`').optional(),
  })
  .meta({
    id: 'UsageNames',
    description: "What a row is of; those that `group` names. Null where what was used is of none, as the machine's CPU time of a release.",
  });

export const usageRow = z
  .object({
    ...usageNames.shape,
    ...sums.shape,
    osCpuUs: z.int().describe('CPU time as the operating system has counted it, that inside the guest included'),
    pushesCpuUs: z.int().describe('Of it, what pushes took'),
    memoryKibSeconds: z.int().describe('Resident memory over time'),
    memoryBytes: z.int().describe("Its mean over the row's time, as far as it has passed"),
    percentiles: z
      .object({ waitUs: percentiles, runUs: percentiles, cpuUs: percentiles })
      .describe("From merged histograms, exact to 2.2%; run is a call's time without its wait"),
  })
  .meta({ id: 'UsageRow' });

export const costRow = z
  .object({
    ...usageNames.shape,
    currency: z.string(),
    costs: z.record(z.string(), z.string()).describe('By the names of the prices'),
    total: z.string(),
  })
  .meta({ id: 'CostRow' });

export const usageRows = z
  .object({
    from: time.describe('The range as it was taken; widened to whole periods'),
    to: time,
    step: z.string().nullable(),
    group: z.array(z.string()),
    keptFrom: time
      .nullable()
      .describe(
        "From when on there is anything in the finest periods that were read; earlier ones may have been dropped for the file's size",
      ),
    rows: z.array(z.union([usageRow, costRow])),
  })
  .meta({ id: 'UsageRows' });
