/** What to do about each error of the catalogue, and what it means beyond its title. A code without both does not compile. */

import type { ErrorCode } from './errors.ts';

export interface Advice {
  readonly means: string;
  /** What to do, in the imperative; addressed to whoever's fault it is. */
  readonly todo: string;
}

const at = (means: string, todo: string): Advice => ({ means, todo });

/** Texts are Markdown. */
export const errorAdvice: Readonly<Record<ErrorCode, Advice>> = {
  // A call of a plugin, on the traffic port.
  no_such_plugin: at(
    'Nothing is live under this domain, group and name.',
    'Compare the path with `nbox ls`; push the plugin where it is missing.',
  ),
  no_such_interface: at(
    'The plugin is live, and exports no handler or method of this name.',
    'Call one of those that the detail lists, or export this one.',
  ),
  plugin_error: at(
    'A handler threw, rejected, or answered what is no reply.',
    'See the position and the log (`nbox logs`); run the call again with `nbox replay`.',
  ),
  deadline_exceeded: at(
    'It ran or waited longer than `limits.deadlineMs`.',
    'Answer sooner, give calls of other services less time, or raise the limit.',
  ),
  cpu_exceeded: at(
    'It computed longer than `limits.cpuMs`.',
    'Mend what the position points to, move work out of the request, or raise the limit.',
  ),
  loop_budget_exceeded: at(
    'Its loops and calls took more steps than `limits.loopBudget`: most often a loop that does not end.',
    'Mend the loop at the position, or raise the limit.',
  ),
  memory_exceeded: at(
    'Its sandbox grew beyond `limits.memoryMb`.',
    'Keep less at once: stream long bodies, bound what is cached; or raise the limit.',
  ),
  response_too_large: at("The reply's body is beyond `limits.responseBytes`.", 'Answer in pages, stream, or raise the limit.'),
  request_too_large: at('The body is larger than the plugin, or the API, takes.', 'Send less; the detail says how much may be sent.'),
  bad_request: at(
    'A header, a path or the body breaks the rules of HTTP, or the client left before it was done.',
    'Mend what the detail names, and send it again.',
  ),
  details_refused: at(
    '`nbox-details` had no token, or one that does not reach the plugin.',
    'Send the token in it, or leave the header out.',
  ),
  too_many_guesses: at(
    'From this address, or in all, wrong tokens were tried too often.',
    'Wait for `Retry-After`; look for whoever has an old token.',
  ),
  release_not_deployed: at(
    '`Nbox-Release-Override` names a release that has no part of the calls, not even 0%.',
    'Deploy it, or leave the header out.',
  ),
  no_such_preview: at('The preview is over, was never there, or the token is that of another.', 'Make a new one: `nbox preview`.'),
  overloaded: at(
    'More calls wait than can be served within their time, so that this one was not begun.',
    'Send it again after `Retry-After`. The operator: see `GET /v1/hints`, and add executors or hosts.',
  ),
  budget_exceeded: at(
    'The domain, the group or the plugin has used what its budget lets it within the window.',
    'Wait for `Retry-After`, or have the budget raised: `nbox budgets`.',
  ),
  executor_lost: at(
    'The process that ran the call ended, by this call or another in it. Calls that may run again were run again first.',
    'Send it again where that does no harm. If it comes back, see the log for the plugin that ends executors.',
  ),
  release_replaced: at(
    'A stream went on longer on the old release than `--swap-drain` lets it.',
    'Send it again: it reaches the new release. Keep streams short, or have them resumed.',
  ),
  loop_detected: at(
    'The request has been through sixteen hosts (`CDN-Loop`).',
    'Find where plugins call each other in a circle, and break it.',
  ),
  quarantined: at(
    'Its calls went beyond their limits again and again, and are refused for a while.',
    'Mend the plugin and push it, or go back: `nbox rollback`. `DELETE …/breaker` forgets what is held against it.',
  ),
  dynamic_code_off: at(
    'It was accepted while `--dynamic-code` was on.',
    'Allow it again, or push a release that makes no code from strings.',
  ),
  stopping: at(
    'The host ends what it has begun and begins nothing more.',
    'Send it again after `Retry-After`, to another host where there is one.',
  ),
  // The admin API.
  unauthorized: at(
    'There is no token in the request, or one that is not known, is over or was revoked.',
    'Send `authorization: Bearer <token>`; the command line takes `NBOX_TOKEN`.',
  ),
  forbidden: at(
    'The token has too small a scope, or does not reach what is asked for.',
    'Ask whoever gives tokens for one with the scope and the reach that the detail names.',
  ),
  csrf_refused: at(
    'With a session, changes are taken from its own page only, with the header `nbox-csrf`.',
    'Send what `GET /v1/session` has as `csrf`; or a token in place of the cookie.',
  ),
  login_failed: at(
    'The provider refused, its answer was not to be trusted, or none of the groups has a scope here.',
    'Log in again; ask the operator which groups may (`--oidc-groups`).',
  ),
  login_unavailable: at(
    'The provider did not answer, or not as OpenID Connect has it.',
    'See the log for its answer, and `--oidc-issuer`.',
  ),
  rate_limited: at(
    'The address, or the token, has sent as many requests as it may for now.',
    'Wait for `Retry-After`; `RateLimit` says how many are left.',
  ),
  no_such_token: at('It was revoked, was never there, or is out of your reach.', 'See `GET /v1/tokens`.'),
  token_exists: at(
    'Names are those of the history and the audit, so that no two tokens have one.',
    'Take another name, or revoke the old one first.',
  ),
  too_many_tokens: at('A host keeps a bounded number.', 'Revoke those that nobody uses: `lastUsedAt` tells.'),
  audit_failed: at(
    'What was asked for has been done; only the word of it is missing.',
    'The operator: see the log, most often a full disk. Do not send the change again.',
  ),
  host_not_allowed: at(
    'The API answers to loopback names, `--admin-host` and `--admin-hosts` only, against pages that rebind their names.',
    'Use one of those names, or add this one to `--admin-hosts`.',
  ),
  not_found: at('No operation has this path.', 'Compare it with the [API](openapi.json).'),
  method_not_allowed: at('The path has other methods; `Allow` lists them.', 'Use one of those.'),
  unsupported_media_type: at(
    'The body says that it is no JSON, or that it is packed.',
    'Send `content-type: application/json`, and no `content-encoding`.',
  ),
  malformed_json: at('The body is no JSON in UTF-8, or nested too deeply; the position says where.', 'Mend the text there.'),
  invalid_body: at(
    'A field is missing, unknown, or not what it may be; the pointer says which.',
    'Mend that field; the [API](openapi.json) says what it may be.',
  ),
  invalid_query: at('A parameter is unknown, given twice, or not what it may be.', 'Mend the one that the detail names.'),
  no_such_release: at('There is no release of this number, or none before it.', 'See `nbox releases`.'),
  release_dropped: at(
    'It is older than `--keep-releases` and `--keep-days` keep, so that its source and code are gone.',
    'Push the source again from where it is versioned.',
  ),
  precondition_failed: at('What `If-Match` names is no longer what is there.', 'Read it again, see what has changed, and decide anew.'),
  invalid_deployment: at('The shares do not add up to 100, or name too many releases or one twice.', 'Mend what the pointer names.'),
  idempotency_mismatch: at('The key was sent with another push of late.', 'Take a new key for each push.'),
  nothing_to_roll_back: at('No release before this one has had all calls.', 'Deploy a release by its number, or push the fix.'),
  previews_off: at('`--previews` is 0.', 'Have the operator turn them on, or publish as a canary of 0%.'),
  too_many_previews: at('Calls that still run hold what previews may take.', 'Try again in a moment; end those that nobody needs.'),
  invalid_rollout: at('The steps do not go up to 100, or the release has the calls already.', 'Mend what the pointer names.'),
  rollout_under_way: at('A plugin has one at a time.', 'Wait for it, or end it: `nbox rollout abort`.'),
  no_rollout: at('None was ever started.', 'Start one: `nbox rollout start`.'),
  rollout_over: at('It has ended, by itself or by another deployment.', 'See how: `nbox rollout status`; start another.'),
  invalid_scope: at('A budget is of `domain`, `domain/group` or `domain/group/name`.', 'Mend the path.'),
  no_such_budget: at('Nothing bounds the scope.', 'See `nbox budgets`.'),
  too_many_budgets: at('A host keeps 1,000.', 'Remove those that nobody needs; bound a group in place of its plugins.'),
  invalid_plugin_id: at('An id is three parts of small letters, digits and hyphens, 1 to 63 each.', 'Mend the path.'),
  invalid_manifest: at(
    '`nbox.json`, or the manifest of the push, has a field that is unknown or not what it may be.',
    "Mend the field that the pointer names; the [authors' guide](authors.md#manifest) lists all.",
  ),
  invalid_source: at('A file has no name or text that can be taken, or there is none to begin with.', 'Mend what the pointer names.'),
  source_too_large: at(
    'A file, or all of them, are larger than a push may be.',
    'Leave out what the plugin does not run; the detail says what may be.',
  ),
  type_errors: at(
    'The type-checker has found errors; the diagnostics say where.',
    'Mend them; `?typecheck=warn` publishes in spite of them.',
  ),
  bundle_failed: at(
    'An import leads nowhere, or the syntax is none.',
    'Mend what the diagnostics say; see which [libraries](authors.md#libraries) there are.',
  ),
  probe_failed: at('Its top level threw, took too long, or exports no handler.', 'Mend the position: leave work to the handlers.'),
  tests_failed: at(
    'Its own tests ran against the new release, and some failed.',
    'See `tests` in the answer, run them by `nbox test`, and mend them.',
  ),
  tests_required: at('`--test-skips` is false.', 'Push without `?tests=skip`.'),
  handover_failed: at(
    'The live release could not give its state, or the new one does not start with it.',
    'Mend the step that `handover` names, or push with `?handover=skip`, which starts fresh.',
  ),
  replay_changed: at(
    'The new release answers recorded requests otherwise than the live one; `replay` says which.',
    'See whether that is meant; `?accept=replay` publishes all the same.',
  ),
  no_such_failure: at(
    'It was never there, or nobody has kept it and newer ones took its place.',
    'See `nbox failures`; keep those that matter: `POST …/failures/{id}/keep`.',
  ),
  too_many_capsules: at('Fifty of a plugin are kept.', 'Drop those that are done with.'),
  too_many_tails: at('32 of a token, or 128 in all, are open.', 'Close those that nobody reads.'),
  builder_failed: at(
    'The builder crashed, or took too long or too much memory, on this source.',
    'Make the source smaller or simpler; other builds are not touched.',
  ),
  builder_busy: at('As many builds wait as may.', 'Send it again after `Retry-After`.'),
  publish_failed: at(
    'Executors or the store could not take the release; the old one serves on.',
    'Send it again; the operator sees the cause in the log.',
  ),
  no_such_lane: at('`--lanes` has none of this name.', 'See `GET /v1/hints` for those that there are.'),
  hints_unknown: at(
    'The host has not watched for long enough, its figures are old, or it takes no calls.',
    'Ask again after `Retry-After`; take it for unknown, never for 0.',
  ),
  // The editor.
  editor_session_lost: at(
    'The host has forgotten them: it was started again, or others took their place.',
    'Send all files again, without `since`.',
  ),
  editor_superseded: at('A newer question of the same kind came before this one was answered.', 'Take the answer of the newer one.'),
  editor_busy: at('As many questions wait as may.', 'Ask again after `Retry-After`.'),
  editor_failed: at(
    'What answers editors ended on these files, and begins anew.',
    'Change the files, or push them: the builder says what is wrong.',
  ),
  // Stored usage.
  usage_too_large: at(
    'The answer would have more rows than one may.',
    'Ask for less: a coarser step, fewer groups, a shorter range; or for `ndjson` or `csv`.',
  ),
  usage_not_kept: at('Fine steps are kept for less time than coarse ones.', 'Ask for the step that the detail names.'),
  usage_busy: at('As many queries wait as may.', 'Ask again after `Retry-After`.'),
  usage_unavailable: at(
    'The file of stored usage cannot be read; calls are served and metered all the same.',
    'See the log for the cause: most often a full or broken disk.',
  ),
  // Exports of the store.
  export_busy: at('One runs at a time.', 'Ask again after `Retry-After`.'),
  invalid_export: at('The file was cut off, changed, or is no export.', 'Export again, and compare the sizes.'),
  store_not_empty: at('An import goes into an empty store only.', 'Take another `--data`, or move the old one away.'),
  import_failed: at('The store could not be written.', 'See the cause: most often a full disk or missing rights.'),
  too_many_readers: at('As many read `/v1/events` as may.', 'Close those that nobody looks at.'),
  internal_error: at(
    'Something went wrong that nbox has no name for.',
    'The operator: search the log for the request id of the detail, and report it.',
  ),
};
