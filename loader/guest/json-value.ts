/** What JSON would lose or make into something else is refused, so that nobody gets another value than was given. */

import { kindOf } from './kind.ts';
import { isArray, isCallable, keys } from './primordials.ts';

/**
 * The value itself, where JSON can carry it: what has a `toJSON` (a Date has) says itself what it becomes.
 * @throws TypeError for a function, a symbol, a bigint, NaN, an infinity, a Map, bytes, an instance of a class, a cycle
 */
export function checked(value: unknown): unknown {
  check(value, []);
  return value;
}

function check(value: unknown, above: object[]): void {
  const type = typeof value;
  if (value === null || type === 'string' || type === 'boolean' || type === 'undefined') return;
  if (type === 'number') {
    if ((value as number) - (value as number) !== 0) refuse('' + (value as number));
    return;
  }
  if (type !== 'object') refuse('a ' + type);
  const object = value as Record<string, unknown>;
  if (isCallable(object['toJSON'])) return;
  const kind = kindOf(object);
  if (kind !== 'plain' && kind !== 'array') refuse(kind === 'instance' || kind === 'opaque' ? 'an instance of a class' : 'a ' + kind);
  for (let i = 0; i < above.length; i += 1) if (above[i] === object) refuse('a cycle');
  above[above.length] = object;
  if (isArray(object)) for (let i = 0; i < object.length; i += 1) check(object[i], above);
  else {
    const names = keys(object);
    for (let i = 0; i < names.length; i += 1) check(object[names[i] as string], above);
  }
  above.length -= 1;
}

function refuse(what: string): never {
  throw new TypeError('The result of a method must be what JSON can carry; this has ' + what);
}
