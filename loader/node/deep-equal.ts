/** Deep equality, strict or loose, as `node:assert` and `node:util` have it. */

import { types } from './util/types.ts';

type Pairs = Map<object, object>;

export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  return same(a, b, true, new Map());
}

export function isDeepEqual(a: unknown, b: unknown): boolean {
  return same(a, b, false, new Map());
}

function same(a: unknown, b: unknown, strict: boolean, open: Pairs): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
    const bothPlain = (typeof a !== 'object' || a === null) && (typeof b !== 'object' || b === null);
    // biome-ignore lint/suspicious/noDoubleEquals: that is the loose form's meaning
    return !strict && bothPlain && (a == b || (Number.isNaN(a) && Number.isNaN(b)));
  }
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (Array.isArray(a) !== Array.isArray(b) || (Array.isArray(a) && a.length !== (b as unknown[]).length)) return false;
  if (types.isDate(a) !== types.isDate(b) || (types.isDate(a) && !Object.is(+a, +(b as Date)))) return false;
  if (types.isRegExp(a) !== types.isRegExp(b)) return false;
  if (types.isRegExp(a) && (String(a) !== String(b) || a.lastIndex !== (b as RegExp).lastIndex)) return false;
  if (a instanceof Error !== b instanceof Error) return false;
  if (a instanceof Error && (a.message !== (b as Error).message || a.name !== (b as Error).name)) return false;
  if (types.isBoxedPrimitive(a) !== types.isBoxedPrimitive(b)) return false;
  if (types.isBoxedPrimitive(a) && !Object.is(a.valueOf(), b.valueOf())) return false;
  if (types.isAnyArrayBuffer(a)) return types.isAnyArrayBuffer(b) && sameBytes(new Uint8Array(a), new Uint8Array(b));
  if (ArrayBuffer.isView(a) !== ArrayBuffer.isView(b)) return false;
  if (ArrayBuffer.isView(a) && !sameView(a, b as unknown as ArrayBufferView, strict)) return false;
  if (types.isPromise(a) || types.isWeakMap(a) || types.isWeakSet(a)) return false;
  // Two that are being compared already are equal as far as this round can tell.
  if (open.get(a) === b) return true;
  open.set(a, b);
  const equal = sameInside(a, b, strict, open);
  open.delete(a);
  return equal;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function sameView(a: ArrayBufferView, b: ArrayBufferView, strict: boolean): boolean {
  if (!strict && types.isTypedArray(a) && types.isTypedArray(b) && /^Float/.test(a.constructor.name)) {
    return a.length === b.length && a.every((item, index) => item === b[index]);
  }
  return sameBytes(new Uint8Array(a.buffer, a.byteOffset, a.byteLength), new Uint8Array(b.buffer, b.byteOffset, b.byteLength));
}

function sameInside(a: object, b: object, strict: boolean, open: Pairs): boolean {
  const keys = keysOf(a, strict);
  const others = keysOf(b, strict);
  if (keys.length !== others.length) return false;
  for (const key of keys) {
    if (!Object.prototype.propertyIsEnumerable.call(b, key)) return false;
    if (!same((a as Record<string | symbol, unknown>)[key], (b as Record<string | symbol, unknown>)[key], strict, open)) return false;
  }
  if (types.isSet(a)) return types.isSet(b) && sameSet(a, b, strict, open);
  if (types.isMap(a)) return types.isMap(b) && sameMap(a, b, strict, open);
  return !types.isSet(b) && !types.isMap(b);
}

function keysOf(value: object, strict: boolean): (string | symbol)[] {
  const names: (string | symbol)[] = types.isTypedArray(value) ? [] : Object.keys(value);
  if (!strict) return names;
  return [...names, ...Object.getOwnPropertySymbols(value).filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))];
}

function sameSet(a: Set<unknown>, b: Set<unknown>, strict: boolean, open: Pairs): boolean {
  if (a.size !== b.size) return false;
  const rest = new Set([...b].filter((item) => !a.has(item)));
  for (const item of a) {
    if (b.has(item)) continue;
    const match = [...rest].find((other) => same(item, other, strict, open));
    if (match === undefined && !rest.has(undefined)) return false;
    rest.delete(match);
  }
  return true;
}

function sameMap(a: Map<unknown, unknown>, b: Map<unknown, unknown>, strict: boolean, open: Pairs): boolean {
  if (a.size !== b.size) return false;
  const rest = new Map([...b].filter(([key]) => !a.has(key)));
  for (const [key, value] of a) {
    if (b.has(key)) {
      if (!same(value, b.get(key), strict, open)) return false;
      continue;
    }
    const match = [...rest].find(([other, item]) => same(key, other, strict, open) && same(value, item, strict, open));
    if (match === undefined) return false;
    rest.delete(match[0]);
  }
  return true;
}
