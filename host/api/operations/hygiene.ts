/** The operations of hygiene: what they take, answer and are refused by. */

import { z } from 'zod';
import { callersOf, hygiene } from '../answers/hygiene.ts';
import { pluginId, time } from '../answers/names.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { whole } from '../query.ts';
import { badRequest, noSuchPlugin } from '../refusals.ts';

export const getHygiene = operation({
  ...{ operation: 'getHygiene', method: 'GET', pattern: '/v1/hygiene', access: 'read', of: 'reach', tag: 'hygiene' },
  summary: 'Interfaces that nobody uses, callers of the others, abnormal growth, releases that made calls dearer',
  description: 'At most 500 rows of each kind. Each says what to do about it.',
  query: { days: whole(1, 3650, 'For how many days an interface must have been unused.', 30) },
  answers: { 200: { says: 'As of now.', json: hygiene } },
  errors: [refused(['invalid_query'])],
});

export const listCallers = operation({
  ...{ operation: 'listCallers', method: 'GET', pattern: `${onePlugin}/callers`, access: 'read', of: 'plugin', tag: 'hygiene' },
  summary: "The plugin's interfaces, when each was used last, and who calls it most",
  answers: {
    200: {
      says: 'The interfaces of what is live.',
      json: z.object({
        plugin: pluginId,
        interfaces: z.array(
          z.object({ ...callersOf.shape, seenAt: time.describe('When it was first seen to be live'), usedAt: time.nullable() }),
        ),
      }),
    },
  },
  errors: [badRequest, noSuchPlugin],
});
