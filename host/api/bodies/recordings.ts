/** The body that has a failed call run again. */

import { z } from 'zod';
import { capsuleSchema } from '../../recording/capsule.ts';
import { releaseNumber } from './deployments.ts';
import { pushFields } from './pushes.ts';

export const replayBody = z
  .strictObject({
    failure: z.string().min(1).max(100).optional().describe('The id of one that the host has'),
    capsule: capsuleSchema.optional().describe('One that `getCapsule` has answered, of this host or another'),
    release: releaseNumber.optional(),
    ...pushFields,
  })
  .refine(
    ({ failure, capsule }) => (failure === undefined) !== (capsule === undefined),
    'Either "failure" or "capsule" is needed, and not both',
  )
  .refine(
    ({ release, source, files }) => [release, source, files].filter((one) => one !== undefined).length <= 1,
    'At most one of "release", "source" and "files" says on what',
  )
  .meta({
    description: 'Exactly one of `failure` and `capsule`; at most one of `release`, `source` and `files`.',
    override: { oneOf: [{ required: ['failure'] }, { required: ['capsule'] }] },
  });
