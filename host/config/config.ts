/** What a host is started with. */

import type { Allowance } from '../../guards/egress.ts';
import { defaultLane } from '../../loader/manifest.ts';
import type { GroupGrant } from '../access/oidc-groups.ts';
import type { ExecutorCount } from '../pool/executor-count.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const logFormats = ['auto', 'json', 'pretty'] as const;

export interface Config {
  /** Traffic. Port 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  readonly adminPort: number;
  readonly adminHost: string;
  /** Names beside the loopback's and `adminHost` that the admin API answers to. Lower case, no port. */
  readonly adminHosts: readonly string[];
  /** Absolute. Of both ports; both or none. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  /** Absolute, as are the other directories. */
  readonly data: string;
  readonly plugins: string | undefined;
  readonly libraries: string;
  /** How many the default lane starts with. */
  readonly executors: number;
  /** How many it always has, and has at most. Both are `executors` where neither is set. */
  readonly executorsMin: number;
  readonly executorsMax: number;
  /** Lanes beside the default one, and how many executors each has. */
  readonly lanes: ReadonlyMap<string, ExecutorCount>;
  /** Of each lane. */
  readonly quarantineExecutors: number;
  /** In s. */
  readonly evictAfter: number;
  /** In MiB. */
  readonly executorMemory: number;
  /** Of each plugin, how many releases keep their content, and for how many days all do. */
  readonly keepReleases: number;
  readonly keepDays: number;
  /** For how many seconds streams of a replaced release may go on. */
  readonly swapDrain: number;
  /** How many previews there may be at once. */
  readonly previews: number;
  /** Of the stored usage, in MiB. */
  readonly usageSize: number;
  /** In s. */
  readonly builderRest: number;
  /** How many plugins have series of their own in the metrics. */
  readonly metricsPlugins: number;
  /** The OTLP collector's, over HTTP; without it there are no traces. */
  readonly otlpEndpoint: string | undefined;
  readonly otlpHeaders: Readonly<Record<string, string>>;
  /** In s. */
  readonly otlpInterval: number;
  /** Of the calls whose callers have decided nothing, so many are traced: from 0 to 1. */
  readonly traceRatio: number;
  readonly logLevel: (typeof logLevels)[number];
  readonly logFormat: (typeof logFormats)[number];
  /** Where the lines of plugins go beside that. */
  readonly logFile: string | undefined;
  /** In MiB. */
  readonly logFileSize: number;
  readonly logFileCount: number;
  readonly drainMs: number;
  /** Whether a failed call's reply tells the plugin's own error and where it was. */
  readonly exposeErrors: boolean;
  readonly adminToken: string | undefined;
  /** Of a token, in requests a minute; 0: as many as it likes. */
  readonly adminRate: number;
  readonly auditDays: number;
  /** Of the identity provider, which there is only with it. */
  readonly oidcIssuer: string | undefined;
  readonly oidcClientId: string | undefined;
  readonly oidcClientSecret: string | undefined;
  readonly oidcGroups: readonly GroupGrant[];
  readonly oidcGroupsClaim: string;
  readonly oidcScope: string;
  /** By which callers name themselves, in lower case. */
  readonly callerHeader: string | undefined;
  /** In s, as the two after it. */
  readonly hintsWindow: number;
  readonly hintsPanic: number;
  readonly hintsTick: number;
  /** In percent. */
  readonly hintsTarget: number;
  /** Of KEDA's external scaler, which there is only with it. */
  readonly scalerPort: number | undefined;
  readonly scalerHost: string;
  readonly scalerToken: string | undefined;
  /** A name that leads to all hosts, where there are several. */
  readonly scalerPeers: string | undefined;
  /** Absolute, as the two after it. */
  readonly scalerCert: string | undefined;
  readonly scalerKey: string | undefined;
  readonly scalerCa: string | undefined;
  /** Whether plugins may fetch at all. */
  readonly egress: boolean;
  /** What plugins may reach though it is not public. */
  readonly egressAllow: readonly Allowance[];
  /** Whether plugins may make code from strings. */
  readonly dynamicCode: boolean;
  /** Whether a push may leave out the plugin's tests. */
  readonly testSkips: boolean;
}

/** What stops a host from starting, in words for the operator. `problems` has one sentence for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** How many executors each lane has, by its name; the default one's first. */
export function laneCounts({ executors, executorsMin, executorsMax, lanes }: Config): ReadonlyMap<string, ExecutorCount> {
  return new Map([[defaultLane, Object.freeze({ first: executors, least: executorsMin, most: executorsMax })], ...lanes]);
}
