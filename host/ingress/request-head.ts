/** An HTTP request as the text in which it crosses to a guest: `method\nurl\nname\nvalue…`. */

import type { IncomingMessage } from 'node:http';

/** Meant for the connection between client and host; a plugin neither needs nor may forge them. */
const hopByHop = new Set([
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
]);

/** Paths and hosts of these forms are what the URL parser would give back; all others go through it. */
const plainPath = /^\/(?!\/)[A-Za-z0-9\-_~!$&*+,;=:@%/?]*$/;
const plainHost = /^[a-z0-9-]+(?:\.[a-z0-9-]*[a-z][a-z0-9-]*|)(?::(?!80$|0)\d{1,5})?$/;

/** @param path the path and query that the plugin shall see, beginning with a slash */
export function requestHead(req: IncomingMessage, path: string): string | undefined {
  const url = requestUrl(req.headers.host ?? 'localhost', path);
  if (url === undefined) return undefined;
  let head = `${req.method}\n${url}`;
  const { headers } = req;
  for (const name in headers) {
    if (hopByHop.has(name)) continue;
    const value = headers[name];
    head += `\n${name}\n${typeof value === 'string' ? value : (value as string[]).join(', ')}`;
  }
  return head;
}

function requestUrl(host: string, path: string): string | undefined {
  if (plainPath.test(path) && plainHost.test(host)) return `http://${host}${path}`;
  // Parsed apart from the host, so that a path such as `//evil.example/` stays a path.
  const base = URL.parse(`http://${host}/`) ?? URL.parse('http://localhost/');
  const url = URL.parse(`${base?.origin}${path}`);
  return url?.href;
}
