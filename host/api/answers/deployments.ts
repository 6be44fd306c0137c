/** Deployments, in answers. */

import { z } from 'zod';
import { pluginId, share, time } from './names.ts';

export const deployment = z
  .object({
    number: z.int().min(1),
    releases: z.array(share).min(1).max(2),
    createdAt: time,
    actor: z.string().describe('Who made it live'),
    cause: z.enum(['push', 'deploy', 'rollback', 'rollout']).describe('`rollout`: a step of one'),
    message: z.string().describe('Why'),
    replaced: z.int().nullable().describe('The deployment that was live before'),
  })
  .meta({ id: 'Deployment' });

export const deployedPlugin = z.object({ plugin: pluginId, deployment: deployment }).meta({ id: 'DeployedPlugin' });
