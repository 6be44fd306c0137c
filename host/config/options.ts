/** Every option of a host, once: parsing, help and docs are made from this table. */

import { join } from 'node:path';
import { z } from 'zod';
import { type Config, logFormats, logLevels } from './config.ts';
import {
  allowances,
  callerHeader,
  collector,
  directory,
  flag,
  groups,
  headerList,
  hostName,
  hostNames,
  integer,
  issuer,
  lanes,
  mostExecutors,
  token,
} from './option-values.ts';

/** What plugins may import where the operator names no other folder. */
export const ownLibraries = join(import.meta.dirname, '..', '..', 'libraries');

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

export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

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
