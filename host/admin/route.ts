/** The route table's form, and finding a request's route in it. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { Scope } from '../access/scope.ts';

export interface Route {
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
  /** The query parameters that it takes; any other is an error, so that a misspelled one does not go unseen. */
  readonly query: readonly string[];
  /** Open under any Host and however often: what tells nothing, and is asked by a pod's address. */
  readonly isProbe?: true;
  /** Whether something is kept of what it does, and the audit has it, where that is not what its method and its scope say. */
  readonly isKept?: boolean;
  readonly handle: (ctx: Context, params: Params) => Promise<void> | void;
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

/** @throws NboxError `invalid_query` on a parameter that the route does not take, or that is given twice */
export function checkQuery(route: Route, query: URLSearchParams): void {
  for (const name of query.keys()) {
    const shown = JSON.stringify(name.slice(0, 80));
    if (!route.query.includes(name)) {
      const known = route.query.length === 0 ? 'there are none here' : `there is ${route.query.join(', ')}`;
      throw new NboxError('invalid_query', `There is no parameter ${shown}; ${known}`);
    }
    if (query.getAll(name).length > 1) throw new NboxError('invalid_query', `The parameter ${shown} is given more than once`);
  }
}
