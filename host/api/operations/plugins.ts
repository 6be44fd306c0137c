/** The operations of plugins: what they take, answer and are refused by. */

import { z } from 'zod';
import { invoked } from '../answers/invocations.ts';
import { problem } from '../answers/problem.ts';
import { plugin, pluginDetail, published, publishedPlugins } from '../answers/releases.ts';
import { failedTests, tested } from '../answers/tests.ts';
import { invocationBody } from '../bodies/invocations.ts';
import { bulkBody, pushBody, testBody } from '../bodies/pushes.ts';
import { idempotencyKey, ifMatch, ifNoneMatch } from '../headers.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { next, paging } from '../paging.ts';
import { choice, gates, handover, percent } from '../query.ts';
import {
  badRequest,
  failedCall,
  noSuchPlugin,
  notPublished,
  preconditionFailed,
  refusedPush,
  testsRequired,
  tooLarge,
} from '../refusals.ts';

export const listPlugins = operation({
  ...{ operation: 'listPlugins', method: 'GET', pattern: '/v1/plugins', access: 'read', of: 'reach', tag: 'plugins' },
  summary: 'Every live plugin, in order of ids',
  query: paging,
  answers: { 200: { says: 'The plugins.', json: z.object({ plugins: z.array(plugin), next }) } },
  errors: [badRequest],
});

export const pushPlugins = operation({
  ...{ operation: 'pushPlugins', method: 'POST', pattern: '/v1/plugins', access: 'deploy', of: 'reach', tag: 'plugins' },
  summary: 'Publish several plugins at once',
  description:
    'One transaction: all of them go live at the same moment, or none does. What is wrong with one is told with its place, such as `/plugins/3/manifest/lane`.',
  query: {
    typecheck: choice(['strict', 'warn'], 'As a push of one has it.', 'strict'),
    tests: choice(['run', 'skip'], 'As a push of one has it, for all of them.', 'run'),
    handover,
    accept: gates('Gates, with commas between them, whose findings do not keep it from going live, since the pusher knows of them.'),
  },
  headers: [idempotencyKey],
  body: bulkBody,
  what: 'a push of several plugins',
  answers: {
    200: { says: 'All of this was live already; nothing was changed.', json: publishedPlugins },
    201: { says: 'Live now.', json: publishedPlugins },
  },
  errors: [
    refused(['malformed_json', 'invalid_body', 'invalid_query', 'invalid_plugin_id', 'bad_request']),
    testsRequired,
    refused(['request_too_large', 'source_too_large'], '`request_too_large` (the body), `source_too_large` (the files of one)'),
    refusedPush(
      ['idempotency_mismatch'],
      "The author's: `invalid_manifest`, `invalid_source`, `type_errors`, `bundle_failed`, `probe_failed`, `tests_failed` (with the member `tests`), `handover_failed`, `replay_changed` (with the member `replay`); the caller's: `idempotency_mismatch`",
    ),
    notPublished,
  ],
});

export const pushPlugin = operation({
  ...{ operation: 'pushPlugin', method: 'PUT', pattern: onePlugin, access: 'deploy', of: 'plugin', tag: 'plugins' },
  summary: 'Publish a source',
  description:
    'One transaction: type-check, bundle, instrument, probe, tests, load, store, swap. Any failure leaves the old release serving, a failure to hand its state over included. When it has answered, no later call reaches the old release. It runs to its end even where the client has gone. Pushes of one plugin run one after the other.',
  query: {
    typecheck: choice(
      ['strict', 'warn'],
      '`warn` publishes in spite of type errors, and returns them as warnings. It is not part of the content.',
      'strict',
    ),
    tests: choice(
      ['run', 'skip'],
      "`skip` publishes without running the tests of the source, where the host's operator has not forbidden it. `message` must then say why, and the release keeps it in `gates`. Where there are no tests it changes nothing.",
      'run',
    ),
    percentage: percent(
      "The release's part of the calls; the rest stays with what has had the most. A canary, or at 0 a release that only `Nbox-Release-Override` reaches.",
    ),
    handover,
    accept: gates('Gates, with commas between them, whose findings do not keep it from going live, since the pusher knows of them.'),
  },
  headers: [ifMatch, ifNoneMatch, idempotencyKey],
  body: pushBody,
  what: 'a push: there are source, files, manifest and message',
  answers: {
    200: { says: 'This content was live already; nothing was changed.', json: published },
    201: { says: 'Live now. Content that the plugin had before becomes live again under its old release number.', json: published },
  },
  errors: [
    refused(['malformed_json', 'invalid_body', 'invalid_query', 'invalid_plugin_id', 'bad_request']),
    testsRequired,
    preconditionFailed,
    tooLarge,
    refused(['unsupported_media_type']),
    refusedPush(
      ['invalid_deployment', 'idempotency_mismatch'],
      "The author's: `invalid_manifest`, `invalid_source`, `type_errors`, `bundle_failed`, `probe_failed`, `tests_failed` (with the member `tests`), `handover_failed`, `replay_changed`; the caller's: `invalid_deployment`, `idempotency_mismatch`",
    ),
    notPublished,
  ],
});

