/** What kind of object a value is, by its internal slots and not by anything that plugin code can change. */

import {
  getPrototypeOf,
  isArray,
  isBuffer,
  isInstance,
  isView,
  mapSize,
  NativeError,
  objectPrototype,
  setSize,
  uncurry,
} from './primordials.ts';

export type Kind =
  | 'plain'
  | 'array'
  | 'map'
  | 'set'
  | 'date'
  | 'regexp'
  | 'error'
  | 'buffer'
  | 'view'
  | 'number'
  | 'string'
  | 'boolean'
  | 'bigint'
  | 'symbol'
  | 'opaque'
  | 'instance';

export const timeOf = uncurry(Date.prototype.getTime);
export const sourceOf = uncurry(Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get as (this: RegExp) => string);
export const flagsOf = uncurry(Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')?.get as (this: RegExp) => string);
export const unboxed = {
  number: uncurry(Number.prototype.valueOf),
  string: uncurry(String.prototype.valueOf),
  boolean: uncurry(Boolean.prototype.valueOf),
  bigint: uncurry(BigInt.prototype.valueOf),
  symbol: uncurry(Symbol.prototype.valueOf),
} as const;
const { isError } = NativeError as unknown as { isError(value: unknown): value is Error };
const weakMapHas = uncurry(WeakMap.prototype.has);
const weakSetHas = uncurry(WeakSet.prototype.has);
const regExpPrototype = RegExp.prototype;
const promiseConstructor = Promise;

/** Each looks at a slot, and throws where there is none. */
const looks: readonly [Kind, (value: unknown) => unknown][] = [
  ['map', mapSize],
  ['set', setSize],
  ['date', timeOf as (value: unknown) => unknown],
  ['regexp', (value) => (value === regExpPrototype ? nothing() : sourceOf(value as RegExp))],
  ['number', unboxed.number as (value: unknown) => unknown],
  ['string', unboxed.string as (value: unknown) => unknown],
  ['boolean', unboxed.boolean as (value: unknown) => unknown],
  ['bigint', unboxed.bigint as (value: unknown) => unknown],
  ['symbol', unboxed.symbol as (value: unknown) => unknown],
  ['opaque', (value) => weakMapHas(value as WeakMap<object, unknown>, objectPrototype)],
  ['opaque', (value) => weakSetHas(value as WeakSet<object>, objectPrototype)],
];

function nothing(): never {
  throw new TypeError('no such slot');
}

/** `opaque`: an object whose state cannot be looked at; `instance`: one of a class that has no slots. */
export function kindOf(value: object): Kind {
  if (isArray(value)) return 'array';
  const prototype = getPrototypeOf(value);
  // A look that fails costs an exception, and nearly all objects are plain.
  if (prototype === objectPrototype || prototype === null) return isError(value) ? 'error' : 'plain';
  if (isError(value)) return 'error';
  if (isView(value)) return 'view';
  if (isBuffer(value)) return 'buffer';
  for (let index = 0; index < looks.length; index += 1) {
    const [kind, look] = looks[index] as (typeof looks)[number];
    try {
      look(value);
      return kind;
    } catch {}
  }
  return isInstance(promiseConstructor, value) ? 'opaque' : 'instance';
}
