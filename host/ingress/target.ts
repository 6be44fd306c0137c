/** What a request is for: the path of its target and the host that it names, checked as RFC 9112, section 3.2 asks. */

import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';

const absoluteForm = /^https?:\/\/([^/?#]*)(.*)$/is;

/** Path and query, beginning with a slash; what is neither origin-form nor absolute-form (`*`) comes back as it is. */
export function targetPath(target: string): string {
  if (target.charCodeAt(0) === 47) return target;
  const path = absoluteForm.exec(target)?.[2];
  if (path === undefined) return target;
  return path.charCodeAt(0) === 47 ? path : `/${path}`;
}

/**
 * Host and port as the URL parser has them. An absolute-form target has the say over the Host header, which must be valid all the same.
 * @throws NboxError `bad_request` on a second Host header and on an invalid host
 */
export function requestHost(req: Pick<IncomingMessage, 'url' | 'headers' | 'rawHeaders'>): string {
  // `headers` has the first Host only: where there are two, someone before us may have gone by the other.
  const raw = req.rawHeaders;
  let hosts = 0;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (name.length === 4 && (name === 'Host' || name === 'host' || name.toLowerCase() === 'host')) hosts += 1;
  }
  if (hosts > 1) throw new NboxError('bad_request', 'There is more than one Host header');
  const given = req.headers.host;
  // HTTP/1.0 has no need of a Host; from 1.1 on Node insists.
  const host = given === undefined ? 'localhost' : normalHost(given);
  const target = req.url as string;
  if (target.charCodeAt(0) === 47) return host;
  const authority = absoluteForm.exec(target)?.[1];
  return authority === undefined ? host : normalHost(authority);
}

/** RFC 3986's host and port in ASCII: no user, no path, nothing that the URL parser would quietly leave out. */
const hostForm = /^(?:\[[0-9a-f:.]+\]|[a-z0-9\-._~!$&'()*+,;=%]+)(?::\d{0,5})?$/i;

const known = new Map<string, string>();
const knownAtMost = 256;

/** Clients name the same few hosts over and over: each is parsed once. */
function normalHost(host: string): string {
  const cached = known.get(host);
  if (cached !== undefined) return cached;
  const url = hostForm.test(host) ? URL.parse(`http://${host}/`) : null;
  if (url === null) throw new NboxError('bad_request', `${JSON.stringify(host.slice(0, 100))} is not a host`);
  if (host.length <= 256) {
    if (known.size >= knownAtMost) known.clear();
    known.set(host, url.host);
  }
  return url.host;
}
