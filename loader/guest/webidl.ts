/** The conversions of Web IDL that more than one class needs. */

import {
  defineProperty,
  fromCharCode,
  getOwnPropertyDescriptor,
  indexOf,
  isWellFormed,
  join,
  NativeString,
  ownKeys,
  split,
  toWellFormed,
} from './primordials.ts';

/** Told to a constructor as its first argument, it says that the prelude itself is calling. Never leaves the prelude. */
export const internal: unique symbol = Symbol('internal');

const nul = fromCharCode(0);

export const hasNul = (text: string): boolean => indexOf(text, nul) !== -1;

/**
 * DOMString. No template: the engine makes one by calling whatever `String.prototype.concat` is by then, so the prelude
 * adds its strings up.
 */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'symbol') throw new TypeError('A symbol cannot become a string');
  return NativeString(value);
}

/** USVString: a string without lone surrogates. */
export function toUsv(value: unknown): string {
  const text = toText(value);
  return isWellFormed(text) ? text : toWellFormed(text);
}

/** The same for what is parsed as a URL or a query, where U+0000 and `%00` mean the same. */
export function toUrlText(value: unknown): string {
  const text = toUsv(value);
  return hasNul(text) ? join(split(text, nul), '%00') : text;
}

export function requireArguments(given: number, needed: number, what: string): void {
  if (given < needed) throw new TypeError(what + ' needs ' + needed + ' argument' + (needed === 1 ? '' : 's') + ', but got ' + given);
}

/** A dictionary argument: `undefined` and `null` are the empty one. */
export function toDictionary<T extends object>(value: T | null | undefined, what: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' && typeof value !== 'function') throw new TypeError(what + ' must be an object');
  return value;
}

export function illegalConstructor(): never {
  throw new TypeError('Illegal constructor');
}

/** Gives a class what Web IDL gives an interface: enumerable members, and a string tag. */
export function asInterface(constructor: Function, tag: string): void {
  const prototype = constructor.prototype as object;
  for (const target of [prototype, constructor]) {
    for (const key of ownKeys(target)) {
      const descriptor = getOwnPropertyDescriptor(target, key);
      if (
        typeof key !== 'string' ||
        key === 'constructor' ||
        key === 'prototype' ||
        key === 'name' ||
        key === 'length' ||
        !descriptor?.configurable
      )
        continue;
      defineProperty(target, key, { ...descriptor, enumerable: true });
    }
  }
  defineProperty(prototype, Symbol.toStringTag, { value: tag, configurable: true });
}

/** Puts constants on a constructor and its prototype. */
export function defineConstants(constructor: Function, constants: Record<string, number>): void {
  for (const name of ownKeys(constants) as string[]) {
    const descriptor = { value: constants[name], enumerable: true };
    defineProperty(constructor, name, descriptor);
    defineProperty(constructor.prototype as object, name, descriptor);
  }
}
