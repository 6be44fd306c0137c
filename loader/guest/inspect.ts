/** A value as text for the log: bounded in depth, entries and characters, and without running getters. */

import { isDomException } from './dom-exception.ts';
import { flagsOf, kindOf, sourceOf, timeOf, unboxed } from './kind.ts';
import {
  bufferByteLength,
  entriesOf,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  indexOf,
  itemsOf,
  jsonStringify,
  mapSize,
  matches,
  min,
  ownKeys,
  push,
  setSize,
  splice,
  stringSlice,
  typedArrayLength,
  typedArrayTag,
  uncurry,
} from './primordials.ts';
import { toText } from './webidl.ts';

const maxDepth = 4;
const maxEntries = 100;
export const maxLength = 8_192;

const isoDate = uncurry(Date.prototype.toISOString);
const symbolText = uncurry(Symbol.prototype.toString);
const numberText = uncurry(Number.prototype.toString) as (value: number) => string;
const identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** What is being written: its characters are counted, so that no value, however wide, makes a long text. */
interface Writing {
  left: number;
  readonly open: object[];
}

/** @param depth how deep to look; no deeper than 10 */
export function inspect(value: unknown, depth = maxDepth): string {
  const text = write(value, min(depth, 10), { left: maxLength, open: [] });
  return text.length > maxLength ? stringSlice(text, 0, maxLength) + '…' : text;
}

function count(text: string, writing: Writing): string {
  writing.left -= text.length;
  return text;
}

function quote(text: string, writing: Writing): string {
  const cut = text.length > writing.left ? stringSlice(text, 0, writing.left > 0 ? writing.left : 0) : text;
  const json = jsonStringify(cut);
  const quoted = indexOf(json, '\\') === -1 && indexOf(cut, "'") === -1 ? "'" + cut + "'" : json;
  return count(cut === text ? quoted : quoted + '…', writing);
}

function write(value: unknown, depth: number, writing: Writing): string {
  switch (typeof value) {
    case 'string':
      return quote(value, writing);
    case 'number':
      return count(value === 0 && 1 / value < 0 ? '-0' : numberText(value), writing);
    case 'bigint':
      // Its text costs the square of its length, so a long one is not written.
      return count(value > -(2n ** 256n) && value < 2n ** 256n ? value + 'n' : '[a long bigint]', writing);
    case 'symbol':
      return count(symbolText(value), writing);
    case 'undefined':
    case 'boolean':
      return count(toText(value), writing);
    case 'function':
      return count(describeFunction(value), writing);
  }
  if (value === null) return count('null', writing);
  const { open } = writing;
  for (let index = 0; index < open.length; index += 1) if (open[index] === value) return count('[Circular]', writing);
  push(open, value as object);
  try {
    return writeObject(value as object, depth, writing);
  } catch {
    return count('[cannot be read]', writing);
  } finally {
    splice(open, open.length - 1, 1);
  }
}

function describeFunction(value: Function): string {
  try {
    const name = dataOf(value, 'name');
    return typeof name === 'string' && name !== '' ? '[Function: ' + name + ']' : '[Function]';
  } catch {
    return '[Function]';
  }
}

/** An own property's value where it is no accessor. */
function dataOf(target: object, key: PropertyKey): unknown {
  const descriptor = getOwnPropertyDescriptor(target, key);
  return descriptor !== undefined && 'value' in descriptor ? descriptor.value : undefined;
}

/** The same, down the prototypes. */
function inheritedDataOf(target: object, key: PropertyKey): unknown {
  let at: object | null = target;
  for (let steps = 0; at !== null && steps < 20; steps += 1) {
    if (getOwnPropertyDescriptor(at, key) !== undefined) return dataOf(at, key);
    at = getPrototypeOf(at);
  }
  return undefined;
}

