/** JSON of what JSON carries as it is: whatever it would lose or make into something else is refused, and named by its path. */

import { kindOf } from './kind.ts';
import { isArray, isEnumerable, join, jsonStringify, keys, ownKeys, push, stringSlice } from './primordials.ts';

const NativeTypeError = TypeError;
const NativeRangeError = RangeError;

const deepest = 100;
/** Of a name in a path, and of a path: they are only to be recognized. */
const mostNameChars = 50;
const mostPathChars = 200;

class Writer {
  readonly #pieces: string[] = [];
  /** The objects that the present value is in. */
  readonly #above: object[] = [];
  /** From the root to the present value: `.name` or `[3]`. */
  readonly #path: string[] = [];
  readonly #most: number;
  #left: number;

  constructor(root: string, most: number) {
    push(this.#path, root);
    this.#most = most;
    this.#left = most;
  }

  get text(): string {
    return join(this.#pieces, '');
  }

  write(value: unknown): void {
    const type = typeof value;
    if (value === null || type === 'boolean') this.#put('' + (value as boolean | null));
    else if (type === 'string') this.#string(value as string);
    else if (type === 'number') this.#number(value as number);
    else if (type !== 'object') this.#refuse(type === 'undefined' ? 'undefined' : 'a ' + type);
    else this.#object(value as object);
  }

  #object(object: object): void {
    const kind = kindOf(object);
    if (kind !== 'plain' && kind !== 'array')
      this.#refuse(kind === 'instance' || kind === 'opaque' ? 'an instance of a class' : (kind === 'error' ? 'an ' : 'a ') + kind);
    for (let i = 0; i < this.#above.length; i += 1) if (this.#above[i] === object) this.#refuse('a cycle');
    if (this.#above.length >= deepest) this.#refuse('nested deeper than ' + deepest + ' levels');
    push(this.#above, object);
    if (isArray(object)) this.#array(object);
    else this.#record(object as Record<string, unknown>);
    this.#above.length -= 1;
  }

  #array(list: readonly unknown[]): void {
    this.#put('[');
    // Of what can change while it is read, by getters: each is read once.
    const { length } = list;
    for (let i = 0; i < length; i += 1) {
      if (i > 0) this.#put(',');
      this.#member('[' + i + ']', list[i]);
    }
    this.#put(']');
    if (keys(list).length !== length) this.#refuse('an array with names of its own');
  }

  #record(record: Record<string, unknown>): void {
    const names = ownKeys(record);
    let isFirst = true;
    this.#put('{');
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i] as string;
      if (typeof name !== 'string') this.#refuse('an object with a symbol for a name');
      if (!isEnumerable(record, name)) this.#refuse('an object with a property that is not enumerable');
      const value = record[name];
      // It reads the same where it is not there.
      if (value === undefined) continue;
      if (!isFirst) this.#put(',');
      isFirst = false;
      this.#string(name);
      this.#put(':');
      this.#member('.' + stringSlice(name, 0, mostNameChars), value);
    }
    this.#put('}');
  }

  #member(step: string, value: unknown): void {
    push(this.#path, step);
    this.write(value);
    this.#path.length -= 1;
  }

  #string(text: string): void {
    // Before it is copied.
    if (text.length > this.#left) this.#overflow();
    // A text alone has no `toJSON` that could be asked.
    this.#put(jsonStringify(text));
  }

  #number(value: number): void {
    if (value - value !== 0) this.#refuse('' + value);
    this.#put(value === 0 && 1 / value < 0 ? '-0' : '' + value);
  }

  #put(piece: string): void {
    this.#left -= piece.length;
    if (this.#left < 0) this.#overflow();
    push(this.#pieces, piece);
  }

  #overflow(): never {
    throw new NativeRangeError('As JSON, ' + this.#path[0] + ' has more than ' + this.#most + ' bytes');
  }

  #refuse(what: string): never {
    throw new NativeTypeError(stringSlice(join(this.#path, ''), 0, mostPathChars) + ' is ' + what + ', which JSON cannot carry as it is');
  }
}

/**
 * @param root what errors call the value
 * @param most so many characters; nothing much longer is made
 * @throws TypeError for a function, a symbol, a bigint, NaN, an infinity, a Date, a Map, bytes, an instance of a class, a cycle,
 * `undefined` in an array; RangeError where it is too long; and whatever its getters throw
 */
export function exactJson(value: unknown, root: string, most: number): string {
  const writer = new Writer(root, most);
  writer.write(value);
  return writer.text;
}
