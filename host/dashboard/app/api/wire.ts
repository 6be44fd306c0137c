/** Answers of the API, as far as the page reads them. Held against the host's own types by test/host/dashboard/wire.test.ts. */

import type { Diagnostic } from './problem.ts';

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

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** A row of stored usage. */
export interface UsageRow {
  readonly from: string;
  readonly to: string;
  readonly plugin?: string | null;
  readonly release?: number | 'other' | null;
  readonly interface?: string | null;
  readonly part?: string;
  readonly calls: number;
  readonly coldStarts: number;
  readonly waitUs: number;
  readonly initUs: number;
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly steps: number;
  readonly hostCalls: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly memoryPeakBytes: number;
  readonly osCpuUs: number;
  readonly pushesCpuUs: number;
  readonly memoryBytes: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly percentiles: { readonly waitUs: Percentiles; readonly runUs: Percentiles; readonly cpuUs: Percentiles };
}

export interface UsageRows {
  readonly from: string;
  readonly to: string;
  readonly step: string | null;
  readonly keptFrom: string | null;
  readonly rows: readonly UsageRow[];
}

export const seriesValues = ['calls', 'failed', 'cpuUs', 'osCpuUs', 'memoryBytes'] as const;
export type SeriesValue = (typeof seriesValues)[number];

/** Of one value, a number for each period. */
export type Columns = Readonly<Partial<Record<SeriesValue, readonly number[]>>>;

/** `GET /v1/usage/series` and `GET /v1/usage/top` */
export interface UsageSeries {
  readonly from: string;
  readonly to: string;
  /** Of each period, in seconds. */
  readonly seconds: number;
  readonly periods: number;
  readonly plugins: readonly ({ readonly plugin: string } & Columns)[];
}

export interface UsageTop extends UsageSeries {
  /** All other plugins together. */
  readonly others: Columns;
  /** The host's own parts and the residual, by their names. */
  readonly parts: Readonly<Record<string, Columns>>;
}

export type BreakerState = 'closed' | 'slowed' | 'quarantined' | 'refused' | 'probing';

export interface Breaker {
  readonly plugin: string;
  readonly release: number;
  readonly state: BreakerState;
  readonly trips: number;
  readonly successes: number;
  readonly kills: number;
  readonly refusals: number;
  readonly refusedForMs: number;
}

export interface Hint {
  readonly wanted: number;
  readonly present?: number;
  readonly reason: string;
  readonly demandCores: number;
  readonly cpuCores: number;
  readonly concurrency: number;
  readonly callsPerSecond: number;
  readonly waitUs: number;
}

export interface Hints {
  readonly plugins: Readonly<Record<string, Hint | { readonly unknown: string }>>;
  readonly lanes: Readonly<Record<string, Hint>>;
  readonly host: { readonly replicas: number; readonly present?: number; readonly reason: string; readonly demandCores: number };
}

/** What the event `overview` says each second. */
export interface Overview {
  readonly at: number;
  readonly plugins: number;
  readonly previews: number;
  readonly calls: number;
  readonly failures: number;
  readonly cpuMs: number;
  readonly callsPerSecond: number;
  readonly failuresPerSecond: number;
  readonly cpu: number;
  readonly lanes: readonly {
    readonly lane: string;
    readonly waiting: number;
    readonly inFlight: number;
    readonly executors: number;
    readonly busy: number;
  }[];
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

export interface Budget {
  readonly scope: string;
  readonly version: number;
  readonly window: string;
  readonly calls: number | null;
  readonly cpuSeconds: number | null;
  readonly memoryBytes: number | null;
  readonly mode: 'soft' | 'hard';
  readonly warnAt: number;
  readonly used: { readonly calls: number; readonly cpuSeconds: number; readonly memoryBytes: number };
  readonly state: 'ok' | 'warned' | 'exceeded';
  readonly actor: string;
  readonly message: string;
  readonly setAt: string;
}

export interface BudgetEvent {
  readonly kind: 'warned' | 'exceeded';
  readonly scope: string;
  readonly metric: string;
  readonly window: string;
  readonly mode: 'soft' | 'hard';
  readonly limit: number;
  readonly used: number;
  readonly at: string;
}

export interface Budgets {
  readonly budgets: readonly Budget[];
  readonly events: readonly BudgetEvent[];
}

/** `GET /v1/hygiene` */
export interface Hygiene {
  readonly notJudged: readonly { readonly rows: 'growth' | 'costRises'; readonly why: string }[];
  readonly unused: readonly {
    readonly plugin: string;
    readonly interface: string;
    readonly seenAt: string;
    readonly usedAt: string | null;
    readonly unusedDays: number;
    readonly do: string;
  }[];
  readonly callers: readonly {
    readonly plugin: string;
    readonly interface: string;
    readonly calls: number;
    readonly unnamedCalls: number;
    readonly callers: readonly { readonly name: string; readonly count: number; readonly overBy: number }[];
    readonly do: string;
  }[];
  readonly growth:
    | readonly {
        readonly plugin: string;
        readonly metric: 'calls' | 'cpuUs';
        readonly hour: string;
        readonly value: number;
        readonly usual: number;
        readonly bound: number;
        readonly days: number;
        readonly do: string;
      }[]
    | null;
  readonly costRises:
    | readonly {
        readonly plugin: string;
        readonly release: number;
        readonly base: number;
        readonly beforeUs: number;
        readonly afterUs: number;
        readonly hours: { readonly before: number; readonly after: number };
        readonly extraCpuUs: number;
        readonly do: string;
      }[]
    | null;
}

/** `GET /v1/settings` */
export interface Settings {
  readonly host: {
    readonly version: string;
    readonly node: string;
    readonly platform: string;
    readonly processors: number;
    readonly memoryBytes: number;
    readonly startedAt: string;
  };
  readonly settings: readonly Setting[];
}

export interface Setting {
  readonly name: string;
  readonly flag: string | null;
  readonly variable: string;
  readonly what: string;
  readonly values: string;
  readonly default: string;
  readonly secret: boolean;
  /** As text; `null` where nothing is set. Of a secret no more than that it is set. */
  readonly value: string | null;
}

/** An item of `GET /v1/tokens`. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly scope: 'read' | 'deploy' | 'admin';
  readonly reach: string;
  readonly state: 'active' | 'expired';
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

/** An item of `GET /v1/audit`, the newest first. */
export interface AuditRow {
  readonly number: number;
  readonly at: string;
  readonly actor: string;
  readonly tokenId: string;
  readonly address: string;
  readonly method: string;
  readonly route: string;
  readonly plugin: string | null;
  readonly outcome: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly requestId: string;
  readonly hash: string;
}

export interface AuditRows {
  readonly rows: readonly AuditRow[];
  /** To be given as `cursor`. */
  readonly next: number | null;
}
