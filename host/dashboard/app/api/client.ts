/** Requests of the API: authorised, parsed, and failing as `ApiError` and as nothing else. */

import { authorization, lose } from '../access/session.ts';
import { noteHostTime } from './host-time.ts';
import { ApiError, problemOf, unreachable } from './problem.ts';

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** The deployment (or version) that must be live for a change to be made. */
  readonly ifMatch?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer<T> {
  readonly value: T;
  /** What `If-Match` would have to be. */
  readonly tag: number | undefined;
}

/** The answer as it comes. @throws ApiError; what `signal` throws */
export async function send(path: string, { method = 'GET', body, signal, ifMatch, headers = {} }: Ask = {}): Promise<Response> {
  const init: RequestInit = {
    method,
    headers: {
      ...authorization(method),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
    cache: 'no-store',
  };
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(unreachable);
  }
  noteHostTime(response.headers.get('date'));
  if (response.ok) return response;
  const text = await response.text().catch(() => '');
  const problem = problemOf(response.status, text);
  if (problem.code === 'unauthorized') lose('The session is over: sign in again.');
  const after = response.headers.get('retry-after');
  throw new ApiError(problem, after !== null && /^\d{1,6}$/.test(after) ? Number(after) : undefined);
}

/** An answer in JSON, with its tag. @throws ApiError; what `signal` throws */
export async function ask<T>(path: string, given: Ask = {}): Promise<Answer<T>> {
  const response = await send(path, given);
  const tag = /^(?:W\/)?"(\d+)"$/.exec(response.headers.get('etag') ?? '')?.[1];
  const value = (response.status === 204 ? undefined : await response.json()) as T;
  return { value, tag: tag === undefined ? undefined : Number(tag) };
}

/** Only what it says. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask<T>(path, { signal })).value;
}
