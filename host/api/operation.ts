/** An operation of the API: what it takes, what it answers and what it is refused by. Routes are made of it, and so is the document. */

import type { z } from 'zod';
import { type ErrorCode, errorCatalogue } from '../../guards/errors.ts';
import type { Scope } from '../access/scope.ts';

export const onePlugin = '/v1/plugins/:domain/:group/:name';

/** What is done to have what in common, for readers. In the document's order. */
export const tags = {
  plugins: 'Plugins and their releases',
  previews: "Drafts under addresses of their own; they live in the host's memory alone",
  calls: 'Calls that failed, and running them again',
  editor: 'What an editor asks while someone writes: completions, types, findings',
  logs: 'What plugins write to their consoles',
  usage: 'What invocations cost',
  hints: 'How much capacity there should be',
  breakers: 'What is held against plugins whose calls go beyond their limits again and again',
  events: 'What happens, and how the host is doing',
  budgets: 'How much domains, groups and plugins may take',
  hygiene: 'What of the plugins wants a look, and who calls them',
  export: 'The store as a whole',
  access: 'Who may do what, and who did',
  settings: 'What the host was started with',
  docs: 'What to read',
  health: 'For probes',
} as const;

/** Schemas by the names of parameters; their input is text. */
export type Shape = Readonly<Record<string, z.ZodType>>;

export interface Header {
  readonly name: string;
  /** For the document: headers are read where they are used. */
  readonly schema: z.ZodType;
}

/** An answer that is no refusal. */
export interface Answered {
  readonly says: string;
  readonly json?: z.ZodType;
  /** By media type. */
  readonly others?: Readonly<Record<string, z.ZodType>>;
  /** What the ETag is, where there is one. */
  readonly etag?: string;
}

/** Refusals of one status. */
export interface Refusal {
  readonly status: number;
  readonly codes: readonly ErrorCode[];
  readonly says: string;
  /** Where the problem has more members than others. */
  readonly body?: z.ZodType;
  readonly retryAfter?: boolean;
}

export interface Operation<Query extends Shape = Shape, Body extends z.ZodType = z.ZodType> {
  /** Its name, which clients may be made by. */
  readonly operation: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `/v1/plugins/:domain/:group/:name`; a parameter is one segment. */
  readonly pattern: string;
  /**
   * The scope that it takes; whatever takes no more than `read` changes nothing. `none` answers anyone: only what
   * tells nothing, or looks itself who asks.
   */
  readonly access: 'none' | Scope;
  /**
   * What must be within a token's reach. `plugin`: what the parameters name, be it, for budgets, a group or a domain. `host`:
   * everything. `reach`: nothing; the route shows of plugins, and does to them, only what is within the reach.
   */
  readonly of: 'plugin' | 'host' | 'reach';
  /** Open under any Host and however often: what tells nothing, and is asked by a pod's address. */
  readonly isProbe?: true;
  /** Whether something is kept of what it does, and the audit has it, where that is not what its method and its scope say. */
  readonly isKept?: boolean;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  /** Of the path: those that have not the same meaning everywhere. */
  readonly params?: Shape;
  /** Any other parameter is an error, so that a misspelled one does not go unseen. */
  readonly query: Query;
  readonly headers: readonly Header[];
  readonly body?: Body;
  /** What the body is, for errors. */
  readonly what?: string;
  /** By status. */
  readonly answers: Readonly<Record<number, Answered>>;
  /** Beside those that every operation has. */
  readonly errors: readonly Refusal[];
}

type Said<Query extends Shape, Body extends z.ZodType> = Omit<Operation<Query, Body>, 'query' | 'headers' | 'errors'> &
  Partial<Pick<Operation<Query, Body>, 'query' | 'headers' | 'errors'>>;

/** What any request may be refused by for its form, and any with a body for that. */
const malformed: readonly ErrorCode[] = ['invalid_query', 'bad_request'];
const malformedBody: readonly ErrorCode[] = ['malformed_json', 'invalid_body', 'request_too_large', 'unsupported_media_type'];

export function operation<Query extends Shape = Readonly<Record<never, z.ZodType>>, Body extends z.ZodType = z.ZodType>(
  said: Said<Query, Body>,
): Operation<Query, Body> {
  const { errors = [], body } = said;
  const always = body === undefined ? malformed : [...malformed, ...malformedBody];
  return Object.freeze({ query: {} as Query, headers: [], ...said, errors: always.reduce(withCode, errors) });
}

/** In the refusal of its status, where there is one. */
function withCode(errors: readonly Refusal[], code: ErrorCode): readonly Refusal[] {
  if (errors.some(({ codes }) => codes.includes(code))) return errors;
  const { status } = errorCatalogue[code];
  const there = errors.find((one) => one.status === status);
  if (there === undefined) return [...errors, refused([code])];
  const more = { ...there, codes: [...there.codes, code], says: `${there.says}; \`${code}\`` };
  return errors.map((one) => (one === there ? more : one));
}

/** @param codes all of one status @param says the codes where nothing is said */
export function refused(
  codes: readonly [ErrorCode, ...ErrorCode[]],
  says: string = codes.map((code) => `\`${code}\``).join(', '),
  more: Pick<Refusal, 'body' | 'retryAfter'> = {},
): Refusal {
  const [status] = codes.map((code) => errorCatalogue[code].status);
  return Object.freeze({ status: status as number, codes, says, ...more });
}
