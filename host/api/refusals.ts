/** Refusals that several operations have. */

import { z } from 'zod';
import type { ErrorCode } from '../../guards/errors.ts';
import { failedInvocation } from './answers/invocations.ts';
import { problem } from './answers/problem.ts';
import { failedTests } from './answers/tests.ts';
import { refused } from './operation.ts';

export const invalidScope = refused(['invalid_scope', 'invalid_query', 'bad_request']);
export const invalidBudget = refused(
  ['invalid_scope', 'invalid_body', 'malformed_json', 'invalid_query', 'bad_request'],
  '`invalid_scope`, `invalid_body` with the field at fault, `malformed_json`, `invalid_query`, `bad_request`',
);
export const noSuchBudget = refused(['no_such_budget']);
export const tooManyBudgets = refused(['too_many_budgets'], '`too_many_budgets`: there are 1,000');
export const budgetChanged = refused(
  ['precondition_failed'],
  '`precondition_failed`: the scope has another budget than the one that If-Match names',
);
export const badRequest = refused(['invalid_plugin_id', 'invalid_query', 'bad_request']);
export const noSuchRelease = refused(['no_such_plugin', 'no_such_release']);
export const noSuchFailure = refused(['no_such_failure'], '`no_such_failure`: nobody has kept it, and it is gone');
export const noSuchPreview = refused(['no_such_preview'], '`no_such_preview`: the plugin has none of this id; it may be over');
export const releaseDropped = refused(
  ['release_dropped'],
  '`release_dropped`: its source and code were dropped, since it is old (`--keep-releases`, `--keep-days`)',
);
export const preconditionFailed = refused(
  ['precondition_failed'],
  '`precondition_failed`: another deployment is live than the one that If-Match names',
);
export const invalidDeployment = refused(
  ['invalid_deployment', 'handover_failed'],
  "`invalid_deployment`; the author's: `handover_failed`",
);
export const noRollout = refused(['no_such_plugin', 'no_rollout']);
export const rolloutOver = refused(['rollout_over'], '`rollout_over`: the last one has ended');
export const hintsUnknown = refused(
  ['hints_unknown'],
  '`hints_unknown`: the host has not watched for long enough, its figures are old, or it takes no calls; with Retry-After',
);
export const noSuchPlugin = refused(['no_such_plugin']);
export const usageUnavailable = refused(
  ['usage_busy', 'usage_unavailable'],
  '`usage_busy`: too many queries wait; `usage_unavailable`: what is stored cannot be read',
  { retryAfter: true },
);
export const editorBadRequest = refused(['malformed_json', 'invalid_body', 'invalid_query', 'invalid_plugin_id']);
export const editorConflict = refused(['editor_session_lost'], '`editor_session_lost`: send all files again, without `since`');
export const editorTooLarge = refused(
  ['request_too_large', 'source_too_large'],
  '`request_too_large` (the body), `source_too_large` (the files)',
);
export const editorNoSource = refused(['invalid_source'], '`invalid_source`: no push could have these files');
export const editorUnavailable = refused(
  ['editor_busy', 'editor_failed', 'stopping'],
  '`editor_busy`, `editor_failed` (these files have brought down what answers editors), `stopping`; may carry Retry-After',
  { retryAfter: true },
);
export const testsRequired = refused(['tests_required'], '`tests_required`: the operator has the tests skipped by nobody');
export const tooLarge = refused(
  ['request_too_large', 'source_too_large'],
  '`request_too_large` (the body), `source_too_large` (its files)',
);
/** Whatever publishes a source: by its author's doing, and by what else it may be refused. */
export const refusedPush = (more: readonly ErrorCode[], says: string) =>
  refused(
    [
      ...(['invalid_manifest', 'invalid_source', 'type_errors', 'bundle_failed'] as const),
      ...(['probe_failed', 'tests_failed', 'handover_failed', 'replay_changed'] as const),
      ...more,
    ],
    says,
    { body: z.union([failedTests, problem]) },
  );
export const notPublished = refused(
  ['builder_failed', 'builder_busy', 'publish_failed', 'stopping'],
  '`builder_failed`, `builder_busy`, `publish_failed`, `stopping`; may carry Retry-After',
  { retryAfter: true },
);

/** How a call may fail, whatever called it. */
export const failedCall = [
  refused(
    ['plugin_error', 'response_too_large'],
    "`plugin_error`, with the member `messages` where a batch's handler threw; `response_too_large`",
    { body: failedInvocation },
  ),
  refused(['budget_exceeded'], '`budget_exceeded`, with Retry-After', { retryAfter: true }),
  refused(
    ['overloaded', 'executor_lost', 'quarantined', 'release_replaced', 'dynamic_code_off', 'stopping'],
    '`overloaded`, `executor_lost`, `quarantined`, `release_replaced`, `dynamic_code_off`, `stopping`; may carry Retry-After',
    { retryAfter: true },
  ),
  refused(['deadline_exceeded']),
  refused(['memory_exceeded']),
  refused(
    ['cpu_exceeded', 'loop_budget_exceeded', 'loop_detected'],
    '`cpu_exceeded`, `loop_budget_exceeded`, `loop_detected` (the header CDN-Loop has 16 members `nbox`)',
  ),
];

/** What any operation may be refused by, whatever it is. */
export const anyOther: { readonly codes: readonly ErrorCode[]; readonly says: string } = {
  codes: [
    ...(['unauthorized', 'forbidden', 'csrf_refused', 'not_found', 'method_not_allowed', 'host_not_allowed'] as const),
    ...(['too_many_guesses', 'rate_limited', 'internal_error', 'audit_failed'] as const),
  ],
  says: 'Any other: 401 `unauthorized` (with WWW-Authenticate), 403 `forbidden`, `csrf_refused` (of a session), 404 `not_found`, 405 `method_not_allowed` (with Allow), 421 `host_not_allowed`, 429 `too_many_guesses`, `rate_limited` (with Retry-After), 500 `internal_error`, 503 `audit_failed` (of a change, which was made)',
};
