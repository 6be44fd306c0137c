/** An HTTP request as the text in which it crosses to a guest: `method\nurl\nname\nvalue…`. */

import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { flowCookie, sessionCookie } from '../access/stored-session.ts';
import { tokenName } from '../preview/token.ts';
import { detailsHeader } from './details.ts';

/** Meant for the connection between client and host, or for the host alone; a plugin neither needs nor may forge them. */
const kept = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  detailsHeader,
  tokenName,
]);

/** Paths that the URL parser gives back as they are: no character that it encodes, no dot segment, however written. All others go through it. */
const plainPath = /^(?:\/(?!(?:\.|%2[eE]){1,2}(?:[/?]|$))[A-Za-z0-9\-._~!$&*+,;=:@%?]*)+$/;

/**
 * @param host from `requestHost`: the plugin sees it in the URL and as the Host header, so that the two never differ
 * @param path the path and query that the plugin shall see, beginning with a slash
 */
export function requestHead(
  req: Pick<IncomingMessage, 'method' | 'headers'> & { readonly socket?: IncomingMessage['socket'] },
  host: string,
  path: string,
): string | undefined {
  const scheme = (req.socket as Partial<TLSSocket> | undefined)?.encrypted === true ? 'https' : 'http';
  const url = plainPath.test(path) ? `${scheme}://${host}${path}` : URL.parse(`${scheme}://${host}${path}`)?.href;
  if (url === undefined) return undefined;
  let head = `${req.method}\n${url}`;
  const { headers } = req;
  const named = namedByConnection(headers.connection);
  for (const name in headers) {
    if (kept.has(name)) continue;
    if (name === 'host') {
      head += `\nhost\n${host}`;
      continue;
    }
    if (named?.has(name)) continue;
    if (name === 'cookie') {
      const others = withoutSession(headers.cookie as string);
      if (others !== '') head += `\ncookie\n${others}`;
      continue;
    }
    const value = headers[name];
    head += `\n${name}\n${typeof value === 'string' ? value : (value as string[]).join(', ')}`;
  }
  return head;
}

const ours: ReadonlySet<string> = new Set([sessionCookie, flowCookie]);

/** The cookies of the admin port, which browsers send to this one, too: with them a plugin could do whatever their owner may. */
function withoutSession(cookie: string): string {
  if (!cookie.includes('nbox_')) return cookie;
  const others = cookie.split(';').filter((pair) => !ours.has(pair.split('=', 1)[0]?.trim() ?? ''));
  return others.join(';').trim();
}

/** RFC 9110, section 7.6.1: headers that the client meant for this connection only. */
function namedByConnection(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
