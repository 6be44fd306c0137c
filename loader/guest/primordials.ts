/** The natives that the prelude relies on, captured before any plugin code can patch them; methods take their `this` first. */

type Method = (this: any, ...args: any[]) => any;
type Uncurried<F extends Method> = F extends (this: infer T, ...args: infer A) => infer R
  ? (self: unknown extends T ? any : T, ...args: A) => R
  : never;

const { bind, call } = Function.prototype;

/** A function with its `this`: calling one costs a third of what `apply` does. */
export const bound = bind.call(call, bind) as <F extends Method>(method: F, self: unknown) => (...args: Parameters<F>) => ReturnType<F>;

export const uncurry = <F extends Method>(method: F): Uncurried<F> => bind.call(call, method) as Uncurried<F>;

const getter = <T>(prototype: object, name: string | symbol): ((self: unknown) => T) =>
  uncurry(Object.getOwnPropertyDescriptor(prototype, name)?.get as Method) as (self: unknown) => T;

export const { apply, ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
export const { create, defineProperty, freeze, keys, setPrototypeOf } = Object;
export const NativeObject = Object as (value: unknown) => object;
export const { now } = Date;
export const { isArray } = Array;
export const { stringify: jsonStringify, parse: jsonParse } = JSON;
export const { fromCharCode } = String;
export const { floor, max, min } = Math;
export const { isView } = ArrayBuffer;
export const objectPrototype = Object.prototype;
export const isEnumerable = uncurry(objectPrototype.propertyIsEnumerable);
export const hasOwn = uncurry(objectPrototype.hasOwnProperty);

export const isInstance = uncurry(Function.prototype[Symbol.hasInstance]) as (constructor: Function, value: unknown) => boolean;

export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const indexOf = uncurry(String.prototype.indexOf);
export const lastIndexOf = uncurry(String.prototype.lastIndexOf);
export const isWellFormed = uncurry(String.prototype.isWellFormed);
export const padStart = uncurry(String.prototype.padStart);
export const repeat = uncurry(String.prototype.repeat);
export const stringSlice = uncurry(String.prototype.slice);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const toUpperCase = uncurry(String.prototype.toUpperCase);
export const toWellFormed = uncurry(String.prototype.toWellFormed);
export const trim = uncurry(String.prototype.trim);
const splitNative = uncurry(String.prototype.split as (separator: string) => string[]);
/** `String.prototype.split` asks its separator for a method first, so only strings may come here. */
export const split = (text: string, separator: string): string[] => splitNative(text, separator);

export const join = uncurry(Array.prototype.join);
export const push = uncurry(Array.prototype.push) as <T>(list: T[], ...items: T[]) => number;
export const splice = uncurry(Array.prototype.splice) as <T>(list: T[], start: number, count?: number) => T[];
export const sliceArray = uncurry(Array.prototype.slice) as <T>(list: readonly T[], start?: number, end?: number) => T[];
export const sortArray = uncurry(Array.prototype.sort) as <T>(list: T[], compare: (a: T, b: T) => number) => T[];

const exec = uncurry(RegExp.prototype.exec);
/** For patterns without `g` and `y`. Not `RegExp.prototype.test`, which looks `exec` up. */
export const matches = (pattern: RegExp, text: string): boolean => exec(pattern, text) !== null;
/** For patterns without `g` and `y`: what matched, and its groups. */
export const matchOf = (pattern: RegExp, text: string): readonly (string | undefined)[] | null => exec(pattern, text);

export const Bytes = Uint8Array;
export const Buffer = ArrayBuffer;
export const NativeMap = Map;
export const NativePromise = Promise;
export const NativeSet = Set;
export const NativeWeakMap = WeakMap;
export const NativeError = Error;
export const NativeString = String;
export const NativeNumber = Number;
export const NativeBigInt = BigInt;
export const toInt64 = BigInt.asIntN;
export const mapGet = uncurry(Map.prototype.get) as <K, V>(map: Map<K, V>, key: K) => V | undefined;
export const mapSet = uncurry(Map.prototype.set) as <K, V>(map: Map<K, V>, key: K, value: V) => Map<K, V>;
export const mapDelete = uncurry(Map.prototype.delete);
export const mapClear = uncurry(Map.prototype.clear);
export const mapForEach = uncurry(Map.prototype.forEach) as <K, V>(map: Map<K, V>, visit: (value: V, key: K) => void) => void;
export const mapSize = getter<number>(Map.prototype, 'size');
export const weakMapGet = uncurry(WeakMap.prototype.get) as <K extends WeakKey, V>(map: WeakMap<K, V>, key: K) => V | undefined;
export const weakMapSet = uncurry(WeakMap.prototype.set) as <K extends WeakKey, V>(map: WeakMap<K, V>, key: K, value: V) => WeakMap<K, V>;
export const setAdd = uncurry(Set.prototype.add) as <T>(set: Set<T>, item: T) => Set<T>;
export const setDelete = uncurry(Set.prototype.delete);
export const setForEach = uncurry(Set.prototype.forEach) as <T>(set: Set<T>, visit: (item: T) => void) => void;
export const setSize = getter<number>(Set.prototype, 'size');

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as Uint8Array;
/** The name of the kind of typed array, whatever it inherits from now; `undefined` for all else. */
export const typedArrayTag = getter<string | undefined>(typedArrayPrototype, Symbol.toStringTag);
export const typedArrayBuffer = getter<ArrayBufferLike>(typedArrayPrototype, 'buffer');
export const typedArrayByteOffset = getter<number>(typedArrayPrototype, 'byteOffset');
export const typedArrayByteLength = getter<number>(typedArrayPrototype, 'byteLength');
export const typedArrayLength = getter<number>(typedArrayPrototype, 'length');
export const setBytes = uncurry(typedArrayPrototype.set) as (to: Uint8Array, from: ArrayLike<number>, offset?: number) => void;
export const indexOfByte = uncurry(typedArrayPrototype.indexOf) as (bytes: Uint8Array, byte: number, from?: number) => number;
export const dataViewBuffer = getter<ArrayBufferLike>(DataView.prototype, 'buffer');
export const dataViewByteOffset = getter<number>(DataView.prototype, 'byteOffset');
export const dataViewByteLength = getter<number>(DataView.prototype, 'byteLength');
export const bufferByteLength = getter<number>(ArrayBuffer.prototype, 'byteLength');
export const sliceBuffer = uncurry(ArrayBuffer.prototype.slice);

export const promiseThen = uncurry(Promise.prototype.then) as <T>(
  promise: Promise<T>,
  kept: (value: T) => unknown,
  broken?: (reason: unknown) => unknown,
) => Promise<unknown>;
export const promiseResolve = bind.call(Promise.resolve, Promise) as <T>(value: T) => Promise<Awaited<T>>;
export const promiseReject = bind.call(Promise.reject, Promise) as (reason: unknown) => Promise<never>;

/** Whether a value is a real ArrayBuffer, whatever it inherits from now. */
export function isBuffer(value: unknown): value is ArrayBuffer {
  try {
    bufferByteLength(value);
    return true;
  } catch {
    return false;
  }
}

const mapEntries = uncurry(Map.prototype.entries);
const setValues = uncurry(Set.prototype.values);
const mapNext = uncurry((getPrototypeOf(new Map().entries()) as Iterator<unknown>).next);
const setNext = uncurry((getPrototypeOf(new Set().values()) as Iterator<unknown>).next);

/** The entries of a Map, at most so many. */
export function entriesOf(map: Map<unknown, unknown>, most: number): [unknown, unknown][] {
  const entries: [unknown, unknown][] = [];
  const iterator = mapEntries(map);
  while (entries.length < most) {
    const step = mapNext(iterator) as IteratorResult<[unknown, unknown]>;
    if (step.done) break;
    push(entries, step.value);
  }
  return entries;
}

/** The items of a Set, at most so many. */
export function itemsOf(set: Set<unknown>, most: number): unknown[] {
  const items: unknown[] = [];
  const iterator = setValues(set);
  while (items.length < most) {
    const step = setNext(iterator) as IteratorResult<unknown>;
    if (step.done) break;
    push(items, step.value);
  }
  return items;
}

export const isCallable = (value: unknown): value is (...args: any[]) => unknown => typeof value === 'function';

/** Whether a function can only be constructed. The `prototype` of one cannot be replaced, that of other functions can. */
export const isClass = (value: unknown): boolean =>
  typeof value === 'function' && getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
