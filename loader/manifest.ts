/** What a plugin declares of itself: parsed strictly, defaults filled in, frozen. */

import { z } from 'zod';
import { NboxError } from '../guards/errors.ts';
import { formatHostPattern, parseHostPattern } from '../guards/host-pattern.ts';
import { defaultLimits, type LimitName, type Limits, limitBounds } from '../guards/limits.ts';

export interface Manifest {
  readonly owner: string;
  readonly description: string;
  /** The file whose default export is the handler, relative to the source's root. */
  readonly entry: string;
  /** The set of executors that runs the plugin; the operator says which there are. */
  readonly lane: string;
  /** Whether any call of it may be run again where its executor was lost, whatever its method. */
  readonly idempotent: boolean;
  /** `shared`: a sandbox keeps its modules' state between calls. `request`: each call starts from the modules' state right after they were evaluated. */
  readonly isolation: (typeof isolations)[number];
  readonly limits: Limits;
  /** The hosts that it may fetch from, in their normal form: see `guards/host-pattern.ts`. */
  readonly egress: readonly string[];
  /** Whether it makes code from strings (`eval`, `Function`), which the operator must allow. */
  readonly dynamicCode: boolean;
  /** By what of a request it is chosen which of two deployed releases answers it, so that a user always gets the same. */
  readonly releaseKey?: ReleaseKeyRule;
  readonly recording?: RecordingRule;
  readonly gates?: GateRule;
}

/** What is kept of the plugin's calls: see `host/recording/`. */
export interface RecordingRule {
  /** Of how many that went well, to hold the next release against them. */
  readonly requests?: number | undefined;
  /** Whether those that fail are kept. */
  readonly failures?: boolean | undefined;
  /** Names of headers, parameters and fields that are made unreadable, beside the usual ones. */
  readonly redact?: readonly string[] | undefined;
}

/** What a release of the plugin must pass before it goes live. */
export interface GateRule {
  /** Whether the calls that were kept are run on it, and whether one that is answered otherwise keeps it from going live. */
  readonly replay?: 'off' | 'report' | 'block' | undefined;
}

/** Where in a request the key is, such as a user's id. */
export type ReleaseKeyRule = { readonly header: string } | { readonly cookie: string } | { readonly query: string };

/** The lane that there always is. */
export const defaultLane = 'standard';
/** What a lane may be called. */
export const laneName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** What there is to choose from; a later version may have more. */
export const isolations = ['shared', 'request'] as const;

const limit = (name: LimitName) => {
  const [least, most] = limitBounds[name];
  return z.int().min(least).max(most).default(defaultLimits[name]);
};

const limitNames = Object.keys(defaultLimits) as LimitName[];

const limitsSchema = z
  .strictObject(Object.fromEntries(limitNames.map((name) => [name, limit(name)])) as Record<LimitName, z.ZodDefault<z.ZodInt>>)
  .prefault({});

const mostGrants = 100;

/** A host or `host:port`, in its normal form. */
const grantSchema = z
  .string()
  .min(1)
  .max(300)
  .transform((text, context) => {
    const pattern = parseHostPattern(text);
    if (pattern !== undefined) return formatHostPattern(pattern);
    context.issues.push({
      code: 'custom',
      input: text,
      message: `${JSON.stringify(text)} is no host: write "api.example.com", "api.example.com:8443", "*.example.com" or "127.0.0.1:9000"`,
    });
    return z.NEVER;
  });

/** A header's name is in small letters, as requests have it here. */
const releaseKeySchema = z.union(
  [
    z.strictObject({
      header: z
        .string()
        .regex(/^[A-Za-z0-9-]{1,100}$/)
        .toLowerCase(),
    }),
    z.strictObject({ cookie: z.string().regex(/^[\w.-]{1,100}$/) }),
    z.strictObject({ query: z.string().min(1).max(100) }),
  ],
  { error: 'is none: write {"header": "x-user-id"}, {"cookie": "user"} or {"query": "user"}' },
);

