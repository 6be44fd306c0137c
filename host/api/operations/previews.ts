/** The operations of previews: what they take, answer and are refused by. */

import { z } from 'zod';
import { invocationResult } from '../answers/invocations.ts';
import { interfaceName, pluginId } from '../answers/names.ts';
import { preview, previewDetail } from '../answers/previews.ts';
import { diagnostic, problem } from '../answers/problem.ts';
import { gateReports, published } from '../answers/releases.ts';
import { failedTests } from '../answers/tests.ts';
import { invocationBody } from '../bodies/invocations.ts';
import { previewBody } from '../bodies/pushes.ts';
import { whyBody } from '../bodies/why.ts';
import { idempotencyKey, ifMatch, ifNoneMatch } from '../headers.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { choice, gates, handover, percent } from '../query.ts';
import {
  badRequest,
  failedCall,
  noSuchPreview,
  notPublished,
  preconditionFailed,
  refusedPush,
  testsRequired,
  tooLarge,
} from '../refusals.ts';

const id = z
  .string()
  .regex(/^[0-9a-f]{20}$/)
  .describe("A preview's");

export const listPreviews = operation({
  ...{ operation: 'listPreviews', method: 'GET', pattern: `${onePlugin}/previews`, access: 'read', of: 'plugin', tag: 'previews' },
  summary: "The plugin's previews, the newest first",
  description: 'The plugin need not exist.',
  answers: { 200: { says: 'The previews, without their tokens.', json: z.object({ plugin: pluginId, previews: z.array(preview) }) } },
  errors: [badRequest],
});

export const makePreview = operation({
  ...{ operation: 'makePreview', method: 'POST', pattern: `${onePlugin}/previews`, access: 'deploy', of: 'plugin', tag: 'previews' },
  summary: 'Make a draft callable under its own address',
  description:
    "Type-checked, bundled, tried and held against the gates as a push is, and then neither stored nor deployed. It is called on the traffic port at its `url`, by whoever sends its token: in the header `nbox-preview-token`, or once as the query parameter of that name, which sets a cookie for the preview's path and redirects to the URL without it (of a `GET` or `HEAD`; other methods are taken with it). Without the token the address is 404 `no_such_preview`. Failures are told in full. The plugin need not exist, and where it does, nothing of it changes. Of a plugin there are five at most: with a sixth, the oldest ends. A restart of the host ends all of them.",
  query: {
    typecheck: choice(['strict', 'warn'], 'As a push has it.', 'strict'),
    tests: choice(['run', 'skip'], 'As a push has it.', 'run'),
    accept: gates('As a push has it.'),
  },
  body: previewBody,
  what: 'a preview: there are source, files, manifest, message and ttlSeconds',
  answers: {
    201: {
      says: 'It can be called now. The token is told only here.',
      json: z.object({
        plugin: pluginId,
        preview: z.object({ ...preview.shape, token: z.string().regex(/^nboxp_[A-Za-z0-9_-]{43}$/) }),
        diagnostics: z.array(diagnostic).describe('Warnings'),
        timings: z.record(z.string(), z.number()).describe('As a push has them, without `storeMs`'),
        interfaces: z.array(interfaceName),
        gates: gateReports,
      }),
    },
  },
  errors: [
    refused(['malformed_json', 'invalid_body', 'invalid_query', 'invalid_plugin_id', 'bad_request']),
    refused(['previews_off', 'tests_required'], '`previews_off`; `tests_required`: the operator has the tests skipped by nobody'),
    tooLarge,
    refused(
      ['invalid_manifest', 'invalid_source', 'type_errors', 'bundle_failed', 'probe_failed', 'tests_failed', 'replay_changed'],
      "The author's: `invalid_manifest`, `invalid_source`, `type_errors`, `bundle_failed`, `probe_failed`, `tests_failed` (with the member `tests`), `replay_changed` (with the member `replay`)",
      { body: z.union([failedTests, problem]) },
    ),
    refused(
      ['builder_failed', 'builder_busy', 'publish_failed', 'too_many_previews', 'stopping'],
      '`builder_failed`, `builder_busy`, `publish_failed`, `too_many_previews`, `stopping`; may carry Retry-After',
      { retryAfter: true },
    ),
  ],
});

export const getPreview = operation({
  ...{ operation: 'getPreview', method: 'GET', pattern: `${onePlugin}/previews/:id`, access: 'read', of: 'plugin', tag: 'previews' },
  summary: 'One preview, with its manifest, what it has used and what is held against it',
  params: { id },
  answers: { 200: { says: 'The preview.', json: previewDetail } },
  errors: [badRequest, noSuchPreview],
});

export const endPreview = operation({
  ...{ operation: 'endPreview', method: 'DELETE', pattern: `${onePlugin}/previews/:id`, access: 'deploy', of: 'plugin', tag: 'previews' },
  summary: 'End a preview',
  description: 'Calls that run end; the connections of its streams are cut.',
  params: { id },
  answers: { 204: { says: 'It is over.' } },
  errors: [badRequest, noSuchPreview],
});

export const invokePreview = operation({
  ...{
    operation: 'invokePreview',
    method: 'POST',
    pattern: `${onePlugin}/previews/:id/invocations`,
    access: 'deploy',
    of: 'plugin',
    tag: 'previews',
  },
  isKept: false,
  summary: 'Call of a preview what no request reaches',
  description: 'As of a live plugin (`invokePlugin`); the answer and its failures have the same form.',
  params: { id },
  body: invocationBody,
  what: 'an invocation',
  answers: { 200: { says: 'What came of it.', json: z.object({ ...invocationResult.shape, preview: z.string().describe('Its id') }) } },
  errors: [
    refused(['invalid_plugin_id', 'malformed_json', 'invalid_body', 'invalid_query', 'bad_request']),
    refused(['no_such_preview', 'no_such_interface'], '`no_such_preview`, or `no_such_interface`: it says what the preview has'),
    ...failedCall,
  ],
});

export const publishPreview = operation({
  ...{
    operation: 'publishPreview',
    method: 'POST',
    pattern: `${onePlugin}/previews/:id/publish`,
    access: 'deploy',
    of: 'plugin',
    tag: 'previews',
  },
  summary: 'Publish a preview as it is',
  description: 'A push of the same files and manifest, checked and answered as any push. The preview stays until its time.',
  params: { id },
  query: {
    percentage: percent('As a push has it.'),
    handover,
    tests: choice(['run', 'skip'], 'As a push has it.', 'run'),
    accept: gates('As a push has it.'),
  },
  headers: [ifMatch, ifNoneMatch, idempotencyKey],
  body: whyBody,
  what: 'publishing a preview',
  answers: {
    200: { says: 'This content was live already; nothing was changed.', json: published },
    201: { says: 'Live now.', json: published },
  },
  errors: [
    refused(['invalid_plugin_id', 'malformed_json', 'invalid_body', 'invalid_query', 'bad_request']),
    noSuchPreview,
    preconditionFailed,
    testsRequired,
    tooLarge,
    refusedPush(
      ['invalid_deployment', 'idempotency_mismatch'],
      "The author's: `invalid_manifest`, `invalid_source`, `type_errors`, `bundle_failed`, `probe_failed`, `tests_failed` (with the member `tests`), `handover_failed`, `replay_changed` (with the member `replay`); the caller's: `invalid_deployment`, `idempotency_mismatch`. As of a push: a gate may refuse it now",
    ),
    notPublished,
  ],
});
