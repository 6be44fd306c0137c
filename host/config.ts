/** What the operator sets: flags, `NBOX_…` variables and defaults, checked as a whole before anything starts. */

import { isIPv6 } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Allowance, parseAllowance } from '../guards/egress.ts';
import { defaultLane, laneName } from '../loader/manifest.ts';
import { type GroupGrant, parseGroups } from './access/oidc-groups.ts';
import { hintProblems } from './hint-options.ts';
import { nearest } from './nearest.ts';
import type { ExecutorCount } from './pool/executor-count.ts';

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

export interface ConfigOption {
  readonly name: keyof Config;
  /** `--port`; none where the value must not be seen in a list of processes. */
  readonly flag: string | undefined;
  /** `NBOX_PORT` */
  readonly variable: string;
  readonly what: string;
  /** What it may be, in words: ends the sentence "it may be …". */
  readonly values: string;
  /** The default as help and docs show it. */
  readonly default: string;
  /** Its value is never shown. */
  readonly secret: boolean;
  /** From the text that was given, or `undefined`. */
  readonly schema: z.ZodType;
}

const integer = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));
const hostName = z
  .string()
  .toLowerCase()
  .transform((name) => name.replace(/^\[(.*)\]$/, '$1'))
  .refine((name) => isIPv6(name) || /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(name));
const directory = z
  .string()
  .min(1)
  .refine((path) => !path.includes('\0'))
  .transform((path) => resolve(path));
const token = z
  .string()
  .regex(/^[\x21-\x7e]{1,512}$/)
  .optional();
const hostNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(hostName));

const flag = (byDefault: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(byDefault)
    .transform((text) => text === 'true');
const allowances = z.string().transform((text, context) => {
  const parsed = text.split(',').map((one) => parseAllowance(one.trim()));
  if (parsed.includes(undefined)) context.issues.push({ code: 'custom', input: text, message: 'no list of hosts and networks' });
  return parsed as Allowance[];
});

const mostExecutors = 64;
const collector = z.string().refine((text) => {
  const url = URL.parse(text);
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
});
/** As OTEL_EXPORTER_OTLP_HEADERS has them: the values percent-encoded. */
const headerList = z.string().transform((text, context) => {
  const found: Record<string, string> = {};
  for (const one of text.split(',')) {
    const [, name = '', value = ''] = /^\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*(\S*)\s*$/.exec(one) ?? [];
    const plain = decoded(value);
    if (name === '' || plain === undefined || !/^[\x20-\x7e]*$/.test(plain)) {
      context.issues.push({ code: 'custom', input: text, message: 'no list of headers' });
    } else found[name.toLowerCase()] = plain;
  }
  return Object.freeze(found);
});

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
/** What stands in these must not be kept. */
const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'nbox-details',
  'nbox-preview-token',
]);
const callerHeader = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/)
  .toLowerCase()
  .refine((name) => !secretHeaders.has(name));

const mostLanes = 8;
const lanes = z.string().transform((text, context) => {
  const found = new Map<string, ExecutorCount>();
  for (const one of text.split(',')) {
    const [, name, first, last] = /^\s*([^=]+)=(\d{1,2})(?:-(\d{1,2}))?\s*$/.exec(one) ?? [];
    const [least, most] = [Number(first), Number(last ?? first)];
    const isName = name !== undefined && laneName.test(name) && name !== defaultLane && !found.has(name);
    if (!isName || least < 1 || most < least || most > mostExecutors) {
      context.issues.push({ code: 'custom', input: text, message: 'no list of lanes' });
    } else found.set(name, Object.freeze({ first: least, least, most }));
  }
  if (found.size > mostLanes) context.issues.push({ code: 'custom', input: text, message: 'too many lanes' });
  return found;
});

/** Over TLS, or of this machine. */
const issuer = z.string().refine((text) => {
  const url = URL.parse(text);
  const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return (
    isPlain && (url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)))
  );
});
const groups = z.string().transform((text, context) => {
  const parsed = parseGroups(text);
  if (parsed === undefined) context.issues.push({ code: 'custom', input: text, message: 'no list of groups' });
  return parsed ?? [];
});

