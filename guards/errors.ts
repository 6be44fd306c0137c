/** The catalogue of errors: every code that a caller, an author or an operator can meet, with its status and whose fault it is. */

/** Who can mend the cause: the plugin's author, the caller of the API, the operator of the host, or the host itself. */
export type Fault = 'author' | 'caller' | 'operator' | 'host';

interface Entry {
  readonly status: number;
  readonly fault: Fault;
  readonly title: string;
}

const catalogue = {
  // A call of a plugin, on the traffic port.
  no_such_plugin: { status: 404, fault: 'caller', title: 'No plugin answers to this path' },
  no_such_interface: { status: 404, fault: 'caller', title: 'The plugin has no such interface' },
  plugin_error: { status: 502, fault: 'author', title: 'The plugin failed' },
  deadline_exceeded: { status: 504, fault: 'author', title: 'The call took longer than its deadline' },
  cpu_exceeded: { status: 508, fault: 'author', title: 'The call used more CPU than its limit' },
  loop_budget_exceeded: { status: 508, fault: 'author', title: 'The call went round its loops too often' },
  memory_exceeded: { status: 507, fault: 'author', title: 'The call used more memory than its limit' },
  response_too_large: { status: 502, fault: 'author', title: 'The reply is larger than the plugin may send' },
  request_too_large: { status: 413, fault: 'caller', title: 'The request body is too large' },
  bad_request: { status: 400, fault: 'caller', title: 'The request is malformed' },
  details_refused: { status: 403, fault: 'caller', title: 'The details of failures are for tokens that reach the plugin' },
  too_many_guesses: { status: 429, fault: 'caller', title: 'Too many wrong tokens were tried' },
  release_not_deployed: { status: 404, fault: 'caller', title: 'The release that was asked for is not deployed' },
  no_such_preview: { status: 404, fault: 'caller', title: 'There is no such preview, or the token is not its own' },
  overloaded: { status: 503, fault: 'operator', title: 'Too many calls are waiting' },
  budget_exceeded: { status: 429, fault: 'operator', title: 'A budget of the plugin is used up' },
  executor_lost: { status: 503, fault: 'host', title: 'The process that ran the call was lost' },
  release_replaced: { status: 503, fault: 'author', title: 'The release was replaced while it made the reply' },
  loop_detected: { status: 508, fault: 'author', title: 'Plugins call each other in a circle' },
  quarantined: { status: 503, fault: 'author', title: 'The plugin is quarantined' },
  dynamic_code_off: { status: 503, fault: 'operator', title: 'The plugin makes code from strings, which is off on this host' },
  stopping: { status: 503, fault: 'operator', title: 'The host is stopping' },
  // The admin API.
  unauthorized: { status: 401, fault: 'caller', title: 'A valid bearer token is needed' },
  forbidden: { status: 403, fault: 'caller', title: 'The token may not do this' },
  csrf_refused: { status: 403, fault: 'caller', title: 'The request does not come from the page that the session is of' },
  login_failed: { status: 403, fault: 'caller', title: 'The identity provider did not let you in' },
  login_unavailable: { status: 503, fault: 'operator', title: 'The identity provider cannot be asked' },
  rate_limited: { status: 429, fault: 'caller', title: 'Too many requests were sent' },
  no_such_token: { status: 404, fault: 'caller', title: 'There is no such token' },
  token_exists: { status: 409, fault: 'caller', title: 'A token of this name is there already' },
  too_many_tokens: { status: 409, fault: 'caller', title: 'There are as many tokens as there may be' },
  audit_failed: { status: 503, fault: 'host', title: 'The change was made, but could not be written to the audit' },
  host_not_allowed: { status: 421, fault: 'caller', title: 'This Host header is not served here' },
  not_found: { status: 404, fault: 'caller', title: 'There is nothing at this path' },
  method_not_allowed: { status: 405, fault: 'caller', title: 'The path does not take this method' },
  unsupported_media_type: { status: 415, fault: 'caller', title: 'The body must be JSON' },
  malformed_json: { status: 400, fault: 'caller', title: 'The body is not JSON' },
  invalid_body: { status: 400, fault: 'caller', title: 'The body does not have the form asked for' },
  invalid_query: { status: 400, fault: 'caller', title: 'A query parameter is not valid' },
  no_such_release: { status: 404, fault: 'caller', title: 'The plugin has no such release' },
  release_dropped: { status: 410, fault: 'caller', title: 'The content of this release was dropped' },
  precondition_failed: { status: 412, fault: 'caller', title: 'Someone else has changed it in the meantime' },
  invalid_deployment: { status: 422, fault: 'caller', title: 'This is no deployment' },
  idempotency_mismatch: { status: 422, fault: 'caller', title: 'This Idempotency-Key was used for another request' },
  nothing_to_roll_back: { status: 409, fault: 'caller', title: 'There is no earlier release to go back to' },
  previews_off: { status: 403, fault: 'operator', title: 'Previews are off on this host' },
  too_many_previews: { status: 503, fault: 'operator', title: 'Previews take all the memory that they may' },
  invalid_rollout: { status: 422, fault: 'caller', title: 'This is no rollout' },
  rollout_under_way: { status: 409, fault: 'caller', title: 'A rollout of the plugin is under way' },
  no_rollout: { status: 404, fault: 'caller', title: 'The plugin has had no rollout' },
  rollout_over: { status: 409, fault: 'caller', title: 'No rollout of the plugin is under way' },
  invalid_scope: { status: 400, fault: 'caller', title: 'This is not the scope of a budget' },
  no_such_budget: { status: 404, fault: 'caller', title: 'The scope has no budget' },
  too_many_budgets: { status: 409, fault: 'caller', title: 'There are as many budgets as there may be' },
  invalid_plugin_id: { status: 400, fault: 'caller', title: 'This is not the id of a plugin' },
  invalid_manifest: { status: 422, fault: 'author', title: 'The manifest is not valid' },
  invalid_source: { status: 422, fault: 'author', title: 'The source cannot be accepted' },
  source_too_large: { status: 413, fault: 'author', title: 'The source is too large' },
  type_errors: { status: 422, fault: 'author', title: 'The source does not type-check' },
  bundle_failed: { status: 422, fault: 'author', title: 'The source cannot be bundled' },
  probe_failed: { status: 422, fault: 'author', title: 'The plugin failed while it was started' },
  tests_failed: { status: 422, fault: 'author', title: "The plugin's tests fail" },
  tests_required: { status: 403, fault: 'caller', title: 'Tests may not be skipped on this host' },
  handover_failed: { status: 422, fault: 'author', title: 'The state of the plugin could not be handed over' },
  replay_changed: { status: 422, fault: 'author', title: 'Recorded requests would be answered otherwise' },
  no_such_failure: { status: 404, fault: 'caller', title: 'The plugin has no such recorded failure' },
  too_many_capsules: { status: 409, fault: 'caller', title: 'Too many failures of the plugin are kept' },
  too_many_tails: { status: 429, fault: 'caller', title: 'Too many logs are followed' },
  builder_failed: { status: 503, fault: 'author', title: 'The builder was lost while it built this source' },
  builder_busy: { status: 503, fault: 'operator', title: 'Too many builds are waiting' },
  publish_failed: { status: 503, fault: 'host', title: 'The release could not be loaded or stored' },
  // The editor.
  editor_session_lost: { status: 409, fault: 'caller', title: 'The files of this editor are not known any more' },
  editor_superseded: { status: 409, fault: 'caller', title: 'The editor has asked something newer' },
  editor_busy: { status: 503, fault: 'operator', title: 'Too many questions of editors are waiting' },
  editor_failed: { status: 503, fault: 'author', title: 'What answers editors was lost on these files' },
  no_such_lane: { status: 404, fault: 'caller', title: 'There is no such lane' },
  hints_unknown: { status: 503, fault: 'operator', title: 'What capacity there should be is not known now' },
  // Stored usage.
  usage_too_large: { status: 400, fault: 'caller', title: 'More rows of usage were asked for than one answer has' },
  usage_not_kept: { status: 400, fault: 'caller', title: 'Usage is not kept that finely for so long' },
  usage_busy: { status: 503, fault: 'operator', title: 'Too many queries of usage are waiting' },
  usage_unavailable: { status: 503, fault: 'operator', title: 'Stored usage cannot be read now' },
  // Exports of the store.
  export_busy: { status: 503, fault: 'caller', title: 'Another export is running' },
  invalid_export: { status: 422, fault: 'caller', title: 'This is no whole export' },
  store_not_empty: { status: 409, fault: 'operator', title: 'The store is not empty' },
  import_failed: { status: 503, fault: 'operator', title: 'The export could not be stored' },
  too_many_readers: { status: 503, fault: 'caller', title: 'Too many read events already' },
  internal_error: { status: 500, fault: 'host', title: 'The host failed' },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof catalogue;

/** Where in the author's source something is. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a compiler or a check says of a place in the source. Lines and columns count from 1. */
export interface Diagnostic extends SourcePosition {
  readonly severity: 'error' | 'warning';
  /** `TS2322`, `esbuild`, `nbox/nesting`: who says it. */
  readonly code: string;
  readonly message: string;
}

export interface ErrorDetails {
  /** What is wrong this time, in words that the reader may see. */
  readonly detail: string;
  readonly cause?: unknown;
  readonly diagnostics?: readonly Diagnostic[];
  /** The field at fault, as a JSON pointer: `/manifest/limits/cpuMs`. */
  readonly pointer?: string;
  readonly position?: SourcePosition;
  /** Members that the problem has beside those of every problem (RFC 9457, section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** When trying again makes sense; becomes `Retry-After`. */
  readonly retryAfterS?: number;
}

/** What a host says thousands of times a second when too much is asked of it. A stack says nothing there, and costs a third of the refusal. */
const stackless: ReadonlySet<ErrorCode> = new Set(['overloaded', 'quarantined', 'budget_exceeded']);

/** The one error of nbox's own. Match on `code`, never on the text. */
export class NboxError extends Error {
  override readonly name = 'NboxError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails | string) {
    const given = typeof details === 'string' ? { detail: details } : details;
    const { stackTraceLimit } = Error;
    if (stackless.has(code)) Error.stackTraceLimit = 0;
    super(given.detail, given.cause === undefined ? undefined : { cause: given.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.details = given;
  }

  get status(): number {
    return catalogue[this.code].status;
  }

  get fault(): Fault {
    return catalogue[this.code].fault;
  }

  /** RFC 9457 problem details. */
  toProblem(): Problem {
    const { diagnostics, pointer, position, detail, extensions } = this.details;
    const entry = catalogue[this.code];
    return {
      ...extensions,
      type: `urn:nbox:error:${this.code}`,
      title: entry.title,
      status: entry.status,
      code: this.code,
      detail,
      ...(pointer === undefined ? {} : { pointer }),
      ...(position === undefined ? {} : { position }),
      ...(diagnostics === undefined ? {} : { diagnostics }),
    };
  }
}

/** RFC 9457 problem details with nbox's stable `code`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly pointer?: string;
  readonly position?: SourcePosition;
  readonly diagnostics?: readonly Diagnostic[];
}

/** Whether a value is an error of nbox's own with this code (any code where none is given). */
export function isNboxError(value: unknown, code?: ErrorCode): value is NboxError {
  return value instanceof NboxError && (code === undefined || value.code === code);
}

/** An error of a part of a request as one of all of it. @param pointer where the part stands: `/plugins/3` */
export function placed(error: unknown, pointer: string): unknown {
  if (!(error instanceof NboxError)) return error;
  return new NboxError(error.code, { ...error.details, pointer: `${pointer}${error.details.pointer ?? ''}` });
}

/** What crosses a process boundary in place of an error. */
export interface PackedError {
  readonly code: ErrorCode;
  readonly details: Omit<ErrorDetails, 'cause'>;
}

/** Any failure as something that can cross a process boundary; a stranger's text is not passed on. */
export function packError(error: unknown, fallback: ErrorCode = 'internal_error'): PackedError {
  if (error instanceof NboxError) {
    const { cause: _, ...details } = error.details;
    return { code: error.code, details };
  }
  return { code: fallback, details: { detail: error instanceof Error ? error.message : String(error) } };
}

export function unpackError(packed: PackedError): NboxError {
  return new NboxError(packed.code, packed.details);
}

/** Every code with its status, fault and title, for documents and tests. */
export const errorCatalogue: Readonly<Record<ErrorCode, Entry>> = catalogue;
