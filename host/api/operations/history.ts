/** The operations of history: what they take, answer and are refused by. */

import { changes } from '../answers/changes.ts';
import { operation, refused } from '../operation.ts';
import { whole, words } from '../query.ts';

export const listChanges = operation({
  ...{ operation: 'listChanges', method: 'GET', pattern: '/v1/deployments', access: 'read', of: 'reach', tag: 'plugins' },
  summary: 'What was deployed and removed on the whole host, the newest first',
  query: {
    before: whole(
      1,
      2 ** 31,
      'Only what came before the change of this number; `next` of an answer says which one for those that follow it.',
    ),
    limit: whole(1, 500, undefined, 100),
    from: words('Only what was changed since, as an RFC 3339 time or in milliseconds since 1970.'),
  },
  answers: { 200: { says: 'The changes.', json: changes } },
  errors: [refused(['invalid_query'])],
});