const processors = Math.max(2, Math.min(8, availableParallelism()));
/** What plugins may import where the operator names no other folder. */
export const ownLibraries = join(import.meta.dirname, '..', 'libraries');

interface Row {
  readonly what: string;
  readonly values: string;
  readonly default: string;
  readonly schema: z.ZodType;
  readonly flag?: false;
}

/** A default that is text is parsed as if it had been given, so that it cannot break the option's own rule. */
const rows: Readonly<Record<keyof Config, Row>> = {
  port: {
    what: 'port of the traffic',
    values: 'a number from 0 (a free port) to 65535',
    default: '8080',
    schema: integer(0, 65_535).default(8_080),
  },
  host: {
    what: 'address that traffic is taken on',
    values: 'an IP address or a host name',
    default: '0.0.0.0',
    schema: hostName.default('0.0.0.0'),
  },
  adminPort: {
    what: 'port of the admin API',
    values: 'a number from 0 (a free port) to 65535',
    default: '8081',
    schema: integer(0, 65_535).default(8_081),
  },
  adminHost: {
    what: 'address of the admin API',
    values: 'an IP address or a host name',
    default: '127.0.0.1',
    schema: hostName.default('127.0.0.1'),
  },
  adminHosts: {
    what: 'further names that the admin API answers to',
    values: 'host names with commas between them, without ports',
    default: 'none',
    schema: hostNames.default([]),
  },
  tlsCert: {
    what: 'certificate of both ports, in PEM, with those between it and its authority; it is read again when it changes',
    values: 'a file',
    default: 'none: no TLS',
    schema: directory.optional(),
  },
  tlsKey: { what: 'its key, in PEM', values: 'a file', default: 'none', schema: directory.optional() },
  data: { what: 'directory of the store', values: 'a directory', default: '.nbox', schema: directory.prefault('.nbox') },
  plugins: {
    what: 'directory of plugins to load and to watch, as <domain>/<group>/<name>/',
    values: 'a directory',
    default: 'none',
    schema: directory.optional(),
  },
  libraries: {
    what: 'directory of the libraries that plugins may import',
    values: 'a directory',
    default: "the package's own",
    schema: directory.prefault(ownLibraries),
  },
  executors: {
    what: 'number of executor processes; with --executors-min or --executors-max, those at the start',
    values: 'a number from 1 to 64',
    default: 'one a processor, 2 to 8',
    schema: integer(1, mostExecutors).optional(),
  },
  executorsMin: {
    what: 'number of executor processes that there are at least, however little there is to do',
    values: 'a number from 1 to 64',
    default: '--executors',
    schema: integer(1, mostExecutors).optional(),
  },
  executorsMax: {
    what: 'number of executor processes that there are at most, however much there is to do',
    values: 'a number from 1 to 64',
    default: '--executors',
    schema: integer(1, mostExecutors).optional(),
  },
  lanes: {
    what: 'further lanes, each with executors that nothing else uses; plugins choose one by their manifest',
    values: 'names with numbers of executors, or their bounds, as critical=2,batch=1-4, at most 8; the lane standard has --executors',
    default: 'none',
    schema: lanes.default(new Map()),
  },
  quarantineExecutors: {
    what: 'executors that a lane may start, apart from its others, for plugins that trip guards again and again',
    values: 'a number from 1 to 16',
    default: '1',
    schema: integer(1, 16).default(1),
  },
  evictAfter: {
    what: 'how long a sandbox may be idle before it is dropped, in s; its next call brings it back',
    values: 'a number from 1 to 86400',
    default: '600',
    schema: integer(1, 86_400).default(600),
  },
  executorMemory: {
    what: 'resident memory of an executor above which idle sandboxes are dropped, in MiB',
    values: 'a number from 1 to 1048576',
    default: '1024',
    schema: integer(1, 1_048_576).default(1_024),
  },
  keepReleases: {
    what: 'how many releases of each plugin keep their source and code at least, the newest; older ones do for --keep-days',
    values: 'a number from 1 to 1000',
    default: '50',
    schema: integer(1, 1_000).default(50),
  },
  keepDays: {
    what: 'for how many days after it was published or deployed a release keeps its source and code at least',
    values: 'a number from 0 to 3650',
    default: '30',
    schema: integer(0, 3_650).default(30),
  },
  swapDrain: {
    what: 'for how long streams of a release that was replaced may go on, in s; then their connections are cut',
    values: 'a number from 0 to 3600',
    default: '30',
    schema: integer(0, 3_600).default(30),
  },
  previews: {
    what: 'how many previews there may be at once, of all plugins; with a further one, the oldest of the plugin with the most ends',
    values: 'a number from 0 (there are none) to 1000',
    default: '50',
    schema: integer(0, 1_000).default(50),
  },
  usageSize: {
    what: 'how large the stored usage may become, in MiB; beyond it the oldest of the finest is dropped first',
    values: 'a number from 1 to 1048576',
    default: '2048',
    schema: integer(1, 1_048_576).default(2_048),
  },
  builderRest: {
    what: 'how long after the last push the builder ends and gives its memory back, in s; the next push starts it again',
    values: 'a number from 1 to 86400',
    default: '600',
    schema: integer(1, 86_400).default(600),
  },
  metricsPlugins: {
    what: 'how many plugins have series of their own in /metrics; what all others use is one series, other',
    values: 'a number from 0 to 20000',
    default: '2000',
    schema: integer(0, 20_000).default(2_000),
  },
  otlpEndpoint: {
    what: 'OTLP collector that traces and metrics are sent to, over HTTP as JSON: /v1/traces and /v1/metrics below it',
    values: 'a URL such as http://127.0.0.1:4318, without a user, a query or a fragment',
    default: 'none',
    schema: collector.optional(),
  },
  otlpHeaders: {
    what: 'headers that go along to the collector',
    values: 'name=value with commas between them, the values percent-encoded',
    default: 'none',
    schema: headerList.default({}),
    // A collector's key is one of them.
    flag: false,
  },
  otlpInterval: {
    what: 'how often metrics are sent to the collector, in s',
    values: 'a number from 1 to 3600',
    default: '60',
    schema: integer(1, 3_600).default(60),
  },
  traceRatio: {
    what: 'of the calls whose callers have decided nothing (traceparent), so many are traced',
    values: 'a number from 0 to 1',
    default: '0.01',
    schema: z
      .string()
      .regex(/^(?:0(?:\.\d{1,9})?|1(?:\.0{1,9})?)$/)
      .transform(Number)
      .default(0.01),
  },
  logLevel: {
    what: 'least level that is logged',
    values: `one of ${logLevels.join(', ')}`,
    default: 'info',
    schema: z.enum(logLevels).default('info'),
  },
  logFormat: {
    what: 'form of the log; auto is pretty on a terminal',
    values: `one of ${logFormats.join(', ')}`,
    default: 'auto',
    schema: z.enum(logFormats).default('auto'),
  },
  logFile: {
    what: 'file for the lines of plugins, as JSON, beside the log',
    values: 'a file',
    default: 'none',
    schema: directory.optional(),
  },
  logFileSize: {
    what: 'size beyond which another --log-file is begun, in MiB',
    values: 'a number from 1 to 4096',
    default: '64',
    schema: integer(1, 4_096).default(64),
  },
  logFileCount: {
    what: 'how many files of lines there are at most; the older ones end in .1, .2 and so on',
    values: 'a number from 1 to 100',
    default: '5',
    schema: integer(1, 100).default(5),
  },
  drainMs: {
    what: 'how long running calls may take when the host stops, in ms',
    values: 'a number from 0 to 600000',
    default: '10000',
    schema: integer(0, 600_000).default(10_000),
  },
  exposeErrors: {
    what: "whether replies of failed calls tell the plugin's error and its place; for development",
    values: 'true or false',
    default: 'false',
    schema: flag('false'),
  },
  callerHeader: {
    what: 'header by which callers name themselves, for GET /v1/hygiene; what callers send in it is kept and shown',
    values: 'the name of a header that holds no secret: not authorization, cookie or the like',
    default: 'none',
    schema: callerHeader.optional(),
  },
  egress: {
    what: 'whether plugins may fetch from other services, as their manifests grant',
    values: 'true or false',
    default: 'true',
    schema: flag('true'),
  },
  egressAllow: {
    what: 'what plugins may fetch from though its address is not public',
    values: 'hosts, hosts with ports, addresses and networks (10.0.0.0/8) with commas between them',
    default: 'none',
    schema: allowances.default([]),
  },
  dynamicCode: {
    what: 'whether plugins may make code from strings (eval, Function), as their manifests ask',
    values: 'true or false',
    default: 'false',
    schema: flag('false'),
  },
  testSkips: {
    what: "whether a push may leave out the plugin's tests (?tests=skip), with a message that says why",
    values: 'true or false',
    default: 'true',
    schema: flag('true'),
  },
  adminToken: {
    what: 'token of the admin API; without it one is made at the first start',
    values: '1 to 512 printable ASCII characters without spaces',
    default: 'made',
    schema: token,
    // A flag stands in the list of processes, for every user of the machine to read.
    flag: false,
  },
  adminRate: {
    what: 'how many requests of the admin API a token may send in a minute; an address twice as many',
    values: 'a number from 0 (as many as it likes) to 1000000',
    default: '6000',
    schema: integer(0, 1_000_000).default(6_000),
  },
  auditDays: {
    what: 'for how many days the audit keeps who changed what',
    values: 'a number from 1 to 36500',
    default: '365',
    schema: integer(1, 36_500).default(365),
  },
  oidcIssuer: {
    what: 'identity provider (OpenID Connect) by which people log in at /login/oidc',
    values: 'a URL over https, or over http of this machine, without a user, a query or a fragment',
    default: 'none: it is off',
    schema: issuer.optional(),
  },
  oidcClientId: {
    what: 'by which the provider knows this host',
    values: '1 to 200 printable ASCII characters without spaces',
    default: 'none',
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/)
      .optional(),
  },
  oidcClientSecret: {
    what: 'secret that it shares with the provider; without it the flow is protected by PKCE alone',
    values: '1 to 512 printable ASCII characters without spaces',
    default: 'none',
    schema: token,
    flag: false,
  },
  oidcGroups: {
    what: 'what members of groups may do; of several the first in this order counts, and whoever is in none may not log in',
    values: 'group=scope or group=scope:reach with commas between them, such as ops=admin,shop-devs=deploy:shop',
    default: 'none',
    schema: groups.default([]),
  },
  oidcGroupsClaim: {
    what: 'claim that has the groups, of the ID token or of the user info',
    values: '1 to 200 printable ASCII characters without spaces',
    default: 'groups',
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/)
      .default('groups'),
  },
  oidcScope: {
    what: 'what the provider is asked for',
    values: 'scopes with spaces between them, openid among them',
    default: 'openid email',
    schema: z
      .string()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/)
      .refine((text) => text.split(' ').includes('openid'))
      .default('openid email'),
  },
  hintsWindow: {
    what: 'over how long the load is averaged for the hints, in s; a plugin that was not called for so long comes to 0',
    values: 'a number from 2 to 3600, a multiple of --hints-tick',
    default: '60',
    schema: integer(2, 3_600).default(60),
  },
  hintsPanic: {
    what: 'over how long it is averaged to see that it rises, in s',
    values: 'a number from 1 to 600, a multiple of --hints-tick',
    default: '6',
    schema: integer(1, 600).default(6),
  },
  hintsTick: {
    what: 'how often hints are made, in s',
    values: 'a number from 1 to 600',
    default: '2',
    schema: integer(1, 600).default(2),
  },
  hintsTarget: {
    what: 'what share of its time a single executor or host is to be busy by the hints, in percent',
    values: 'a number from 10 to 95',
    default: '70',
    schema: integer(10, 95).default(70),
  },
  scalerPort: {
    what: "port of KEDA's external scaler over gRPC",
    values: 'a number from 0 (a free port) to 65535',
    default: 'none: it is off',
    schema: integer(0, 65_535).optional(),
  },
  scalerHost: {
    what: 'address of the external scaler; another than the loopback takes its token or --scaler-ca',
    values: 'an IP address or a host name',
    default: '127.0.0.1',
    schema: hostName.default('127.0.0.1'),
  },
  scalerToken: {
    what: 'token that the external scaler asks for',
    values: '1 to 512 printable ASCII characters without spaces',
    default: 'none',
    schema: token,
    flag: false,
  },
  scalerPeers: {
    what: 'name that leads to the external scalers of all hosts, such as a headless Service; the one that is asked then answers for all',
    values: 'a host name',
    default: 'none: each answers for itself',
    schema: hostName.optional(),
  },
  scalerCert: {
    what: 'certificate of the external scaler, in PEM',
    values: 'a file',
    default: 'none: no TLS',
    schema: directory.optional(),
  },
  scalerKey: { what: 'its key, in PEM', values: 'a file', default: 'none', schema: directory.optional() },
  scalerCa: {
    what: 'authority whose certificates clients of the external scaler must have, in PEM',
    values: 'a file',
    default: 'none',
    schema: directory.optional(),
  },
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Every option once: parsing, help and docs are made from this table. */
export const configOptions: readonly ConfigOption[] = Object.freeze(
  (Object.keys(rows) as (keyof Config)[]).map((name) => {
    const { flag, ...row } = rows[name];
    return Object.freeze({
      ...row,
      name,
      flag: flag === false ? undefined : `--${kebab(name)}`,
      variable: `NBOX_${kebab(name).replaceAll('-', '_').toUpperCase()}`,
      secret: flag === false,
    });
  }),
);