export const getPlugin = operation({
  ...{ operation: 'getPlugin', method: 'GET', pattern: onePlugin, access: 'read', of: 'plugin', tag: 'plugins' },
  summary: 'One plugin with its manifest, defaults filled in',
  answers: { 200: { says: 'The plugin.', json: pluginDetail, etag: "The deployment's number" } },
  errors: [badRequest, noSuchPlugin],
});

export const removePlugin = operation({
  ...{ operation: 'removePlugin', method: 'DELETE', pattern: onePlugin, access: 'admin', of: 'plugin', tag: 'plugins' },
  summary: 'Remove a plugin with its releases',
  description: 'Calls that run end; later ones get 404. Release numbers go on where the plugin is pushed again.',
  headers: [ifMatch],
  answers: { 204: { says: 'It is gone.' } },
  errors: [badRequest, noSuchPlugin, preconditionFailed],
});

export const testPlugin = operation({
  ...{ operation: 'testPlugin', method: 'POST', pattern: `${onePlugin}/tests`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  isKept: false,
  summary: 'Run the tests of a source, and publish nothing',
  description:
    'Checks and builds the source as a push would, and runs its tests (`*.test.ts`) as a push would. Nothing is stored, and the plugin need not be there.',
  query: { typecheck: choice(['strict', 'warn'], 'As a push has it.', 'strict') },
  body: testBody,
  what: 'a run of tests: there are source, files and manifest',
  answers: { 200: { says: 'No test failed.', json: tested } },
  errors: [
    refused(['malformed_json', 'invalid_body', 'invalid_query', 'invalid_plugin_id', 'bad_request']),
    tooLarge,
    refused(['unsupported_media_type']),
    refused(
      ['tests_failed', 'invalid_manifest', 'invalid_source', 'type_errors', 'bundle_failed'],
      '`tests_failed`, with the member `tests`; `invalid_manifest`, `invalid_source`, `type_errors`, `bundle_failed`',
      { body: z.union([failedTests, problem]) },
    ),
    refused(
      ['builder_failed', 'builder_busy', 'publish_failed', 'stopping'],
      '`builder_failed`, `builder_busy`, `publish_failed` (the tests could not be run), `stopping`; may carry Retry-After',
      { retryAfter: true },
    ),
  ],
});

export const invokePlugin = operation({
  ...{ operation: 'invokePlugin', method: 'POST', pattern: `${onePlugin}/invocations`, access: 'deploy', of: 'plugin', tag: 'plugins' },
  isKept: false,
  summary: 'Call what no request reaches',
  description:
    "Calls a scheduled handler, a queue handler with a batch, or a method of an entry point, by hand. It is a call like any other: metered, and held to the plugin's limits, of which `requestBytes` bounds the body. It answers when the handler has returned and all that it gave to `ctx.waitUntil` has settled; the header `nbox-call` names it in the log. Failures are those of the traffic port, told in full, since whoever has the token may read the plugin's errors.",
  body: invocationBody,
  what: 'an invocation',
  answers: { 200: { says: 'What came of it.', json: invoked } },
  errors: [
    refused(['invalid_plugin_id', 'malformed_json', 'invalid_body', 'invalid_query', 'bad_request']),
    refused(['no_such_plugin', 'no_such_interface'], '`no_such_plugin`, or `no_such_interface`: it says what the plugin has'),
    ...failedCall,
  ],
});
