/** The operations of deployments: what they take, answer and are refused by. */

import { z } from 'zod';
import { deployedPlugin, deployment } from '../answers/deployments.ts';
import { pluginId } from '../answers/names.ts';
import { deploymentBody, rollbackBody } from '../bodies/deployments.ts';
import { ifMatch } from '../headers.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { next, paging } from '../paging.ts';
import { handover } from '../query.ts';
import { badRequest, invalidDeployment, noSuchPlugin, noSuchRelease, preconditionFailed, releaseDropped } from '../refusals.ts';

export const listDeployments = operation({
  ...{ operation: 'listDeployments', method: 'GET', pattern: `${onePlugin}/deployments`, access: 'read', of: 'plugin', tag: 'plugins' },
  summary: 'What was deployed when, by whom and why, the newest first, at most 1,000',
  query: paging,
  answers: {
    200: {
      says: 'The deployments. The ETag is the number of the one that is live.',
      json: z.object({ plugin: pluginId, deployments: z.array(deployment), next }),
      etag: "The deployment's number",
    },
  },
  errors: [badRequest, noSuchPlugin],
});

export const deploy = operation({
  ...{ operation: 'deploy', method: 'POST', pattern: `${onePlugin}/deployments`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  summary: 'Deploy releases that are there',
  description:
    "One release, or two of which each gets a part of the calls. Which one a request gets is by chance, unless it has a key (`Nbox-Release-Key` as a header or a cookie, or what the manifest's `releaseKey` names): then it is always the same one, and while the newer release's percentage rises, whoever has it keeps it. `Nbox-Release-Override: <number>` forces one of the two. When it has answered, later requests go by the new deployment.",
  query: { handover },
  headers: [ifMatch],
  body: deploymentBody,
  what: 'a deployment',
  answers: {
    200: { says: 'This was deployed already; nothing was changed.', json: deployedPlugin, etag: "The deployment's number" },
    201: { says: 'Live now.', json: deployedPlugin, etag: "The deployment's number" },
  },
  errors: [badRequest, noSuchRelease, releaseDropped, preconditionFailed, invalidDeployment],
});

export const rollBack = operation({
  ...{ operation: 'rollBack', method: 'POST', pattern: `${onePlugin}/rollback`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  summary: 'Go back to what had all calls before',
  description:
    'To the last release before the newest one of the present deployment that had all calls; a canary is dropped. Going back twice goes back further.',
  query: { handover },
  headers: [ifMatch],
  body: rollbackBody,
  what: 'a rollback',
  answers: {
    200: { says: 'This was deployed already; nothing was changed.', json: deployedPlugin, etag: "The deployment's number" },
    201: { says: 'Live now.', json: deployedPlugin, etag: "The deployment's number" },
  },
  errors: [badRequest, noSuchRelease, refused(['nothing_to_roll_back']), releaseDropped, preconditionFailed, invalidDeployment],
});

export const evict = operation({
  ...{ operation: 'evict', method: 'POST', pattern: `${onePlugin}/evict`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  summary: 'End the streams that go on on the release that was replaced last',
  description: 'They would go on for `--swap-drain`. Their connections are cut.',
  headers: [ifMatch],
  answers: { 204: { says: 'There are none any more.' } },
  errors: [badRequest, noSuchPlugin, preconditionFailed],
});