/** `NBOX_…` variables that belong to others: the command line's and the tests'. */
const otherVariables: ReadonlySet<string> = new Set([
  'NBOX_TOKEN',
  'NBOX_URL',
  'NBOX_TRAFFIC_URL',
  'NBOX_PROFILE',
  'NBOX_TEST_SERVICES',
  'NBOX_TEST_BROWSER',
  'NBOX_TEST_CHROMIUM',
]);

/**
 * @param flags what stands behind the command: `--port 80`, `--port=80`; of a flag given twice the last counts.
 * @param env flags win over it; a variable that is empty counts as not set.
 * @returns frozen
 * @throws ConfigError with every problem that was found
 */
export function readConfig(flags: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const given = new Map<string, { readonly from: string; readonly text: string }>();
  readVariables(env, given, problems);
  readFlags(flags, given, problems);
  const values: Record<string, unknown> = {};
  for (const option of configOptions) {
    const value = given.get(option.name);
    const parsed = option.schema.safeParse(value?.text);
    if (parsed.success) values[option.name] = Array.isArray(parsed.data) ? Object.freeze(parsed.data) : parsed.data;
    else problems.push(`${value?.from}: ${shown(option, value?.text ?? '')} is not valid; it may be ${option.values}`);
  }
  const config = { ...values, ...executorBounds(values, problems) } as unknown as Config;
  if (config.port === config.adminPort && config.port !== undefined && config.port !== 0) {
    problems.push(`--port and --admin-port: both are ${config.port}; traffic and admin API need a port each`);
  }
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    problems.push('--tls-cert and --tls-key: one is of no use without the other');
  }
  if (config.oidcIssuer !== undefined && (config.oidcClientId === undefined || config.oidcGroups?.length === 0)) {
    problems.push('--oidc-issuer: it takes --oidc-client-id, and --oidc-groups, without which nobody may do anything');
  }
  problems.push(...hintProblems(config));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/** What is not set follows from what is: the bounds from the number at the start, and that, where nobody has set it, from the bounds. */
