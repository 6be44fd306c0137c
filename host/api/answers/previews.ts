/** Previews, in answers. */

import { z } from 'zod';
import { breakerState } from './breakers.ts';
import { interfaceName, pluginId, time } from './names.ts';
import { diagnostic } from './problem.ts';
import { gateReports } from './releases.ts';
import { sums, usagePercentiles } from './usage.ts';

export const preview = z
  .object({
    id: z.string().regex(/^[0-9a-f]{20}$/),
    url: z.string().describe('Relative to where traffic goes: `/~preview/<id>/`'),
    hash: z.string().describe('Of its content: a release of the same content has the same'),
    interfaces: z.array(interfaceName),
    createdAt: time,
    expiresAt: time,
    actor: z.string().describe('Who made it'),
    message: z.string().describe('What it is for'),
  })
  .meta({ id: 'Preview' });

export const previewUsage = z.object({ ...sums.shape, ...usagePercentiles.shape }).meta({ id: 'PreviewUsage' });

export const previewDetail = z
  .object({
    ...preview.shape,
    plugin: pluginId,
    manifest: z.record(z.string(), z.unknown()).describe('As it applies'),
    diagnostics: z.array(diagnostic).describe('Warnings of its build'),
    gates: gateReports,
    usage: previewUsage,
    breaker: breakerState,
  })
  .meta({ id: 'PreviewDetail' });
