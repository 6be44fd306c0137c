/** The operations of failures: what they take, answer and are refused by. */

import { z } from 'zod';
import { pluginId } from '../answers/names.ts';
import { capsule, failure, replay } from '../answers/recordings.ts';
import { replayBody } from '../bodies/recordings.ts';
import { whyBody } from '../bodies/why.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { badRequest, noSuchFailure, releaseDropped } from '../refusals.ts';

export const listFailures = operation({
  ...{ operation: 'listFailures', method: 'GET', pattern: `${onePlugin}/failures`, access: 'read', of: 'plugin', tag: 'calls' },
  summary: 'Calls that failed of late, and those that were kept',
  description:
    "Those that nobody has kept are in the host's memory: the last 20 of each plugin, five a second at most, and no longer than the host runs. Secrets and personal fields in them are unreadable.",
  answers: {
    200: {
      says: 'The failures; those that were kept first, then the latest.',
      json: z.object({ plugin: pluginId, failures: z.array(failure) }),
    },
  },
  errors: [badRequest],
});

export const getCapsule = operation({
  ...{ operation: 'getCapsule', method: 'GET', pattern: `${onePlugin}/failures/:id`, access: 'deploy', of: 'plugin', tag: 'calls' },
  summary: 'All that is needed to run a failed call again, wherever there is an nbox',
  params: { id: z.string().describe("A failure's") },
  answers: { 200: { says: 'The capsule.', json: capsule } },
  errors: [badRequest, noSuchFailure, releaseDropped],
});

export const dropFailure = operation({
  ...{ operation: 'dropFailure', method: 'DELETE', pattern: `${onePlugin}/failures/:id`, access: 'deploy', of: 'plugin', tag: 'calls' },
  summary: 'Keep a failure no longer',
  params: { id: z.string().describe("A failure's") },
  answers: { 204: { says: 'It is kept no longer.' } },
  errors: [badRequest, noSuchFailure],
});

export const keepFailure = operation({
  ...{ operation: 'keepFailure', method: 'POST', pattern: `${onePlugin}/failures/:id/keep`, access: 'deploy', of: 'plugin', tag: 'calls' },
  summary: "Keep a failure beyond the host's memory",
  description: 'Its release stays whole for as long. At most 50 of a plugin are kept.',
  params: { id: z.string().describe("A failure's") },
  body: whyBody,
  what: 'why it is kept',
  answers: { 201: { says: 'It is kept.', json: failure } },
  errors: [badRequest, noSuchFailure, refused(['too_many_capsules'])],
});

export const replayFailure = operation({
  ...{ operation: 'replay', method: 'POST', pattern: `${onePlugin}/replays`, access: 'deploy', of: 'plugin', tag: 'calls' },
  isKept: false,
  summary: 'Run a failed call again',
  description:
    'In a sandbox of its own, with the request, the answers of others, the clock and the randomness that it had; nothing leaves for the outside. On the release on which it failed, another one, or a source that is no release.',
  body: replayBody,
  what: 'a replay',
  answers: { 200: { says: 'How it ended.', json: replay } },
  errors: [
    badRequest,
    refused(['no_such_failure', 'no_such_release']),
    releaseDropped,
    refused(
      ['invalid_manifest', 'invalid_source', 'bundle_failed', 'probe_failed'],
      'Of a source, as of a push: `invalid_manifest`, `invalid_source`, `bundle_failed`, `probe_failed`',
    ),
    refused(['dynamic_code_off'], '`dynamic_code_off`: the release makes code from strings, which the host allows no more'),
  ],
});
