/** URLSearchParams: a flat list of names and values, alone or linked to a URL's query. */

import { addBodyKind, newBody } from './body.ts';
import { host } from './host.ts';
import { type IteratorKind, pairIterator } from './pair-iterator.ts';
import {
  indexOf,
  isEnumerable,
  join,
  jsonParse,
  jsonStringify,
  matches,
  ownKeys,
  push,
  sliceArray,
  sortArray,
  splice,
  split,
  stringSlice,
} from './primordials.ts';
import { asInterface, requireArguments, toUrlText, toUsv } from './webidl.ts';

export type URLSearchParamsInit = string | URLSearchParams | Iterable<Iterable<string>> | Record<string, string>;

const iterate = pairIterator('URLSearchParams Iterator');

/** What needs decoding, and what needs encoding: without it the guest does the work itself, since a crossing costs 5 µs. */
const encoded = /[%+]/;
const plain = /^[A-Za-z0-9*\-._]*$/;

/** application/x-www-form-urlencoded parsing. */
function parseQuery(text: string): string[] {
  if (text === '') return [];
  if (matches(encoded, text)) return jsonParse(host.parseQuery(text)) as string[];
  const list: string[] = [];
  const pairs = split(text, '&');
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index] as string;
    if (pair === '') continue;
    const equals = indexOf(pair, '=');
    if (equals === -1) push(list, pair, '');
    else push(list, stringSlice(pair, 0, equals), stringSlice(pair, equals + 1));
  }
  return list;
}

function formatQuery(list: readonly string[]): string {
  if (list.length === 0) return '';
  if (!matches(plain, join(list as string[], ''))) return host.formatQuery(jsonStringify(list));
  let text = list[0] + '=' + list[1];
  for (let at = 2; at < list.length; at += 2) text += '&' + list[at] + '=' + list[at + 1];
  return text;
}

/** A form's names and values. */
export const parseForm = (text: string): string[] => parseQuery(toUrlText(text));

/** The params of a URL's query; `changed` is told each new query, without its question mark. */
export let linkToUrl: (search: string, changed: (query: string) => void) => URLSearchParams;
/** The text of a URLSearchParams, whatever its methods are by now; `undefined` for all else. */
export let queryOf: (value: unknown) => string | undefined;
/** Takes over a URL's new query (`?a=b`, or nothing) without telling it. */
export let refill: (params: URLSearchParams, search: string) => void;

export class URLSearchParams {
  #list: string[] = [];
  /** Tells the URL that this is the query of. */
  #changed: ((query: string) => void) | undefined;

  constructor(init?: URLSearchParamsInit) {
    if (init === undefined) return;
    if ((typeof init === 'object' && init !== null) || typeof init === 'function') this.#fill(init);
    else {
      const text = toUrlText(init);
      this.#list = parseQuery(text[0] === '?' ? stringSlice(text, 1) : text);
    }
  }

