/** What the fetch standard makes of a redirect: the next request, or the end. */

import { EgressError } from '../../guards/egress-error.ts';

/** One request on its way, before it is checked. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  /** name, value, …; the names in lower case. */
  readonly headers: readonly string[];
  readonly hasBody: boolean;
  /** Whether the body can be sent once only, since it comes from the guest as a stream. */
  readonly streamed: boolean;
}

/** The standard says 20; what a plugin calls is known to its author. */
export const mostRedirects = 5;

export const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

/** Headers that are about the body, which goes with it. */
const bodyHeaders = new Set(['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']);
/** What proves who asks, and is for the origin that the plugin named. */
const credentials = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * @param locations the values of all Location headers of the response
 * @returns `undefined` where the response is no redirect after all, and so is the answer
 * @throws EgressError
 */
export function nextHop(hop: Hop, status: number, locations: readonly string[]): Hop | undefined {
  const [location] = locations;
  if (location === undefined) return undefined;
  const url = locations.length > 1 ? null : URL.parse(fromLatin1(location), hop.url);
  if (url === null) throw new EgressError('redirect', `${hop.url.host} redirects to what is no URL`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new EgressError('redirect', `${hop.url.host} redirects to the scheme ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressError('redirect', `${hop.url.host} redirects to a URL with a user or a password`);
  }
  if (status !== 303 && hop.hasBody && hop.streamed) {
    throw new EgressError('redirect', `${hop.url.host} redirects, and a body that is a stream cannot be sent twice`);
  }
  if (url.hash === '') url.hash = hop.url.hash;
  const toGet = status === 303 ? hop.method !== 'GET' && hop.method !== 'HEAD' : status < 303 && hop.method === 'POST';
  const crosses = url.origin !== hop.url.origin;
  const headers: string[] = [];
  for (let i = 0; i < hop.headers.length; i += 2) {
    const name = hop.headers[i] as string;
    if ((toGet && bodyHeaders.has(name)) || (crosses && credentials.has(name))) continue;
    headers.push(name, hop.headers[i + 1] as string);
  }
  return {
    url,
    method: toGet ? 'GET' : hop.method,
    headers,
    hasBody: hop.hasBody && !toGet,
    streamed: hop.streamed,
  };
}

/** A header's bytes as UTF-8, which is what servers write into Location. */
function fromLatin1(value: string): string {
  return /[\x80-\xff]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
}
