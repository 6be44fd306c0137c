/** What happens under `nbox dev`, as it is printed: a line for people, or an object a line. */

import type { Diagnostic, SourcePosition } from '../../../guards/errors.ts';
import type { LogEvent } from '../log-events.ts';
import type { Tests } from '../tests-summary.ts';

export interface Ready {
  readonly event: 'ready';
  readonly plugin: string;
  /** Where it answers. */
  readonly url: string;
  readonly admin: string;
  readonly token: string;
  readonly startMs: number;
}

/** A source went live. */
export interface Live {
  readonly event: 'live';
  readonly release: number;
  /** `false`: it was live already. */
  readonly created: boolean;
  /** From the save to the moment from which on every call gets it; from the start of the push where nothing was saved. */
  readonly savedMs: number;
  readonly timings: Readonly<Record<string, number>>;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly interfaces: readonly string[];
}

/** What is live goes on serving. */
export interface Refused {
  readonly event: 'refused';
  readonly code: string;
  readonly message: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly savedMs: number;
}

export type Tested =
  | { readonly event: 'tests'; readonly passed: true; readonly tests: Tests }
  | {
      readonly event: 'tests';
      readonly passed: false;
      readonly code: string;
      readonly message: string;
      readonly diagnostics: readonly Diagnostic[];
    };

/** A request that was answered, or that its client has left. */
export interface Answered {
  readonly event: 'request';
  readonly method: string;
  readonly path: string;
  /** `null`: the client left before. */
  readonly status: number | null;
  readonly ms: number;
}

/** A call that failed, with the place in the author's source. */
export interface Failed {
  readonly event: 'failure';
  readonly code: string;
  readonly message: string;
  readonly position: SourcePosition | null;
}

/** What the plugin has written to its console. */
export interface Said {
  readonly event: 'log';
  readonly entry: LogEvent;
}

/** What the host wants to be known. */
export interface Warned {
  readonly event: 'warning';
  readonly message: string;
}

export interface Stopping {
  readonly event: 'stopping' | 'restarting';
}

export type DevEvent = Ready | Live | Refused | Tested | Answered | Failed | Said | Warned | Stopping;
