/** URLs on behalf of the guest, by the host's own parser: a URL crosses as its parts, a line each; a query as JSON. */

const parts = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;

/** A URL longer than this is refused, since every part of it is copied. */
const maxUrlLength = 65_536;

/** `href`, the parts in the order above, `origin`; `undefined` where it is no URL. */
export function parseUrl(input: string, base: string | undefined): string | undefined {
  if (input.length > maxUrlLength) return undefined;
  const url = URL.parse(input, base);
  return url === null ? undefined : record(url);
}

/** The URL with one part set, as its setter does it. */
export function setUrlPart(href: string, part: string, value: string): string | undefined {
  const url = URL.parse(href);
  if (url === null || value.length > maxUrlLength) return undefined;
  if (part === 'href') return parseUrl(value, undefined);
  const known = parts.find((name) => name === part);
  if (known === undefined) return undefined;
  url[known] = value;
  return record(url);
}

function record(url: URL): string {
  return `${url.href}\n${url.protocol}\n${url.username}\n${url.password}\n${url.host}\n${url.hostname}\n${url.port}\n${url.pathname}\n${url.search}\n${url.hash}\n${url.origin}`;
}

/** A form-urlencoded text as the JSON of `[name, value, …]`. */
export function parseQuery(text: string): string {
  // Node takes one question mark off, and where a percent sign is not UTF-8's it takes other characters for bytes.
  const ascii = text.replace(/[^\0-\x7f]+/g, encodeURIComponent);
  return JSON.stringify([...new URLSearchParams(`?${ascii}`)].flat());
}

/** The reverse of `parseQuery`. */
export function formatQuery(json: string): string {
  const flat = JSON.parse(json) as string[];
  const query = new URLSearchParams();
  for (let i = 0; i + 1 < flat.length; i += 2) query.append(flat[i] as string, flat[i + 1] as string);
  return query.toString();
}
