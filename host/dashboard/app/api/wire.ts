/** Answers of the API about plugins, as far as the page reads them. Held against the host's own types by test/host/dashboard/wire.test.ts. */

import type { Diagnostic } from './problem.ts';
import type { Percentiles } from './wire-usage.ts';

export interface Share {
  readonly number: number;
  readonly percentage: number;
}

export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An item of `GET /v1/plugins`. */
export interface Plugin {
  readonly plugin: string;
  readonly owner: string;
  readonly description: string;
  readonly release: { readonly number: number; readonly hash: string; readonly createdAt: string };
  readonly deployment: { readonly number: number; readonly createdAt: string; readonly actor: string; readonly releases: readonly Share[] };
  readonly interfaces: readonly string[];
}

export interface Limits {
  readonly deadlineMs: number;
  readonly cpuMs: number;
  readonly loopBudget: number;
  readonly memoryMb: number;
  readonly startupMs: number;
  readonly queue: number;
  readonly concurrency: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly streamBytes: number;
  readonly streamMs: number;
  readonly hostCalls: number;
}

export interface Manifest {
  readonly owner: string;
  readonly description: string;
  readonly entry: string;
  readonly lane: string;
  readonly idempotent: boolean;
  readonly isolation: 'shared' | 'request';
  readonly limits: Limits;
  readonly egress: readonly string[];
  readonly dynamicCode: boolean;
}

/** `GET /v1/plugins/…` */
export interface PluginDetail extends Plugin {
  readonly manifest: Manifest;
}

/** An item of `GET …/releases`. */
export interface Release {
  readonly number: number;
  readonly hash: string;
  readonly createdAt: string;
  readonly actor: string;
  readonly message: string;
  readonly interfaces: readonly string[];
  readonly sourceBytes: number;
  readonly bundleBytes: number;
  readonly typeErrors: boolean;
  readonly kept: boolean;
  readonly percentage: number | null;
  readonly live: boolean;
}

/** `GET …/releases/:number` */
export interface ReleaseDetail extends Release {
  readonly manifest: Manifest;
  readonly timings: Readonly<Record<string, number>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** `GET …/releases/:number/source` */
export interface ReleaseSource {
  readonly plugin: string;
  readonly number: number;
  readonly manifest: Manifest;
  readonly files: Readonly<Record<string, string>>;
}

export interface FileDiff {
  readonly file: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly patch: string | null;
}

/** `GET …/releases/:number/diff` */
export interface ReleaseDiff {
  readonly plugin: string;
  readonly number: number;
  readonly against: number;
  readonly files: readonly FileDiff[];
}

export type Cause = 'push' | 'deploy' | 'rollback' | 'rollout';

/** An item of `GET …/deployments`. */
export interface Deployment {
  readonly number: number;
  readonly releases: readonly Share[];
  readonly createdAt: string;
  readonly actor: string;
  readonly cause: Cause;
  readonly message: string;
  readonly replaced: number | null;
}

/** An item of `GET /v1/deployments`: what was changed on the whole host. */
export interface Change {
  readonly change: number;
  readonly plugin: string;
  readonly at: string;
  readonly removed: boolean;
  /** `null` of a removal, and of plugins that were removed since. */
  readonly deployment: Deployment | null;
}

export interface Changes {
  readonly changes: readonly Change[];
  /** To be given as `before`, for what came earlier; `null` where there is no more. */
  readonly next: number | null;
}

/** An item of `GET …/failures`. */
export interface Failure {
  readonly id: string;
  readonly release: number;
  readonly code: string;
  readonly detail: string;
  readonly position: Position | null;
  readonly interface: string;
  readonly request: string;
  readonly at: string;
  readonly redacted: readonly string[];
  readonly cut: boolean;
  readonly kept: { readonly at: string; readonly actor: string; readonly message: string } | null;
}

/** `POST …/replays` */
export interface Replay {
  readonly release: number | null;
  readonly outcome: string;
  readonly detail: string | null;
  readonly position: Position | null;
  readonly same: boolean;
  readonly reply: { readonly status: number; readonly headers: readonly string[]; readonly body: string; readonly base64: boolean } | null;
  readonly cost: { readonly cpuUs: number; readonly steps: number; readonly memoryBytes: number };
  readonly missed: readonly string[];
  readonly loose: number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type LogEntry =
  | {
      readonly kind: 'line';
      readonly sequence: number;
      readonly at: string;
      readonly release: number | null;
      readonly preview: string | null;
      readonly for: string | null;
      readonly interface: string | null;
      readonly call: string | null;
      readonly executor: number;
      readonly level: LogLevel;
      readonly text: string;
      readonly cut: boolean;
      readonly last: boolean;
    }
  | {
      readonly kind: 'dropped';
      readonly sequence: number;
      readonly at: string;
      readonly preview: string | null;
      readonly for: string | null;
      readonly lines: number;
    };

export type RolloutState = 'running' | 'paused' | 'completed' | 'rolled_back' | 'aborted' | 'superseded';

export interface ReleaseFigures {
  readonly release: number;
  readonly calls: number;
  readonly failures: number;
  readonly compared: number;
  readonly cpuUs: Percentiles;
  readonly latencyUs: Percentiles;
  readonly steps: Percentiles;
}

export interface Rollout {
  readonly number: number;
  readonly state: RolloutState;
  readonly release: number;
  readonly base: number;
  readonly steps: readonly number[];
  readonly holdSeconds: number;
  readonly samples: number;
  readonly percentage: number;
  readonly stepAt: string;
  readonly deployment: number;
  readonly actor: string;
  readonly message: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly decisions: readonly {
    readonly decision: string;
    readonly at: string;
    readonly actor: string;
    readonly reason: string;
    readonly deployment: number;
    readonly percentage: number | null;
  }[];
}

export interface RolloutStatus extends Rollout {
  readonly health: { readonly base: ReleaseFigures; readonly canary: ReleaseFigures } | null;
  readonly waitingFor: readonly { readonly what: string; readonly detail: string }[];
}
