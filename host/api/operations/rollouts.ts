/** The operations of rollouts: what they take, answer and are refused by. */

import { z } from 'zod';
import { pluginId } from '../answers/names.ts';
import { pluginRollout, rollout } from '../answers/rollouts.ts';
import { rolloutBody } from '../bodies/rollouts.ts';
import { whyBody } from '../bodies/why.ts';
import { ifMatch } from '../headers.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { next, paging } from '../paging.ts';
import { badRequest, noRollout, noSuchPlugin, noSuchRelease, preconditionFailed, releaseDropped, rolloutOver } from '../refusals.ts';

export const getRollout = operation({
  ...{ operation: 'getRollout', method: 'GET', pattern: `${onePlugin}/rollout`, access: 'read', of: 'plugin', tag: 'plugins' },
  summary: 'The rollout that is under way, or else the last one',
  answers: {
    200: {
      says: 'As of now. The ETag is the number of the deployment that is live.',
      json: pluginRollout,
      etag: "The deployment's number",
    },
  },
  errors: [badRequest, noRollout],
});

export const startRollout = operation({
  ...{ operation: 'startRollout', method: 'POST', pattern: `${onePlugin}/rollout`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  summary: 'Give a release more and more of the calls, for as long as it is no worse than the one that has them',
  description:
    "The release gets the first step's part of the calls. Each step is held for `holdSeconds` at least, until `samples` calls of both releases have been compared and nothing seems worse; then the next step is deployed. A release that is surely worse (more failures, more CPU, longer calls) is rolled back, at any step, and one that is quarantined at once. Whatever else is deployed, pushed or rolled back in the meantime ends the rollout, and stays. What counts as worse, and how likely one that is not is rolled back: docs/operators.md.",
  headers: [ifMatch],
  body: rolloutBody,
  what: 'a rollout',
  answers: { 201: { says: 'As of now.', json: pluginRollout, etag: 'The number of its deployment' } },
  errors: [badRequest, noSuchRelease, refused(['rollout_under_way']), releaseDropped, preconditionFailed, refused(['invalid_rollout'])],
});

export const listRollouts = operation({
  ...{ operation: 'listRollouts', method: 'GET', pattern: `${onePlugin}/rollouts`, access: 'read', of: 'plugin', tag: 'plugins' },
  summary: 'The rollouts that were made, with what was decided on each and the figures, the newest first, at most 50',
  query: paging,
  answers: {
    200: {
      says: 'The rollouts. The ETag is the number of the deployment that is live.',
      json: z.object({ plugin: pluginId, rollouts: z.array(rollout), next }),
      etag: "The deployment's number",
    },
  },
  errors: [badRequest, noSuchPlugin],
});

export const pauseRollout = operation({
  ...{ operation: 'pauseRollout', method: 'POST', pattern: `${onePlugin}/rollout/pause`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  summary: 'Hold the rollout in its step',
  description: 'It is watched on, and rolled back where the release is worse. Its timeout does not count until it is resumed.',
  headers: [ifMatch],
  body: whyBody,
  what: 'a change of a rollout',
  answers: { 200: { says: 'As of now.', json: pluginRollout, etag: 'The number of its deployment' } },
  errors: [badRequest, noRollout, rolloutOver, preconditionFailed],
});

export const resumeRollout = operation({
  ...{ operation: 'resumeRollout', method: 'POST', pattern: `${onePlugin}/rollout/resume`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  summary: 'Let a paused rollout go on',
  headers: [ifMatch],
  body: whyBody,
  what: 'a change of a rollout',
  answers: { 200: { says: 'As of now.', json: pluginRollout, etag: 'The number of its deployment' } },
  errors: [badRequest, noRollout, rolloutOver, preconditionFailed],
});

export const promoteRollout = operation({
  ...{
    operation: 'promoteRollout',
    method: 'POST',
    pattern: `${onePlugin}/rollout/promote`,
    access: 'deploy',
    of: 'plugin',
    tag: 'plugins',
  },
  summary: 'Go to the next step now',
  description: 'Neither the hold nor the samples are waited for. A paused rollout stays paused.',
  headers: [ifMatch],
  body: whyBody,
  what: 'a change of a rollout',
  answers: { 200: { says: 'As of now.', json: pluginRollout, etag: 'The number of its deployment' } },
  errors: [badRequest, noRollout, rolloutOver, preconditionFailed],
});

export const abortRollout = operation({
  ...{ operation: 'abortRollout', method: 'POST', pattern: `${onePlugin}/rollout/abort`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  summary: 'End the rollout, and give the old release all calls',
  headers: [ifMatch],
  body: whyBody,
  what: 'a change of a rollout',
  answers: { 200: { says: 'As of now.', json: pluginRollout, etag: 'The number of its deployment' } },
  errors: [badRequest, noRollout, rolloutOver, preconditionFailed],
});
