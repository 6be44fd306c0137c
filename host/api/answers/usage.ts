/** What was used since the host started, in answers. */

import { z } from 'zod';
import { percentiles, pluginId } from './names.ts';

export const sums = z
  .object({
    calls: z.int(),
    outcomes: z.record(z.string(), z.int()).describe("Calls by how they ended; `ok`, `aborted`, or an error's code."),
    coldStarts: z.int().describe('Calls that waited for a sandbox to be made'),
    waitUs: z.int().describe('From admission to the start in the guest'),
    initUs: z.int().describe('Making sandboxes'),
    cpuUs: z.int().describe('Time inside the guest, the evaluation of modules included'),
    wallUs: z.int().describe('From admission to the reply'),
    steps: z.int().describe('Loop rounds, and entries of functions that call others'),
    hostCalls: z.int(),
    bytesIn: z.int(),
    bytesOut: z.int(),
    memoryPeakBytes: z.int().describe('The highest of any sandbox'),
  })
  .meta({ id: 'Sums' });

export const usagePercentiles = z
  .object({ percentiles: z.object({ waitUs: percentiles, cpuUs: percentiles, wallUs: percentiles }) })
  .meta({ id: 'UsagePercentiles' });

export const usage = z.object({ ...sums.shape, ...usagePercentiles.shape, plugin: pluginId }).meta({ id: 'Usage' });

export const usedShare = z
  .object({ cpuUs: z.int().describe('CPU time in the while'), memoryBytes: z.int().describe('Resident memory at its end') })
  .meta({ id: 'UsedShare' });

export const cpuShare = z
  .object({
    cpuUs: z.int(),
    callsCpuUs: z.int().describe('Of `cpuUs`, what calls took inside the guest; those of previews, too'),
    pushesCpuUs: z.int().describe('Of `cpuUs`, what pushes took: builds, probes, tests and replays'),
  })
  .meta({ id: 'CpuShare' });

export const pluginShare = z
  .object({
    cpuUs: z.int(),
    callsCpuUs: z.int().describe('As of CpuShare'),
    pushesCpuUs: z.int().describe('As of CpuShare'),
    memoryBytes: z.int().describe('What its sandboxes take now, in all executors'),
  })
  .meta({ id: 'PluginShare' });

export const pluginUsage = z
  .object({
    ...sums.shape,
    ...usagePercentiles.shape,
    plugin: pluginId,
    division: pluginShare.describe('Its share of the last ten seconds'),
    sinceStart: cpuShare.describe('Its share since the host started'),
  })
  .meta({ id: 'PluginUsage' });

export const division = z
  .object({
    from: z.int().describe('Milliseconds since the epoch'),
    to: z.int().describe('Milliseconds since the epoch'),
    plugins: z.array(z.object({ ...pluginShare.shape, plugin: pluginId })),
    host: z
      .record(z.string(), usedShare)
      .describe("`ingress`, the host's own process; `executors`, what executors take beside guests; `builder`, the builder between builds"),
    residual: usedShare.describe('What nothing explains; below 0 where more was counted than the system has seen'),
    total: usedShare,
  })
  .nullable()
  .meta({
    id: 'Division',
    description:
      "What all of the host's processes used in the last ten seconds, divided over what caused it; `null` before the first second is over. `total`, which the operating system reports, is the sum of all plugins, the host's parts and `residual`.",
  });

export const cpu = z.object({ cpuUs: z.int() }).meta({ id: 'Cpu' });

export const divisionSums = z
  .object({
    from: z.int().describe('Milliseconds since the epoch'),
    to: z.int().describe('Milliseconds since the epoch'),
    plugins: z.array(z.object({ ...cpuShare.shape, plugin: pluginId })),
    removed: cpuShare.describe('Of plugins that are gone, and of such as were pushed and never went live'),
    host: z.record(z.string(), cpu),
    residual: cpu,
    total: cpu,
  })
  .nullable()
  .meta({ id: 'DivisionSums', description: 'The sums of all divisions since the host started: of CPU time alone, since memory has none' });

export const allUsage = z
  .object({
    plugins: z.array(usage),
    removed: sums,
    previews: sums.describe('Of all previews, those that are over included; they are in none of the others'),
    trials: sums.describe('Of all tests and replays; they are in none of the others'),
    division: division,
    sinceStart: divisionSums,
  })
  .meta({ id: 'AllUsage' });
