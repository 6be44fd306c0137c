/** node:querystring: the parts of a query as an object. */

export type Query = Record<string, string | string[]>;

const kept = /[^A-Za-z0-9\-_.!~*'()]/;

export function escape(text: unknown): string {
  const string = typeof text === 'object' ? String(text) : `${text as string}`;
  return kept.test(string) ? encodeURIComponent(string) : string;
}

export function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Byte by byte: what is no escape stays as it is, what is no UTF-8 becomes U+FFFD.
    const bytes: number[] = [];
    for (let i = 0; i < text.length; i += 1) {
      const hex = text[i] === '%' ? /^[0-9a-f]{2}/i.exec(text.slice(i + 1, i + 3))?.[0] : undefined;
      if (hex === undefined) bytes.push(...new TextEncoder().encode(text[i]));
      else {
        bytes.push(Number.parseInt(hex, 16));
        i += 2;
      }
    }
    return new TextDecoder().decode(new Uint8Array(bytes));
  }
}

function primitive(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : '';
  return typeof value === 'bigint' || typeof value === 'boolean' ? `${value}` : '';
}

interface Codec {
  readonly encodeURIComponent?: (text: string) => string;
  readonly decodeURIComponent?: (text: string) => string;
  readonly maxKeys?: number;
}

export function stringify(value: unknown, separator = '&', equals = '=', { encodeURIComponent: encode = escape }: Codec = {}): string {
  if (typeof value !== 'object' || value === null) return '';
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    const name = encode(primitive(key)) + equals;
    if (Array.isArray(item)) for (const one of item) parts.push(name + encode(primitive(one)));
    else parts.push(name + encode(primitive(item)));
  }
  return parts.join(separator);
}

export function parse(
  text: string,
  separator = '&',
  equals = '=',
  { decodeURIComponent: decode = unescape, maxKeys = 1_000 }: Codec = {},
): Query {
  const query: Query = Object.create(null);
  if (typeof text !== 'string' || text === '') return query;
  const parts = text.split(separator);
  const plain = (part: string) => {
    const spaced = part.replaceAll('+', ' ');
    try {
      return decode(spaced);
    } catch {
      return unescape(spaced);
    }
  };
  let count = 0;
  for (const part of parts) {
    if (part === '') continue;
    if (maxKeys > 0 && count >= maxKeys) break;
    count += 1;
    const at = part.indexOf(equals);
    const key = plain(at === -1 ? part : part.slice(0, at));
    const value = at === -1 ? '' : plain(part.slice(at + equals.length));
    const known = query[key];
    if (known === undefined) query[key] = value;
    else if (Array.isArray(known)) known.push(value);
    else query[key] = [known, value];
  }
  return query;
}

export { parse as decode, stringify as encode };
export default { decode: parse, encode: stringify, escape, parse, stringify, unescape };