function className(value: object): string {
  if (getPrototypeOf(value) === null) return '[Object: null prototype]';
  const constructor = inheritedDataOf(value, 'constructor');
  const name = typeof constructor === 'function' ? dataOf(constructor, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? stringSlice(name, 0, 100) : 'Object';
}

function writeObject(value: object, depth: number, writing: Writing): string {
  const kind = kindOf(value);
  switch (kind) {
    case 'date': {
      const time = timeOf(value as Date);
      return count(time === time ? isoDate(value as Date) : 'Invalid Date', writing);
    }
    case 'regexp':
      return count('/' + sourceOf(value as RegExp) + '/' + flagsOf(value as RegExp), writing);
    case 'error':
      return writeError(value as Error, depth, writing);
    case 'number':
    case 'string':
    case 'boolean':
    case 'bigint':
    case 'symbol':
      return '[' + kind + ' object: ' + write((unboxed[kind] as (value: unknown) => unknown)(value), depth, writing) + ']';
    case 'buffer':
      return count('ArrayBuffer { byteLength: ' + bufferByteLength(value) + ' }', writing);
  }
  const name = className(value);
  if (depth < 0) return count(kind === 'array' ? '[Array]' : '[' + name + ']', writing);
  switch (kind) {
    case 'array': {
      const { length } = value as unknown[];
      return list(
        (name === 'Array' ? '' : name + '(' + length + ') ') + '[',
        length,
        (index) => writeProperty(value, toText(index), depth, writing),
        ']',
        writing,
      );
    }
    case 'view': {
      const tag = typedArrayTag(value);
      if (tag === undefined) return count('DataView {}', writing);
      const length = typedArrayLength(value);
      return list(
        tag + '(' + length + ') [',
        length,
        (index) => write((value as ArrayLike<unknown>)[index], depth - 1, writing),
        ']',
        writing,
      );
    }
    case 'map': {
      const entries = entriesOf(value as Map<unknown, unknown>, maxEntries);
      return list(
        'Map(' + mapSize(value) + ') {',
        mapSize(value),
        (index) => {
          const [key, item] = entries[index] as [unknown, unknown];
          return write(key, depth - 1, writing) + ' => ' + write(item, depth - 1, writing);
        },
        '}',
        writing,
      );
    }
    case 'set': {
      const items = itemsOf(value as Set<unknown>, maxEntries);
      return list('Set(' + setSize(value) + ') {', setSize(value), (index) => write(items[index], depth - 1, writing), '}', writing);
    }
    case 'opaque':
      return count(name + ' {}', writing);
  }
  const names: PropertyKey[] = ownKeys(value);
  const shown: PropertyKey[] = [];
  for (let index = 0; index < names.length && shown.length <= maxEntries; index += 1) {
    const key = names[index] as PropertyKey;
    if (getOwnPropertyDescriptor(value, key)?.enumerable) push(shown, key);
  }
  const total = shown.length > maxEntries ? names.length : shown.length;
  const property = (index: number): string => {
    const key = shown[index] as PropertyKey;
    const label =
      typeof key === 'symbol'
        ? '[' + symbolText(key) + ']'
        : matches(identifier, key as string)
          ? (key as string)
          : quote(key as string, { left: 200, open: [] });
    return count(label, writing) + ': ' + writeProperty(value, key, depth, writing);
  };
  return list(kind === 'plain' && name === 'Object' ? '{' : name + ' {', total, property, '}', writing);
}

function writeProperty(target: object, key: PropertyKey, depth: number, writing: Writing): string {
  const descriptor = getOwnPropertyDescriptor(target, key);
  if (descriptor === undefined) return count('<empty>', writing);
  if ('value' in descriptor) return write(descriptor.value, depth - 1, writing);
  return count(descriptor.get === undefined ? '[Setter]' : descriptor.set === undefined ? '[Getter]' : '[Getter/Setter]', writing);
}

function list(start: string, length: number, item: (index: number) => string, end: string, writing: Writing): string {
  if (length === 0) return count(start + end, writing);
  let text = count(start + ' ', writing);
  for (let index = 0; index < length; index += 1) {
    if (index > 0) text += count(', ', writing);
    if (index >= maxEntries || writing.left <= 0) {
      text += '… ' + (length - index) + ' more';
      break;
    }
    text += item(index);
  }
  return text + ' ' + end;
}

function writeError(error: Error, depth: number, writing: Writing): string {
  const own = isDomException(error);
  const name = own ? (error as Error).name : inheritedDataOf(error, 'name');
  const message = own ? (error as Error).message : inheritedDataOf(error, 'message');
  const stack = dataOf(error, 'stack');
  const title = typeof name === 'string' ? name : 'Error';
  let text = count(typeof message === 'string' && message !== '' ? title + ': ' + message : title, writing);
  if (typeof stack === 'string' && stack !== '')
    text += count('\n' + (stack[stack.length - 1] === '\n' ? stringSlice(stack, 0, -1) : stack), writing);
  const cause = getOwnPropertyDescriptor(error, 'cause');
  if (cause !== undefined && 'value' in cause && depth >= 0) text += ' [cause]: ' + write(cause.value, depth - 1, writing);
  return text;
}