function executorBounds(
  { executors, executorsMin, executorsMax }: Partial<Record<'executors' | 'executorsMin' | 'executorsMax', number>>,
  problems: string[],
): Pick<Config, 'executors' | 'executorsMin' | 'executorsMax'> {
  const first = executors ?? Math.max(executorsMin ?? 1, Math.min(executorsMax ?? mostExecutors, processors));
  const [least, most] = [executorsMin ?? first, executorsMax ?? first];
  if (executorsMin !== undefined && executorsMax !== undefined && least > most) {
    problems.push(`--executors-min and --executors-max: ${least} is more than ${most}`);
  } else if (first < least) problems.push(`--executors and --executors-min: ${first} is less than ${least}`);
  else if (first > most) problems.push(`--executors and --executors-max: ${first} is more than ${most}`);
  return { executors: first, executorsMin: least, executorsMax: most };
}

/** How many executors each lane has, by its name; the default one's first. */
export function laneCounts({ executors, executorsMin, executorsMax, lanes }: Config): ReadonlyMap<string, ExecutorCount> {
  return new Map([[defaultLane, Object.freeze({ first: executors, least: executorsMin, most: executorsMax })], ...lanes]);
}

type Given = Map<string, { readonly from: string; readonly text: string }>;

function readVariables(env: Readonly<Record<string, string | undefined>>, given: Given, problems: string[]): void {
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('NBOX_') || otherVariables.has(variable)) continue;
    const option = configOptions.find((one) => one.variable === variable);
    if (option === undefined) {
      const known = [...configOptions.map((one) => one.variable), ...otherVariables];
      problems.push(`${variable}: there is no such variable; did you mean ${nearest(variable, known)}?`);
    } else if (text !== undefined && text !== '') {
      given.set(option.name, { from: variable, text });
    }
  }
}

