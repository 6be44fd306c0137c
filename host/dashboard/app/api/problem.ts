/** What the API says when it refuses: problem details with a stable code, or that there was no answer at all. */

export interface ProblemDetails {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly pointer?: string;
  readonly position?: { readonly file: string; readonly line: number; readonly column: number };
  readonly diagnostics?: readonly Diagnostic[];
  readonly [extension: string]: unknown;
}

export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: ProblemDetails;
  /** In seconds, where the host has said when to ask again. */
  readonly retryAfterS: number | undefined;

  constructor(problem: ProblemDetails, retryAfterS?: number) {
    super(problem.detail);
    this.problem = problem;
    this.retryAfterS = retryAfterS;
  }

  get code(): string {
    return this.problem.code;
  }
}

export const unreachable: ProblemDetails = Object.freeze({
  ...{ status: 0, code: 'unreachable', title: 'The host does not answer' },
  detail: 'Nothing came back from the host. It may be restarting, or the network is down; the page tries again by itself.',
});

/** From an answer's text. Whatever is in front of the host may answer with something else. */
export function problemOf(status: number, text: string): ProblemDetails {
  try {
    const body = JSON.parse(text) as Partial<ProblemDetails> | null;
    if (typeof body === 'object' && body !== null && typeof body.code === 'string') {
      return { ...body, status, code: body.code, title: body.title ?? body.code, detail: body.detail ?? body.title ?? body.code };
    }
  } catch {
    // No problem details, then.
  }
  return {
    status,
    code: 'unexpected_answer',
    title: `The answer was ${status}`,
    detail: text.slice(0, 300) || `An empty answer with status ${status}.`,
  };
}

/** What to do about it, in words for who sees it. */
export function adviceOf({ code, status }: ProblemDetails): string | undefined {
  switch (code) {
    case 'unreachable':
      return 'Look whether the host runs: nbox doctor, or its log.';
    case 'precondition_failed':
      return 'Someone else was faster. Look at what is live now, and decide again.';
    case 'forbidden':
      return 'Your token may not do this. Ask an operator for one with a wider scope.';
    case 'usage_busy':
    case 'usage_unavailable':
      return 'Stored usage is busy; the page asks again by itself.';
    case 'hints_unknown':
      return 'Hints need some seconds of traffic after a start.';
    case 'no_such_plugin':
      return 'It may have been removed. The plugins that there are are in the list.';
    default:
      return status >= 500 ? 'The host’s log says more.' : undefined;
  }
}
