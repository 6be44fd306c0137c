/** How much capacity there should be, in answers. */

import { z } from 'zod';

export const hint = z
  .object({
    wanted: z.int().describe('Executors; not there where it is not known').optional(),
    load: z
      .number()
      .describe('What the calls of this host take of them: not rounded up, not held, within no bounds; that of several hosts adds up')
      .optional(),
    present: z.int().describe('Executors that there are, of a lane').optional(),
    reason: z.string().describe('With the figures: `CPU demand 1.7 cores over 60 s, target 70% → 3`').optional(),
    demandCores: z.number().describe("Processors' time that calls ask for, in the window that was decisive").optional(),
    cpuCores: z.number().describe("Processors' time that calls took").optional(),
    concurrency: z.number().describe('Calls in flight, on average over time').optional(),
    callsPerSecond: z.number().optional(),
    waitUs: z.int().describe('For an executor, on average').optional(),
    unknown: z.string().describe('Why it is not known').optional(),
  })
  .meta({ id: 'Hint', description: 'Rates are over the stable window (`--hints-window`).' });

export const hostHint = z
  .object({
    replicas: z.int().describe('Hosts like this one that its calls take'),
    load: z.number().describe('The same, not rounded up, not held, within no bounds: the sum over all hosts is how many there should be'),
    present: z.int().describe('1: this host'),
    reason: z.string(),
    demandCores: z.number().describe("Processors' time that all lanes and the hosts' own processes ask for"),
  })
  .meta({ id: 'HostHint' });