function readFlags(flags: readonly string[], given: Given, problems: string[]): void {
  for (let i = 0; i < flags.length; i++) {
    const argument = flags[i] as string;
    if (!argument.startsWith('--')) {
      problems.push(`${JSON.stringify(argument)}: a flag was expected, such as --port 8080`);
      continue;
    }
    const equals = argument.indexOf('=');
    const flag = equals < 0 ? argument : argument.slice(0, equals);
    const option = configOptions.find((one) => one.flag === flag);
    const separate = equals < 0 && i + 1 < flags.length && !flags[i + 1]?.startsWith('--');
    if (separate) i += 1;
    const text = separate ? flags[i] : equals < 0 ? undefined : argument.slice(equals + 1);
    const secret = configOptions.find((one) => one.secret && `--${kebab(one.name)}` === flag);
    if (option !== undefined && text !== undefined) given.set(option.name, { from: flag, text });
    else if (option !== undefined) problems.push(`${flag}: its value is missing; it may be ${option.values}`);
    else if (secret !== undefined)
      problems.push(`${flag}: set ${secret.variable} in the environment; a flag can be read by every user of the machine`);
    else
      problems.push(
        `${flag}: there is no such flag; did you mean ${nearest(
          flag,
          configOptions.map((one) => one.flag ?? ''),
        )}?`,
      );
  }
}

function shown(option: ConfigOption, text: string): string {
  return option.secret ? `a value of ${text.length} characters` : JSON.stringify(text.slice(0, 200));
}

/** One line for each option, for `--help`. */
export function configHelp(): string {
  const heads = configOptions.map((option) => (option.flag === undefined ? option.variable : `${option.flag}, ${option.variable}`));
  const width = Math.max(...heads.map((head) => head.length));
  return configOptions.map((option, i) => `  ${(heads[i] as string).padEnd(width)}  ${option.what} (${option.default})`).join('\n');
}
