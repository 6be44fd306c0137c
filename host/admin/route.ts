/** The route table's form: an operation and what does it; and finding a request's route in it. */

import type { Context } from 'koa';
import { z } from 'zod';
import { NboxError } from '../../guards/errors.ts';
import type { Operation, Shape } from '../api/operation.ts';
import { readJson } from './body.ts';
import { parseBody } from './schema.ts';

export interface Route extends Operation {
  readonly handle: (ctx: Context, params: Params) => Promise<void> | void;
}

/** What a request asks for, held against the operation's schemas. */
export interface Asked<Query extends Shape, Body extends z.ZodType> {
  readonly query: { readonly [Name in keyof Query]: z.output<Query[Name]> };
  /**
   * Read when it is called: what needs no body is refused before.
   * @throws NboxError `unsupported_media_type`, `request_too_large`, `malformed_json`, `invalid_body`, `bad_request`
   */
  readonly body: (limitBytes?: number) => Promise<z.output<Body>>;
}

export function route<Query extends Shape, Body extends z.ZodType>(
  operation: Operation<Query, Body>,
  handle: (ctx: Context, params: Params, asked: Asked<Query, Body>) => Promise<void> | void,
): Route {
  const schema = z.strictObject(operation.query);
  return {
    ...operation,
    handle(ctx, params) {
      const query = parseQuery(schema, new URLSearchParams(ctx.querystring)) as Asked<Query, Body>['query'];
      return handle(ctx, params, {
        query,
        async body(limitBytes) {
          if (operation.body === undefined) throw new Error(`${operation.operation} takes no body`);
          return parseBody(operation.body, await readJson(ctx.req, limitBytes), operation.what ?? 'what is asked for');
        },
      });
    },
  };
}

/** Decoded, and checked by nobody yet. */
export type Params = Readonly<Record<string, string>>;

export interface Match {
  readonly route: Route;
  readonly params: Params;
}

/** What `find` gives: a route, or what to answer in its place. */
export type Found = Match | { readonly allow: readonly string[] } | undefined;

/**
 * Matches the path as it was sent: segments are told apart before they are decoded, once, so that an encoded slash
 * never divides and `..` is a segment like any other.
 * @returns the route; the methods the path has, where it has not this one; `undefined` where there is no such path
 * @throws NboxError `bad_request` on a segment that is not percent-encoded UTF-8
 */
export function find(routes: readonly Route[], method: string, path: string): Found {
  const segments = path.split('/');
  const onPath = routes.filter((route) => fits(route.pattern.split('/'), segments));
  if (onPath.length === 0) return undefined;
  const wanted = method === 'HEAD' ? 'GET' : method;
  const route = onPath.find((one) => one.method === wanted);
  if (route === undefined) return { allow: onPath.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method])).sort() };
  const params: Record<string, string> = Object.create(null);
  for (const [i, part] of route.pattern.split('/').entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decode(segments[i] as string);
  }
  return { route, params };
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length && pattern.every((part, i) => (part.startsWith(':') ? segments[i] !== '' : part === segments[i]))
  );
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new NboxError('bad_request', `${JSON.stringify(segment.slice(0, 80))} is not percent-encoded UTF-8`);
  }
}

/** @throws NboxError `invalid_query` on a parameter that there is not, that is given twice, or that is not what it may be */
function parseQuery(schema: z.ZodObject, query: URLSearchParams): unknown {
  const known = Object.keys(schema.shape);
  for (const name of query.keys()) {
    const shown = JSON.stringify(name.slice(0, 80));
    if (!known.includes(name)) {
      const there = known.length === 0 ? 'there are none here' : `there is ${known.join(', ')}`;
      throw new NboxError('invalid_query', `There is no parameter ${shown}; ${there}`);
    }
    if (query.getAll(name).length > 1) throw new NboxError('invalid_query', `The parameter ${shown} is given more than once`);
  }
  const parsed = schema.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new NboxError('invalid_query', `${String(issue?.path[0])} ${issue?.message}`);
}
