/** `fetch` as the host does it for a plugin: each hop is checked, redirects are followed as the fetch standard says, and the body is the caller's to read. */

import type { Readable } from 'node:stream';
import type { EgressGuard } from '../../guards/egress.ts';
import { EgressError } from '../../guards/egress-error.ts';
import type { HostPattern } from '../../guards/host-pattern.ts';
import { type AgentBounds, type AgentLease, Agents, type Resolve } from './agents.ts';
import { decoded } from './decoded.ts';
import { failureOf, isStale } from './failure.ts';
import { FetchedBody } from './fetched-body.ts';
import { type Hop, isRedirect, mostRedirects, nextHop } from './redirect.ts';
import { outgoingHeaders } from './request-headers.ts';

export interface EgressRequest {
  readonly url: URL;
  readonly method: string;
  /** name, value, …; the names in lower case */
  readonly headers: readonly string[];
  readonly redirect: 'follow' | 'error' | 'manual';
  readonly body: Uint8Array | Readable | undefined;
  /** The CDN-Loop header that the plugin's call came with. */
  readonly hops?: string | undefined;
  /** The plugin's, by which this host knows it again where it answers the request itself. */
  readonly mark?: string | undefined;
  /** In place of what the plugin says of a trace: name, value, … */
  readonly trace?: readonly string[] | undefined;
  /** Of the response's body, decoded. */
  readonly mostBytes: number;
}

export interface EgressResponse {
  /** Without its fragment. */
  readonly url: string;
  readonly redirected: boolean;
  readonly status: number;
  readonly statusText: string;
  /** name, value, …; the names in lower case, the values as Latin-1 */
  readonly headers: readonly string[];
  /** The caller reads it to its end, or cancels it. `undefined` where the status or the method allows none. */
  readonly body: FetchedBody | undefined;
}

export const defaultEgressBounds: AgentBounds = Object.freeze({ perPlugin: 64, inAll: 1_024, sockets: 1_024, connectMs: 5_000 });

export interface EgressParts {
  readonly guard: EgressGuard;
  readonly bounds?: AgentBounds;
  /** For tests: how names become addresses. */
  readonly resolve?: Resolve;
}

const retried = new Set(['GET', 'HEAD', 'OPTIONS']);
const bodiless = new Set([204, 205, 304]);
/** Of a redirect's body this much is read so that its connection can be used again. */
const dumpedBytes = 16_384;

interface Answer {
  readonly statusCode: number;
  readonly statusText: string;
  readonly headers: readonly string[];
  readonly body: Readable & { dump(options: { limit: number; signal: AbortSignal }): Promise<void> };
}

export class Egress {
  readonly #guard: EgressGuard;
  readonly #agents: Agents;

  constructor({ guard, bounds = defaultEgressBounds, resolve }: EgressParts) {
    this.#guard = guard;
    this.#agents = new Agents(guard, bounds, resolve);
  }

  /** Requests that are under way, responses' bodies included. */
  get inFlight(): number {
    return this.#agents.inFlight;
  }

  /** Connections that are open. */
  get sockets(): number {
    return this.#agents.sockets;
  }

  /**
   * @param plugin whose connections are used; a preview counts as a plugin of its own
   * @param signal ends it at any time, the reading of its body included
   * @throws EgressError
   */
  async fetch(plugin: string, grants: readonly HostPattern[], request: EgressRequest, signal: AbortSignal): Promise<EgressResponse> {
    const { url, method, headers, body } = request;
    let hop: Hop = { url, method, headers, hasBody: body !== undefined, streamed: body !== undefined && !(body instanceof Uint8Array) };
    this.#guard.checkUrl(url, grants);
    const lease = this.#agents.take(plugin);
    try {
      for (let redirects = 0; ; redirects += 1) {
        const answer = await this.#send(lease, hop, request, signal);
        const next = await this.#follow(hop, answer, request.redirect, signal);
        if (next === undefined) return this.#response(hop, redirects > 0, answer, request.mostBytes, lease);
        if (redirects === mostRedirects) throw new EgressError('redirect', `${url.host} redirects more than ${mostRedirects} times`);
        this.#checkNext(hop, next, grants);
        hop = next;
      }
    } catch (error) {
      lease.giveBack();
      throw signal.aborted
        ? new EgressError('aborted', 'the request was aborted', error)
        : failureOf(error, `${hop.url.host} cannot be reached`);
    }
  }

