/** The conversions of Web IDL that more than one class needs. */

import {
  defineProperty,
  fromCharCode,
  getOwnPropertyDescriptor,
  hasOwn,
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

/** The classes of the platform's own, whose objects nothing may copy: that knows no slots of theirs. */
export const interfaces: Function[] = [];

type Clone = (value: object) => object | undefined;

/** Of those, how to copy the ones that may be copied. */
export const clones: Clone[] = [];

/** A part with objects that are serializable tells how one is copied; `undefined` for all else. */
export function addClone(clone: Clone): void {
  clones[clones.length] = clone;
}

/**
 * Gives a class what Web IDL gives an interface: its name, enumerable members, and a string tag.
 * @param needed how many arguments the constructor needs
 * @param lengths the same of operations that have optional ones, static ones included
 */
export function asInterface(constructor: Function, tag: string, needed: number, lengths?: Readonly<Record<string, number>>): void {
  const prototype = constructor.prototype as object;
  for (const target of [prototype, constructor]) {
    const names = ownKeys(target);
    for (let index = 0; index < names.length; index += 1) {
      const key = names[index] as string | symbol;
      if (typeof key !== 'string' || key === 'constructor' || key === 'prototype' || key === 'name' || key === 'length') continue;
      const descriptor = getOwnPropertyDescriptor(target, key) as PropertyDescriptor;
      if (!descriptor.configurable) continue;
      defineProperty(target, key, { ...descriptor, enumerable: true });
      if (lengths !== undefined && hasOwn(lengths, key)) setLength(descriptor.value as object, lengths[key] as number);
    }
  }
  setLength(constructor, needed);
  setName(constructor, tag);
  defineProperty(prototype, Symbol.toStringTag, { value: tag, configurable: true });
  interfaces[interfaces.length] = constructor;
}

/** The bundle is minified, so a function that plugins see is given its name. */
export function setName(target: object, name: string): void {
  defineProperty(target, 'name', { value: name, configurable: true });
}

export function setLength(target: object, length: number): void {
  defineProperty(target, 'length', { value: length, configurable: true });
}

/** Gives functions of the global object their names, and their lengths where they have optional arguments. */
export function asOperations(operations: Readonly<Record<string, object>>, lengths: Readonly<Record<string, number>> = {}): void {
  const names = ownKeys(operations) as string[];
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    const operation = operations[name] as object;
    setName(operation, name);
    if (hasOwn(lengths, name)) setLength(operation, lengths[name] as number);
  }
}

/** Puts constants on a constructor and its prototype. */
export function defineConstants(constructor: Function, constants: Record<string, number>): void {
  for (const name of ownKeys(constants) as string[]) {
    const descriptor = { value: constants[name], enumerable: true };
    defineProperty(constructor, name, descriptor);
    defineProperty(constructor.prototype as object, name, descriptor);
  }
}
