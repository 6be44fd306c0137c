/** A preview's token in a request: found, and taken out, so that the plugin never sees it. */

import type { IncomingMessage } from 'node:http';

/** As a header, as a query parameter, and as a cookie. */
export const tokenName = 'nbox-preview-token';

export interface GivenToken {
  readonly from: 'header' | 'query' | 'cookie';
  /** Cookies of one name may come from several paths; anything else is there once. */
  readonly texts: readonly string[];
}

export interface WithoutToken {
  readonly given: GivenToken | undefined;
  /** The path without the parameter. */
  readonly path: string;
}

/** A page of the host may set cookies of this name on other paths; more than a few are noise. */
const mostCookies = 4;

/**
 * The header goes before the query, and that before the cookie. All three are taken out of the request, and out of its Referer.
 * @param path with its query
 */
export function takeToken({ headers }: Pick<IncomingMessage, 'headers'>, path: string): WithoutToken {
  const header = headers[tokenName] as string | undefined;
  delete headers[tokenName];
  const query = takeParameter(path);
  const cookies = takeCookies(headers);
  // Of a page whose own address had it.
  if (headers.referer !== undefined) headers.referer = takeParameter(headers.referer).path;
  return { given: givenOf(header, query.value, cookies), path: query.path };
}

function givenOf(header: string | undefined, query: string | undefined, cookies: readonly string[]): GivenToken | undefined {
  if (header !== undefined) return { from: 'header', texts: [header] };
  if (query !== undefined) return { from: 'query', texts: [query] };
  return cookies.length === 0 ? undefined : { from: 'cookie', texts: cookies.slice(0, mostCookies) };
}

/** All other parameters stay as they are written. */
function takeParameter(path: string): { path: string; value: string | undefined } {
  const at = path.indexOf('?');
  if (at < 0) return { path, value: undefined };
  let value: string | undefined;
  const rest = path
    .slice(at + 1)
    .split('&')
    .filter((part) => {
      const found = new URLSearchParams(part).get(tokenName);
      value ??= found ?? undefined;
      return found === null;
    });
  if (value === undefined) return { path, value };
  return { path: rest.length === 0 ? path.slice(0, at) : `${path.slice(0, at)}?${rest.join('&')}`, value };
}

function takeCookies(headers: IncomingMessage['headers']): string[] {
  const { cookie } = headers;
  if (cookie === undefined) return [];
  const found: string[] = [];
  const rest = cookie.split(';').filter((pair) => {
    const [name = '', ...value] = pair.split('=');
    if (name.trim() !== tokenName) return true;
    found.push(value.join('=').trim());
    return false;
  });
  if (found.length === 0) return found;
  if (rest.length === 0) delete headers.cookie;
  else headers.cookie = rest.join(';').trim();
  return found;
}
