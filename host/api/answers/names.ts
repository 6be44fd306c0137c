/** What many answers have: ids, times, shares, percentiles. */

import { z } from 'zod';

export const idPart = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/)
  .meta({ id: 'IdPart' });

export const pluginId = z
  .string()
  .regex(/^[a-z0-9-]{1,63}\/[a-z0-9-]{1,63}\/[a-z0-9-]{1,63}$/)
  .meta({ id: 'PluginId' });

export const time = z.string().meta({ id: 'Time', format: 'date-time', description: 'ISO 8601 in UTC' });

export const advice = z.string().meta({ id: 'Do', description: 'What to do about it' });

export const interfaceName = z.string().meta({
  id: 'Interface',
  description:
    '`fetch`, `queue`, `scheduled` of the default export; `fetch:Name` … of a named one; `rpc:Name.method` for a method, `rpc:default.method` of the default export.',
  examples: ['fetch', 'queue', 'scheduled:Cleanup', 'rpc:Prices.total'],
});

export const share = z
  .object({
    number: z.int().min(1).describe("The release's"),
    percentage: z.number().min(0).max(100).describe('Those of a deployment add up to 100'),
  })
  .meta({ id: 'Share' });

export const percentiles = z
  .object({ p50: z.int(), p90: z.int(), p99: z.int() })
  .meta({ id: 'Percentiles', description: 'Exact to two digits, for calls up to 60 s.' });
