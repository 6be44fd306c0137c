/** Headers: a flat list of lower-case names and values, materialised from the host's block only when touched. */

import { type IteratorKind, pairIterator } from './pair-iterator.ts';
import {
  defineProperty,
  isEnumerable,
  join,
  mapClear,
  mapGet,
  mapSet,
  mapSize,
  matches,
  NativeMap,
  ownKeys,
  push,
  sliceArray,
  sortArray,
  splice,
  split,
  toLowerCase,
} from './primordials.ts';
import { asInterface, internal, requireArguments, toText } from './webidl.ts';

export type HeadersInit = Headers | Iterable<Iterable<string>> | Record<string, string>;

const invalidName = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
/** What must be looked at closely: white space at an end, and what is no part of a value. */
const suspectValue = /^[\t\n\r ]|[\t\n\r ]$|[\0\n\r\u0100-\uffff]/;
const invalidValue = /[\0\n\r\u0100-\uffff]/;

/** Lower-case forms of names that proved valid: a look-up costs a tenth of the check. */
const knownNames = new NativeMap<string, string>();
const knownNamesMost = 256;

function toName(value: unknown): string {
  const name = toText(value);
  const known = mapGet(knownNames, name);
  if (known !== undefined) return known;
  if (name === '' || matches(invalidName, name)) throw new TypeError('Invalid header name: ' + name);
  const lower = toLowerCase(name);
  if (mapSize(knownNames) >= knownNamesMost) mapClear(knownNames);
  if (name.length <= 64) mapSet(knownNames, name, lower);
  return lower;
}

function toValue(given: unknown): string {
  const value = toText(given);
  if (!matches(suspectValue, value)) return value;
  let start = 0;
  let end = value.length;
  const isSpace = (char: string | undefined) => char === ' ' || char === '\t' || char === '\n' || char === '\r';
  while (start < end && isSpace(value[start])) start += 1;
  while (end > start && isSpace(value[end - 1])) end -= 1;
  let normal = '';
  for (let at = start; at < end; at += 1) normal += value[at];
  if (matches(invalidValue, normal)) throw new TypeError('Invalid header value');
  return normal;
}

const iterate = pairIterator('Headers Iterator');
let headersIterator: () => unknown;

/** The host's form of any Headers. */
export let toBlock: (headers: Headers) => string;
export let isHeaders: (value: unknown) => value is Headers;
/** What `get` gives, whatever that is by now. @param lower the name, in lower case */
export let headerValue: (headers: Headers, lower: string) => string | null;

export class Headers {
  /** The host's form, `name\nvalue\n…` with lower-case names, until `#list` stands in its place. */
  #block: string;
  #list: string[] | undefined;
  #sorted: readonly string[] | undefined;
  #immutable: boolean;

  constructor(init?: HeadersInit, block?: string, immutable?: boolean) {
    if ((init as unknown) === internal) {
      this.#block = block as string;
      this.#list = undefined;
      this.#immutable = immutable as boolean;
      return;
    }
    this.#block = '';
    this.#list = [];
    this.#immutable = false;
    if (init !== undefined) this.#fill(init);
  }

