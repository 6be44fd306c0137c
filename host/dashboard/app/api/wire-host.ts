/** Answers of the API about the host as a whole; see `wire.ts`. */

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