const recordingSchema = z.strictObject({
  requests: z.int().min(0).max(100).optional(),
  failures: z.boolean().optional(),
  redact: z
    .array(z.string().regex(/^[\w-]{1,100}$/, 'is no name of a field: write letters, digits, "-" and "_"'))
    .max(100)
    .optional(),
});

const gateSchema = z.strictObject({ replay: z.enum(['off', 'report', 'block']).optional() });

/** The form of `nbox.json`; `$schema` is let through for editors. */
export const manifestSchema = z.strictObject({
  $schema: z.string().max(500).optional(),
  owner: z.string().max(200).default(''),
  description: z.string().max(2_000).default(''),
  entry: z.string().min(1).max(200).optional(),
  lane: z.string().regex(laneName, 'is no name of a lane: write small letters, digits and hyphens').default(defaultLane),
  idempotent: z.boolean().default(false),
  isolation: z.enum(isolations).default('shared'),
  limits: limitsSchema,
  egress: z.array(grantSchema).max(mostGrants).prefault([]),
  dynamicCode: z.boolean().default(false),
  releaseKey: releaseKeySchema.optional(),
  recording: recordingSchema.optional(),
  gates: gateSchema.optional(),
});

/** The entry where the manifest names none. */
export const defaultEntries: readonly string[] = ['index.ts', 'index.tsx', 'index.js', 'index.mjs'];

/**
 * A manifest from what an author wrote.
 * @param input the parsed JSON; `undefined` where there is none.
 * @param files the names of the source's files, for choosing the entry.
 * @param pointer where the manifest stands in what was sent, for error messages.
 * @throws NboxError `invalid_manifest` with the first field at fault
 */
export function parseManifest(input: unknown, files: Iterable<string>, pointer = '/manifest'): Manifest {
  const parsed = manifestSchema.safeParse(input ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
    throw new NboxError('invalid_manifest', {
      detail: issue === undefined ? 'The manifest is not valid' : explain(issue),
      pointer: [pointer, ...path.map((key) => String(key).slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/'),
    });
  }
  const names = new Set(files);
  const { owner, description, lane, idempotent, isolation, limits, egress, dynamicCode, releaseKey, recording, gates } = parsed.data;
  const entry = parsed.data.entry?.replace(/^\.\//, '') ?? defaultEntries.find((name) => names.has(name));
  if (entry === undefined) {
    throw new NboxError(
      'invalid_source',
      `There is no entry file: add one of ${defaultEntries.join(', ')}, or name one as "entry" in nbox.json`,
    );
  }
  if (!names.has(entry)) {
    throw new NboxError('invalid_manifest', {
      detail: `The entry ${JSON.stringify(entry).slice(0, 250)} is not among the files`,
      pointer: `${pointer}/entry`,
    });
  }
  return Object.freeze({
    ...{ owner, description, entry, lane, idempotent, isolation, dynamicCode },
    ...{ limits: Object.freeze(limits), egress: Object.freeze(egress) },
    // Left out where they are not given, so that what was pushed before keeps its hash.
    ...(releaseKey === undefined ? {} : { releaseKey: Object.freeze(releaseKey) }),
    ...(recording === undefined ? {} : { recording: Object.freeze(recording) }),
    ...(gates === undefined ? {} : { gates: Object.freeze(gates) }),
  });
}

/** zod names every key that it does not know: a hundred thousand of them must not come back in the answer. */
function explain(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message.slice(0, 300);
  const named = issue.keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 50)));
  const more = issue.keys.length - named.length;
  return `Unrecognized key${issue.keys.length === 1 ? '' : 's'}: ${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`.slice(0, 300);
}

/** The JSON Schema of `nbox.json`, for editors. */
export function manifestJsonSchema(): object {
  return z.toJSONSchema(manifestSchema, { io: 'input' });
}
