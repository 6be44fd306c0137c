/** node:url: the platform's URL, and the older functions that libraries still call. */

import { parse as parseQuery, type Query, stringify } from './querystring.ts';

export const { URL, URLSearchParams } = globalThis;

/** What `parse` gives; the parts that are not there are null. */
export interface Url {
  protocol: string | null;
  slashes: boolean | null;
  auth: string | null;
  host: string | null;
  port: string | null;
  hostname: string | null;
  hash: string | null;
  search: string | null;
  query: string | Query | null;
  pathname: string | null;
  path: string | null;
  href: string;
}

const pattern = /^([a-z][a-z0-9+.-]*:)?(\/\/)?(?:([^/?#]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;
const withHost = /^(?:https?|ftp|wss?|gopher|file):$/;

export function parse(input: string, withQuery = false, slashesMeanHost = false): Url {
  const text = input.trim().replaceAll('\\', '/');
  const whole = pattern.exec(text) as RegExpExecArray;
  const protocol = whole[1]?.toLowerCase() ?? null;
  const hasHost = whole[2] !== undefined && (protocol !== null || slashesMeanHost);
  const [, , , auth, authority = '', pathname = '', search, hash] = hasHost
    ? whole
    : (/^()()()()([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text.slice(whole[1]?.length ?? 0)) as RegExpExecArray);
  const host = hasHost ? authority.toLowerCase() : null;
  const port = /:(\d*)$/.exec(host ?? '')?.[1] ?? null;
  const query = withQuery ? parseQuery((search ?? '').slice(1)) : (search?.slice(1) ?? null);
  const rooted = pathname === '' && hasHost && withHost.test(protocol ?? '') ? '/' : pathname;
  const url: Url = {
    ...{ protocol, slashes: hasHost ? true : null, auth: auth ? decodeURIComponent(auth) : null, host, port },
    ...{
      hostname: host?.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1') ?? null,
      hash: hash ?? null,
      search: search ?? (withQuery ? '' : null),
      query,
    },
    ...{ pathname: rooted === '' ? null : rooted, path: rooted === '' && !search ? null : `${rooted}${search ?? ''}`, href: '' },
  };
  url.href = format(url);
  return url;
}

export interface FormatOptions {
  readonly auth?: boolean;
  readonly fragment?: boolean;
  readonly search?: boolean;
}

export function format(given: Partial<Url> | URL | string, options: FormatOptions = {}): string {
  if (typeof given === 'string') return parse(given).href;
  if (given instanceof URL) {
    const url = new URL(given.href);
    if (options.auth === false) {
      url.username = '';
      url.password = '';
    }
    if (options.fragment === false) url.hash = '';
    if (options.search === false) url.search = '';
    return url.href;
  }
  const protocol = given.protocol ? given.protocol.replace(/:?$/, ':') : '';
  const auth = given.auth ? `${encodeURIComponent(given.auth).replace(/%3A/i, ':')}@` : '';
  const hostname = given.hostname ? (given.hostname.includes(':') ? `[${given.hostname}]` : given.hostname) : '';
  const host = given.host ? auth + given.host : hostname === '' ? '' : `${auth}${hostname}${given.port ? `:${given.port}` : ''}`;
  const query = typeof given.query === 'object' && given.query !== null ? stringify(given.query) : '';
  const search = given.search ?? (query === '' ? '' : `?${query}`);
  const slashes = given.slashes || ((protocol === '' || withHost.test(protocol)) && host !== '');
  const path = (given.pathname ?? '').replace(/[?#]/g, encodeURIComponent);
  const rooted = slashes && path !== '' && !path.startsWith('/') ? `/${path}` : path;
  const asked = search !== '' && !search.startsWith('?') ? `?${search}` : search;
  const hash = given.hash ? given.hash.replace(/^#?/, '#') : '';
  return `${protocol}${slashes ? '//' : ''}${host}${rooted}${asked.replaceAll('#', '%23')}${hash}`;
}

/** As a browser resolves a link on a page. */
export function resolve(from: string, to: string): string {
  const nowhere = 'resolve://nowhere/';
  const url = new URL(to, new URL(from, nowhere));
  if (url.protocol !== 'resolve:') return url.href;
  const path = `${url.pathname}${url.search}${url.hash}`;
  return from.startsWith('/') || to.startsWith('/') ? path : path.slice(1);
}

export function domainToASCII(domain: string): string {
  return URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : '';
}

export function urlToHttpOptions(url: URL): object {
  const { protocol, hostname, port, pathname, search, hash, href, username, password } = url;
  return {
    ...{ protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), hash, search, pathname, path: pathname + search, href },
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === '' && password === '' ? {} : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
  };
}

export function fileURLToPath(given: string | URL): string {
  const url = typeof given === 'string' ? new URL(given) : given;
  if (url.protocol !== 'file:') throw Object.assign(new TypeError('The URL must be of scheme file'), { code: 'ERR_INVALID_URL_SCHEME' });
  if (/%2f/i.test(url.pathname)) {
    throw Object.assign(new TypeError('File URL path must not include encoded / characters'), { code: 'ERR_INVALID_FILE_URL_PATH' });
  }
  return decodeURIComponent(url.pathname);
}

export function pathToFileURL(path: string): URL {
  const url = new URL('file:///');
  url.pathname = (path.startsWith('/') ? path : `/${path}`)
    .replaceAll('%', '%25')
    .replaceAll('\\', '%5C')
    .replaceAll('\n', '%0A')
    .replaceAll('\r', '%0D')
    .replaceAll('\t', '%09');
  return url;
}

export default { URL, URLSearchParams, domainToASCII, fileURLToPath, format, parse, pathToFileURL, resolve, urlToHttpOptions };