  close(): Promise<void> {
    return this.#agents.close();
  }

  async #send(lease: AgentLease, hop: Hop, { body, hops, mark, trace }: EgressRequest, signal: AbortSignal): Promise<Answer> {
    const options = {
      origin: hop.url.origin,
      path: hop.url.pathname + hop.url.search,
      method: hop.method as 'GET',
      headers: outgoingHeaders(hop.headers, hops, mark, trace),
      body: hop.hasBody ? (body as Uint8Array) : null,
      responseHeaders: 'raw' as const,
      signal,
    };
    for (let tries = 1; ; tries += 1) {
      try {
        return (await lease.agent.request(options)) as unknown as Answer;
      } catch (error) {
        const again = tries === 1 && !hop.hasBody && retried.has(hop.method) && isStale(error) && !signal.aborted;
        if (!again) throw error;
      }
    }
  }

  /** @returns the next hop; `undefined` where this is the answer */
  async #follow(hop: Hop, answer: Answer, mode: EgressRequest['redirect'], signal: AbortSignal): Promise<Hop | undefined> {
    const { statusCode, headers, body } = answer;
    if (mode === 'manual' || !isRedirect(statusCode)) return undefined;
    let next: Hop | undefined;
    try {
      if (mode === 'error') throw new EgressError('redirect', `${hop.url.host} redirects, and the request's redirect mode is error`);
      next = nextHop(hop, statusCode, valuesOf(headers, 'location'));
    } catch (error) {
      body.on('error', () => {}).destroy();
      throw error;
    }
    if (next !== undefined) await body.dump({ limit: dumpedBytes, signal });
    return next;
  }

  #checkNext(hop: Hop, next: Hop, grants: readonly HostPattern[]): void {
    try {
      this.#guard.checkUrl(next.url, grants);
    } catch (error) {
      if (error instanceof EgressError) throw new EgressError(error.code, `${hop.url.host} redirects: ${error.message}`);
      throw error;
    }
  }

  #response(hop: Hop, redirected: boolean, answer: Answer, mostBytes: number, lease: AgentLease): EgressResponse {
    const { statusCode: status, statusText, body } = answer;
    const headers: string[] = [];
    const encoding = valuesOf(answer.headers, 'content-encoding').join();
    const empty = bodiless.has(status) || hop.method === 'HEAD';
    let chunks: AsyncIterable<Buffer> | undefined;
    try {
      chunks = empty ? undefined : decoded(body, encoding);
    } catch (error) {
      body.on('error', () => {}).destroy();
      throw error;
    }
    for (let i = 0; i < answer.headers.length; i += 2) {
      const name = (answer.headers[i] as string).toLowerCase();
      // They speak of bytes that the plugin never sees, and would be wrong in a reply that passes the response on.
      if (chunks !== undefined && (name === 'content-encoding' || name === 'content-length')) continue;
      headers.push(name, answer.headers[i + 1] as string);
    }
    const url = new URL(hop.url);
    url.hash = '';
    const fetched = new FetchedBody(body, chunks ?? body, mostBytes, () => lease.giveBack());
    if (empty) void fetched.read().catch(() => {});
    return { url: url.href, redirected, status, statusText, headers, body: empty ? undefined : fetched };
  }
}

function valuesOf(headers: readonly string[], wanted: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if ((headers[i] as string).toLowerCase() === wanted) values.push(headers[i + 1] as string);
  }
  return values;
}
