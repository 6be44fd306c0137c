/** Deep equality as tests want it: loose about what is undefined, or strict, or of a part; expectations may stand for values. */

import { types } from '../node/util/types.ts';
import { Pattern } from './pattern.ts';

export interface Manner {
  /** `undefined` members, holes and prototypes count. */
  readonly strict?: boolean;
  /** What the expected object does not have is not looked at. */
  readonly part?: boolean;
}

type Pairs = Map<object, object>;
type Members = Record<string | symbol, unknown>;

export function equals(actual: unknown, expected: unknown, manner: Manner = {}): boolean {
  return same(actual, expected, manner, new Map());
}

function same(a: unknown, b: unknown, manner: Manner, open: Pairs): boolean {
  if (b instanceof Pattern) return b.matches(a);
  if (a instanceof Pattern) return a.matches(b);
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (manner.strict === true && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  // A part of a Response or an Error is written as a plain object.
  const special = manner.part === true && isPlain(b) ? undefined : sameSpecial(a, b);
  if (special !== undefined) return special;
  // Two that are being compared already are equal as far as this round can tell.
  if (open.get(a) === b) return true;
  open.set(a, b);
  const equal = sameInside(a, b, manner, open);
  open.delete(a);
  return equal;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What has its value elsewhere than in members; undefined where members, entries or items decide. */
function sameSpecial(a: object, b: object): boolean | undefined {
  if (types.isDate(a) || types.isDate(b)) return types.isDate(a) && types.isDate(b) && Object.is(a.getTime(), b.getTime());
  if (types.isRegExp(a) || types.isRegExp(b)) return types.isRegExp(a) && types.isRegExp(b) && String(a) === String(b);
  if (types.isBoxedPrimitive(a) || types.isBoxedPrimitive(b)) {
    return types.isBoxedPrimitive(a) && types.isBoxedPrimitive(b) && Object.is(a.valueOf(), b.valueOf());
  }
  if (a instanceof Error || b instanceof Error) {
    return a instanceof Error && b instanceof Error && a.name === b.name && a.message === b.message;
  }
  if (types.isArrayBuffer(a) || types.isArrayBuffer(b)) {
    return types.isArrayBuffer(a) && types.isArrayBuffer(b) && sameBytes(new Uint8Array(a), new Uint8Array(b));
  }
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) {
    if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    return sameBytes(bytesOf(a), bytesOf(b));
  }
  if (a instanceof URL || b instanceof URL) return a instanceof URL && b instanceof URL && a.href === b.href;
  if (types.isMap(a) !== types.isMap(b) || types.isSet(a) !== types.isSet(b)) return false;
  // They show nothing of what they hold: each is equal to itself alone.
  return [Request, Response, Promise, WeakMap, WeakSet].some((kind) => a instanceof kind || b instanceof kind) ? false : undefined;
}

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

function sameInside(a: object, b: object, manner: Manner, open: Pairs): boolean {
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  if (types.isMap(a) && types.isMap(b) && !sameMap(a, b, manner, open)) return false;
  if (types.isSet(a) && types.isSet(b) && !sameSet(a, b, manner, open)) return false;
  if (a instanceof Headers || b instanceof Headers) {
    return a instanceof Headers && b instanceof Headers && same([...a], [...b], manner, open);
  }
  const keys = keysOf(b, manner);
  if (manner.part !== true && keysOf(a, manner).length !== keys.length) return false;
  return keys.every((key) => {
    const there = manner.part === true ? key in a : Object.hasOwn(a, key);
    return there && same((a as Members)[key], (b as Members)[key], manner, open);
  });
}

function keysOf(value: object, { strict, part }: Manner): (string | symbol)[] {
  const symbols = Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  const keys = [...Object.keys(value), ...symbols];
  return strict === true || part === true ? keys : keys.filter((key) => (value as Members)[key] !== undefined);
}

function sameSet(a: Set<unknown>, b: Set<unknown>, manner: Manner, open: Pairs): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b].filter((item) => !a.has(item));
  for (const item of a) {
    if (b.has(item)) continue;
    const at = rest.findIndex((other) => same(item, other, manner, open));
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return true;
}

function sameMap(a: Map<unknown, unknown>, b: Map<unknown, unknown>, manner: Manner, open: Pairs): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b].filter(([key]) => !a.has(key));
  for (const [key, value] of a) {
    if (b.has(key)) {
      if (!same(value, b.get(key), manner, open)) return false;
      continue;
    }
    const at = rest.findIndex(([other, item]) => same(key, other, manner, open) && same(value, item, manner, open));
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return true;
}
