/** MIME types, read and written as the MIME Sniffing standard has it, and taken from a header as Fetch does. */

import {
  entriesOf,
  indexOf,
  join,
  mapGet,
  mapSet,
  mapSize,
  matches,
  NativeMap,
  push,
  split,
  stringSlice,
  toLowerCase,
} from './primordials.ts';

export interface MimeType {
  /** `type/subtype`, in lower case. */
  readonly essence: string;
  /** In their order; the first of a name counts. A map, since a hostile header may have a great many. */
  readonly parameters: Map<string, string>;
}

const notToken = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const notQuotable = /[^\t\x20-\x7e\x80-\xff]/;

export const isToken = (text: string): boolean => text !== '' && !matches(notToken, text);

const httpSpace = '\t\n\r ';
const tabOrSpace = '\t ';

function trimBy(text: string, chars: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && indexOf(chars, text[start] as string) !== -1) start += 1;
  while (end > start && indexOf(chars, text[end - 1] as string) !== -1) end -= 1;
  return stringSlice(text, start, end);
}

export const trimTabsAndSpaces = (text: string): string => trimBy(text, tabOrSpace);

/** Where the next of these characters is, or the end. */
function until(text: string, chars: string, from: number): number {
  let at = from;
  while (at < text.length && indexOf(chars, text[at] as string) === -1) at += 1;
  return at;
}

/** An HTTP quoted string that begins at a quote. @returns its value, and where it has ended; the end of the text closes it, too */
function quotedString(text: string, from: number): { readonly value: string; readonly end: number } {
  let value = '';
  let at = from + 1;
  for (;;) {
    const stop = until(text, '"\\', at);
    value += stringSlice(text, at, stop);
    if (stop === text.length) return { value, end: stop };
    if (text[stop] === '"') return { value, end: stop + 1 };
    if (stop + 1 === text.length) return { value: value + '\\', end: stop + 1 };
    value += text[stop + 1];
    at = stop + 2;
  }
}

/** @returns `undefined` for what is none */
export function parseMimeType(given: string): MimeType | undefined {
  const text = trimBy(given, httpSpace);
  const slash = indexOf(text, '/');
  if (slash === -1) return undefined;
  const type = stringSlice(text, 0, slash);
  let at = until(text, ';', slash);
  const subtype = trimEnd(stringSlice(text, slash + 1, at));
  if (!isToken(type) || !isToken(subtype)) return undefined;
  const parameters = new NativeMap<string, string>();
  while (at < text.length) {
    at += 1;
    while (at < text.length && indexOf(httpSpace, text[at] as string) !== -1) at += 1;
    const start = at;
    at = until(text, ';=', at);
    if (at === text.length) break;
    if (text[at] === ';') continue;
    const name = toLowerCase(stringSlice(text, start, at));
    at += 1;
    if (at === text.length) break;
    let value: string;
    if (text[at] === '"') {
      const quoted = quotedString(text, at);
      value = quoted.value;
      at = until(text, ';', quoted.end);
    } else {
      const begin = at;
      at = until(text, ';', at);
      value = trimEnd(stringSlice(text, begin, at));
      if (value === '') continue;
    }
    if (isToken(name) && !matches(notQuotable, value) && mapGet(parameters, name) === undefined) mapSet(parameters, name, value);
  }
  return { essence: toLowerCase(type) + '/' + toLowerCase(subtype), parameters };
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && indexOf(httpSpace, text[end - 1] as string) !== -1) end -= 1;
  return stringSlice(text, 0, end);
}

export function formatMimeType({ essence, parameters }: MimeType): string {
  let text = essence;
  if (mapSize(parameters) === 0) return text;
  const entries = entriesOf(parameters, Infinity) as [string, string][];
  for (let i = 0; i < entries.length; i += 1) {
    const [name, value] = entries[i] as [string, string];
    text += ';' + name + '=';
    text += isToken(value) ? value : '"' + join(split(join(split(value, '\\'), '\\\\'), '"'), '\\"') + '"';
  }
  return text;
}

/** The type that a header's values say: the last valid one, with the charset of an earlier one of the same essence. */
export function extractMimeType(values: string): MimeType | undefined {
  let found: MimeType | undefined;
  let charset: string | undefined;
  const list = splitValues(values);
  for (let i = 0; i < list.length; i += 1) {
    const type = parseMimeType(list[i] as string);
    if (type === undefined || type.essence === '*/*') continue;
    const own = mapGet(type.parameters, 'charset');
    if (type.essence !== found?.essence) charset = own;
    else if (own === undefined && charset !== undefined) mapSet(type.parameters, 'charset', charset);
    found = type;
  }
  return found;
}

/** A header's value at its commas, but for those in quoted strings. */
function splitValues(text: string): string[] {
  const values: string[] = [];
  let start = 0;
  let at = 0;
  for (;;) {
    at = until(text, '",', at);
    if (text[at] === '"') {
      at = quotedString(text, at).end;
      continue;
    }
    push(values, trimTabsAndSpaces(stringSlice(text, start, at)));
    if (at === text.length) return values;
    at += 1;
    start = at;
  }
}
