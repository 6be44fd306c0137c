/** The headers of a request as they go out: a plugin's own, without those that are between nbox and the server. */

import { hopsHeader, nextHops } from '../dispatch/hops.ts';

/** What HTTP itself sets, or what is good for one connection only. */
const ours = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What every request has unless the plugin says otherwise. No cookies: nothing is kept between requests. */
const defaults: readonly (readonly [name: string, value: string])[] = [
  ['accept', '*/*'],
  ['accept-encoding', 'gzip, deflate, br, zstd'],
  ['user-agent', 'nbox'],
];

/** A plugin's own are replaced where the host makes traces: the request is below the host's span, and its sampling is the host's. */
const ofTraces = new Set(['traceparent', 'tracestate']);

const conditions = new Set(['if-match', 'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since']);

/** The headers with what the fetch standard has a cache mode say to caches on the way. */
export function withCacheMode(headers: readonly string[], mode: string): readonly string[] {
  const names = new Set(headers.filter((_, i) => i % 2 === 0));
  const actual = mode === 'default' && [...names].some((name) => conditions.has(name)) ? 'no-store' : mode;
  const missing = (name: string, value: string) => (names.has(name) ? [] : [name, value]);
  if (actual === 'no-cache') return [...headers, ...missing('cache-control', 'max-age=0')];
  if (actual !== 'no-store' && actual !== 'reload') return headers;
  return [...headers, ...missing('pragma', 'no-cache'), ...missing('cache-control', 'no-cache')];
}

/**
 * @param headers name, value, …; the names in lower case
 * @param hops the CDN-Loop header that the plugin's call came with
 * @param mark of the plugin
 * @param trace the host's own headers of the trace, where it makes one
 * @returns name, value, …
 */
export function outgoingHeaders(headers: readonly string[], hops?: string, mark?: string, trace?: readonly string[]): string[] {
  const named = new Set<string>();
  for (let i = 0; i < headers.length; i += 2) {
    // RFC 9110, section 7.6.1: what Connection names is for one connection, too.
    if (headers[i] === 'connection') for (const name of (headers[i + 1] as string).split(',')) named.add(name.trim().toLowerCase());
  }
  const seen = new Set<string>();
  const all: string[] = [];
  const given: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name === hopsHeader) given.push(headers[i + 1] as string);
    if (name === hopsHeader || ours.has(name) || named.has(name)) continue;
    if (trace !== undefined && ofTraces.has(name)) continue;
    seen.add(name);
    all.push(name, headers[i + 1] as string);
  }
  for (const [name, value] of defaults) if (!seen.has(name)) all.push(name, value);
  if (trace !== undefined) all.push(...trace);
  all.push(hopsHeader, nextHops(hops, given.join(), mark));
  return all;
}
