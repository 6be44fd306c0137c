/** The operations of breakers: what they take, answer and are refused by. */

import { z } from 'zod';
import { breaker } from '../answers/breakers.ts';
import { breakerIfMatch } from '../headers.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { next, paging } from '../paging.ts';
import { badRequest, noSuchPlugin } from '../refusals.ts';

export const getBreaker = operation({
  ...{ operation: 'getBreaker', method: 'GET', pattern: `${onePlugin}/breaker`, access: 'read', of: 'plugin', tag: 'breakers' },
  summary: 'What is held against the live release',
  answers: { 200: { says: "The breaker's state.", json: breaker, etag: "The release's number" } },
  errors: [badRequest, noSuchPlugin],
});

export const resetBreaker = operation({
  ...{ operation: 'resetBreaker', method: 'DELETE', pattern: `${onePlugin}/breaker`, access: 'deploy', of: 'plugin', tag: 'breakers' },
  summary: 'Forget what is held against the live release',
  headers: [breakerIfMatch],
  answers: { 204: { says: 'Its calls are taken as before.' } },
  errors: [
    badRequest,
    noSuchPlugin,
    refused(['precondition_failed'], '`precondition_failed`: another release is live than the one that If-Match names'),
  ],
});

export const listBreakers = operation({
  ...{ operation: 'listBreakers', method: 'GET', pattern: '/v1/breakers', access: 'read', of: 'reach', tag: 'breakers' },
  summary: 'The plugins that are slowed, quarantined, refused or tried again',
  query: paging,
  answers: { 200: { says: 'In order of their ids.', json: z.object({ breakers: z.array(breaker), next }) } },
});
