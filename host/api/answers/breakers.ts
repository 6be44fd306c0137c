/** What is held against plugins, in answers. */

import { z } from 'zod';

export const breakerState = z
  .object({
    state: z
      .enum(['closed', 'slowed', 'quarantined', 'refused', 'probing'])
      .describe(
        '`closed`: nothing is held against it. `slowed`: few calls at a time, with pauses. `quarantined`: one at a time, in an executor apart. `refused`: no calls for a while. `probing`: after that, as quarantined.',
      ),
    trips: z.int().describe('Guards that have ended calls in the last 10 s'),
    successes: z.int().describe('Calls that have ended within their limits since the first of these'),
    kills: z.int().describe('Executors that were killed for its fault in the last 10 s'),
    refusals: z.int().describe('Times that it was refused since it was last well for long'),
    refusedForMs: z.int().describe('For how long its calls are refused yet'),
  })
  .meta({ id: 'BreakerState' });

export const breaker = z.object({ ...breakerState.shape, plugin: z.string(), release: z.int() }).meta({ id: 'Breaker' });
