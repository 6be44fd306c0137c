/** Bodies of deployments and rollbacks. What the numbers must add up to is checked where deployments are made. */

import { z } from 'zod';
import { message } from './why.ts';

export const releaseNumber = z
  .int()
  .min(1)
  .max(2 ** 31);

export const deploymentBody = z.strictObject({
  releases: z
    .array(
      z.strictObject({
        number: releaseNumber.describe("The release's"),
        percentage: z.number().meta({
          description: 'Those of a deployment add up to 100',
          override: { minimum: 0, maximum: 100, multipleOf: 0.01 },
        }),
      }),
    )
    .meta({ override: { minItems: 1, maxItems: 2 } }),
  message,
});

export const rollbackBody = z.strictObject({
  to: releaseNumber.optional().describe('The release to go back to, and not the last one before'),
  message,
});