  #fill(init: Exclude<URLSearchParamsInit, string>): void {
    const list = this.#list;
    const iterator = (init as Iterable<unknown>)[Symbol.iterator];
    if (#list in init && iterator === URLSearchParams.prototype[Symbol.iterator]) {
      this.#list = sliceArray(init.#list);
    } else if (iterator !== undefined && iterator !== null) {
      if (typeof iterator !== 'function') throw new TypeError('The init of URLSearchParams is not iterable');
      for (const pair of init as Iterable<Iterable<string>>) {
        if (pair === null || (typeof pair !== 'object' && typeof pair !== 'function'))
          throw new TypeError('A query pair must be a pair of name and value');
        const [...both] = pair;
        if (both.length !== 2) throw new TypeError('A query pair must be a pair of name and value');
        push(list, toUsv(both[0]), toUsv(both[1]));
      }
    } else {
      // Two keys can become one when their lone surrogates are replaced; the later value then takes the earlier's place.
      const names = ownKeys(init);
      for (let index = 0; index < names.length; index += 1) {
        const name = names[index] as string;
        if (!isEnumerable(init, name)) continue;
        const text = toUsv(name);
        const value = toUsv((init as Record<string, string>)[name]);
        let at = 0;
        while (at < list.length && list[at] !== text) at += 2;
        list[at] = text;
        list[at + 1] = value;
      }
    }
  }

  #update(): void {
    if (this.#changed !== undefined) this.#changed(formatQuery(this.#list));
  }

  get size(): number {
    return this.#list.length / 2;
  }

  append(name: string, value: string): void {
    requireArguments(arguments.length, 2, 'URLSearchParams.append');
    push(this.#list, toUsv(name), toUsv(value));
    this.#update();
  }

  delete(name: string, value?: string): void {
    requireArguments(arguments.length, 1, 'URLSearchParams.delete');
    const text = toUsv(name);
    const only = value === undefined ? undefined : toUsv(value);
    const list = this.#list;
    for (let at = list.length - 2; at >= 0; at -= 2) {
      if (list[at] === text && (only === undefined || list[at + 1] === only)) splice(list, at, 2);
    }
    this.#update();
  }

  get(name: string): string | null {
    requireArguments(arguments.length, 1, 'URLSearchParams.get');
    const text = toUsv(name);
    const list = this.#list;
    for (let at = 0; at < list.length; at += 2) if (list[at] === text) return list[at + 1] as string;
    return null;
  }

  getAll(name: string): string[] {
    requireArguments(arguments.length, 1, 'URLSearchParams.getAll');
    const text = toUsv(name);
    const list = this.#list;
    const values: string[] = [];
    for (let at = 0; at < list.length; at += 2) if (list[at] === text) push(values, list[at + 1] as string);
    return values;
  }

  has(name: string, value?: string): boolean {
    requireArguments(arguments.length, 1, 'URLSearchParams.has');
    const text = toUsv(name);
    const only = value === undefined ? undefined : toUsv(value);
    const list = this.#list;
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] === text && (only === undefined || list[at + 1] === only)) return true;
    }
    return false;
  }

  set(name: string, value: string): void {
    requireArguments(arguments.length, 2, 'URLSearchParams.set');
    const text = toUsv(name);
    const only = toUsv(value);
    const list = this.#list;
    let first = 0;
    while (first < list.length && list[first] !== text) first += 2;
    for (let at = list.length - 2; at > first; at -= 2) if (list[at] === text) splice(list, at, 2);
    list[first] = text;
    list[first + 1] = only;
    this.#update();
  }

  sort(): void {
    const list = this.#list;
    const pairs: [string, string][] = [];
    for (let at = 0; at < list.length; at += 2) push(pairs, [list[at] as string, list[at + 1] as string]);
    sortArray(pairs, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    for (let index = 0; index < pairs.length; index += 1) {
      const pair = pairs[index] as [string, string];
      list[2 * index] = pair[0];
      list[2 * index + 1] = pair[1];
    }
    this.#update();
  }

  toString(): string {
    return formatQuery(this.#list);
  }

  forEach(callback: (value: string, key: string, parent: URLSearchParams) => void, thisArg?: unknown): void {
    requireArguments(arguments.length, 1, 'URLSearchParams.forEach');
    this.#list;
    if (typeof callback !== 'function') throw new TypeError('URLSearchParams.forEach needs a function');
    for (let at = 0; at < this.#list.length; at += 2) {
      callback.call(thisArg, this.#list[at + 1] as string, this.#list[at] as string, this);
    }
  }

  entries(): IteratorObject<[string, string], undefined> {
    return this.#iterate('entries');
  }

  keys(): IteratorObject<string, undefined> {
    return this.#iterate('keys');
  }

  values(): IteratorObject<string, undefined> {
    return this.#iterate('values');
  }

  declare [Symbol.iterator]: () => IteratorObject<[string, string], undefined>;

  #iterate<T>(kind: IteratorKind): IteratorObject<T, undefined> {
    this.#list;
    return iterate(() => this.#list, kind);
  }

  static {
    linkToUrl = (search, changed) => {
      const params = new URLSearchParams(search);
      params.#changed = changed;
      return params;
    };
    queryOf = (value) => (typeof value === 'object' && value !== null && #list in value ? formatQuery(value.#list) : undefined);
    refill = (params, search) => {
      params.#list = parseQuery(stringSlice(search, 1));
    };
  }
}

Object.defineProperty(URLSearchParams.prototype, Symbol.iterator, {
  value: URLSearchParams.prototype.entries,
  writable: true,
  configurable: true,
});

asInterface(URLSearchParams, 'URLSearchParams', 0, { forEach: 1, delete: 1, has: 1 });

addBodyKind((value) => {
  const query = queryOf(value);
  return query === undefined ? undefined : { body: newBody(query), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
});