  #fill(init: HeadersInit): void {
    if (init === null || (typeof init !== 'object' && typeof init !== 'function'))
      throw new TypeError('Headers are made from a record or from pairs');
    const list = this.#list as string[];
    if (#list in init && init[Symbol.iterator] === headersIterator) {
      this.#list = sliceArray(init.#read());
      return;
    }
    if ((init as Iterable<unknown>)[Symbol.iterator] != null) {
      const pairs: string[][] = [];
      for (const pair of init as Iterable<Iterable<string>>) {
        if (pair === null || (typeof pair !== 'object' && typeof pair !== 'function'))
          throw new TypeError('A header must be a pair of name and value');
        push(pairs, [...pair]);
      }
      for (let index = 0; index < pairs.length; index += 1) {
        const pair = pairs[index] as string[];
        if (pair.length !== 2) throw new TypeError('A header must be a pair of name and value');
        push(list, toName(pair[0]), toValue(pair[1]));
      }
      return;
    }
    const names = ownKeys(init);
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] as string;
      if (isEnumerable(init, name)) push(list, toName(name), toValue((init as Record<string, string>)[name]));
    }
  }

  /** The list, for reading. */
  #read(): string[] {
    if (this.#list === undefined) this.#list = this.#block === '' ? [] : split(this.#block, '\n');
    return this.#list;
  }

  /** The list, for changing. */
  #write(): string[] {
    if (this.#immutable) throw new TypeError('These headers are immutable');
    this.#sorted = undefined;
    return this.#read();
  }

  append(name: string, value: string): void {
    requireArguments(arguments.length, 2, 'Headers.append');
    const lower = toName(name);
    const normal = toValue(value);
    push(this.#write(), lower, normal);
  }

  set(name: string, value: string): void {
    requireArguments(arguments.length, 2, 'Headers.set');
    const lower = toName(name);
    const normal = toValue(value);
    const list = this.#write();
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] !== lower) continue;
      list[at + 1] = normal;
      removeFrom(list, lower, at + 2);
      return;
    }
    push(list, lower, normal);
  }

  delete(name: string): void {
    requireArguments(arguments.length, 1, 'Headers.delete');
    const lower = toName(name);
    removeFrom(this.#write(), lower, 0);
  }

  get(name: string): string | null {
    requireArguments(arguments.length, 1, 'Headers.get');
    return combined(this.#read(), toName(name));
  }

  has(name: string): boolean {
    requireArguments(arguments.length, 1, 'Headers.has');
    const lower = toName(name);
    const list = this.#read();
    for (let at = 0; at < list.length; at += 2) if (list[at] === lower) return true;
    return false;
  }

  getSetCookie(): string[] {
    const list = this.#read();
    const cookies: string[] = [];
    for (let at = 0; at < list.length; at += 2) if (list[at] === 'set-cookie') push(cookies, list[at + 1] as string);
    return cookies;
  }

  forEach(callback: (value: string, key: string, parent: Headers) => void, thisArg?: unknown): void {
    requireArguments(arguments.length, 1, 'Headers.forEach');
    if (typeof callback !== 'function') throw new TypeError('Headers.forEach needs a function');
    this.#read();
    for (const [name, value] of this.#iterate<[string, string]>('entries')) callback.call(thisArg, value, name, this);
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
    this.#read();
    return iterate(() => (this.#sorted ??= sortAndCombine(this.#read())), kind);
  }

  static {
    toBlock = (headers) => (headers.#list === undefined ? headers.#block : join(headers.#list, '\n'));
    headerValue = (headers, lower) => combined(headers.#read(), lower);
    isHeaders = (value): value is Headers => typeof value === 'object' && value !== null && #list in value;
  }
}

/** Headers over the host's block, which is not read until asked for. */
export function headersFromBlock(block: string, immutable: boolean): Headers {
  return new Headers(internal as unknown as HeadersInit, block, immutable);
}

function removeFrom(list: string[], name: string, from: number): void {
  for (let at = list.length - 2; at >= from; at -= 2) if (list[at] === name) splice(list, at, 2);
}

/** All values of a name. */
function combined(list: readonly string[], lower: string): string | null {
  let found: string | null = null;
  for (let at = 0; at < list.length; at += 2) {
    if (list[at] === lower) found = found === null ? (list[at + 1] as string) : found + ', ' + list[at + 1];
  }
  return found;
}

/** Sorted by name, values of one name combined, each set-cookie apart. */
function sortAndCombine(list: readonly string[]): string[] {
  const values = new NativeMap<string, string>();
  const names: string[] = [];
  let cookies: string[] | undefined;
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] as string;
    const value = list[at + 1] as string;
    if (name === 'set-cookie') {
      if (cookies === undefined) {
        cookies = [];
        push(names, name);
      }
      push(cookies, value);
      continue;
    }
    const before = mapGet(values, name);
    if (before === undefined) push(names, name);
    mapSet(values, name, before === undefined ? value : before + ', ' + value);
  }
  sortArray(names, (a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const sorted: string[] = [];
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    if (name === 'set-cookie') for (const cookie of cookies as string[]) push(sorted, name, cookie);
    else push(sorted, name, mapGet(values, name) as string);
  }
  return sorted;
}

headersIterator = Headers.prototype.entries;
defineProperty(Headers.prototype, Symbol.iterator, { value: headersIterator, writable: true, configurable: true });

asInterface(Headers, 'Headers', 0, { forEach: 1 });
