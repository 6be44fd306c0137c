/** Changes of the whole host, in answers. */

import { z } from 'zod';
import { deployment } from './deployments.ts';
import { pluginId, time } from './names.ts';

export const changes = z
  .object({
    changes: z.array(
      z.object({
        change: z.int().describe('Goes up with every change of the host'),
        plugin: pluginId,
        at: time,
        removed: z.boolean(),
        deployment: deployment.nullable().describe('`null` of a removal, and of plugins that were removed since'),
      }),
    ),
    next: z.int().nullable().describe('To be given as `before`, for those that came earlier; `null` where there are none that are wanted'),
  })
  .meta({ id: 'Changes' });
