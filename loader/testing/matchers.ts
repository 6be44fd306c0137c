/** What can be expected of a value. Each says whether it holds, and in words what was expected. */

import { inspect } from '../node/inspect.ts';
import { equals } from './equals.ts';
import { Pattern } from './pattern.ts';
import { isClose } from './patterns.ts';

export interface Found {
  readonly holds: boolean;
  /** What stands behind "expected … to". */
  readonly words: string;
  /** The two values, where a reader would compare them. */
  readonly compare?: { readonly actual: unknown; readonly expected: unknown };
}

/** @param came from `rejects`: the value is what was thrown already */
export type Matcher = (value: unknown, args: readonly unknown[], came: boolean) => Found;

const brief = (value: unknown): string => {
  const text = inspect(value, { depth: 2, breakLength: Infinity });
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
};

export { brief };

const compared = (holds: boolean, words: string, actual: unknown, expected: unknown): Found => ({
  holds,
  words,
  compare: { actual, expected },
});
const told = (holds: boolean, words: string): Found => ({ holds, words });
const isOrdered = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

function ordering(words: string, holds: (a: number | bigint, b: number | bigint) => boolean): Matcher {
  return (value, [limit]) => {
    if (!isOrdered(limit)) throw new TypeError(`A number is needed to compare with, and not ${brief(limit)}`);
    return told(isOrdered(value) && holds(value, limit), `be ${words} ${brief(limit)}`);
  };
}

const lengthOf = (value: unknown): unknown => (value as { length?: unknown } | null | undefined)?.length;

function contains(value: unknown, item: unknown, same: (a: unknown, b: unknown) => boolean): boolean {
  if (typeof value === 'string') return value.includes(String(item));
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) {
    throw new TypeError(`toContain looks into a string or something iterable, and not into ${brief(value)}`);
  }
  return [...(value as Iterable<unknown>)].some((one) => same(one, item));
}

/** @param path `a.b[0].c`, or its parts */
function find(value: unknown, path: string | readonly PropertyKey[]): { readonly is: unknown } | undefined {
  const parts = typeof path === 'string' ? path.split(/[.[\]]+/).filter((part) => part !== '') : path;
  let at: unknown = value;
  for (const part of parts) {
    if (at === null || at === undefined || !(part in Object(at))) return undefined;
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return { is: at };
}

function throwing(value: unknown, [expected]: readonly unknown[], came: boolean): Found {
  let thrown: { readonly is: unknown } | undefined = came ? { is: value } : undefined;
  if (!came) {
    if (typeof value !== 'function') throw new TypeError(`toThrow calls a function, and ${brief(value)} is none`);
    try {
      value();
    } catch (error) {
      thrown = { is: error };
    }
  }
  if (thrown === undefined) return told(false, expected === undefined ? 'throw' : `throw ${brief(expected)}, but nothing was thrown`);
  const { is } = thrown;
  const message = typeof is === 'object' && is !== null && 'message' in is ? String(is.message) : String(is);
  if (expected === undefined) return told(true, `throw, but ${brief(message)} was thrown`);
  if (typeof expected === 'string')
    return compared(message.includes(expected), `throw an error with ${brief(expected)} in its message`, message, expected);
  if (expected instanceof RegExp)
    return compared(expected.test(message), `throw an error whose message matches ${expected}`, message, expected);
  if (typeof expected === 'function') {
    return compared(is instanceof (expected as new () => unknown), `throw a ${expected.name}`, is, expected);
  }
  if (expected instanceof Pattern) return compared(expected.matches(is), 'throw what was described', is, expected);
  const wanted = expected instanceof Error ? expected.message : undefined;
  return wanted === undefined
    ? compared(equals(is, expected, { part: true }), `throw ${brief(expected)}`, is, expected)
    : compared(message === wanted, `throw an error with the message ${brief(wanted)}`, message, wanted);
}

export const matchers: Readonly<Record<string, Matcher>> = {
  toBe: (value, [wanted]) => {
    const holds = Object.is(value, wanted);
    const hint = !holds && equals(value, wanted, { strict: true }) ? ' (they are deeply equal, but not the same: toEqual)' : '';
    return compared(holds, `be ${brief(wanted)}${hint}`, value, wanted);
  },
  toEqual: (value, [wanted]) => compared(equals(value, wanted), `equal ${brief(wanted)}`, value, wanted),
  toStrictEqual: (value, [wanted]) => compared(equals(value, wanted, { strict: true }), `strictly equal ${brief(wanted)}`, value, wanted),
  toMatchObject: (value, [wanted]) => compared(equals(value, wanted, { part: true }), `match ${brief(wanted)}`, value, wanted),
  toBeDefined: (value) => told(value !== undefined, 'be defined'),
  toBeUndefined: (value) => told(value === undefined, 'be undefined'),
  toBeNull: (value) => told(value === null, 'be null'),
  toBeNaN: (value) => told(Number.isNaN(value), 'be NaN'),
  toBeTruthy: (value) => told(Boolean(value), 'be truthy'),
  toBeFalsy: (value) => told(!value, 'be falsy'),
  toBeGreaterThan: ordering('greater than', (a, b) => a > b),
  toBeGreaterThanOrEqual: ordering('at least', (a, b) => a >= b),
  toBeLessThan: ordering('less than', (a, b) => a < b),
  toBeLessThanOrEqual: ordering('at most', (a, b) => a <= b),
  toBeCloseTo: (value, [wanted, digits = 2]) =>
    told(isClose(value, wanted as number, digits as number), `be close to ${brief(wanted)}, to ${digits} digits`),
  toBeInstanceOf: (value, [kind]) =>
    told(value instanceof (kind as new () => unknown), `be an instance of ${(kind as { name?: string }).name}`),
  toBeTypeOf: (value, [type]) => told(typeof value === type, `be of the type ${brief(type)}`),
  toContain: (value, [item]) => told(contains(value, item, Object.is), `contain ${brief(item)}`),
  toContainEqual: (value, [item]) => told(contains(value, item, equals), `contain something equal to ${brief(item)}`),
  toHaveLength: (value, [length]) =>
    told(lengthOf(value) === length, `have the length ${brief(length)}, and not ${brief(lengthOf(value))}`),
  toHaveProperty: (value, [path, ...wanted]) => {
    const found = find(value, path as string);
    const words = `have the property ${brief(path)}`;
    if (wanted.length === 0 || found === undefined) return told(found !== undefined, words);
    return compared(equals(found.is, wanted[0]), `${words} with ${brief(wanted[0])}`, found.is, wanted[0]);
  },
  toMatch: (value, [form]) => {
    if (typeof value !== 'string') throw new TypeError(`toMatch looks at a string, and ${brief(value)} is none`);
    const holds =
      form instanceof RegExp ? new RegExp(form.source, form.flags.replace(/[gy]/g, '')).test(value) : value.includes(String(form));
    return told(holds, `match ${brief(form)}`);
  },
  toSatisfy: (value, [holds]) => told(Boolean((holds as (value: unknown) => unknown)(value)), 'satisfy the condition'),
  toThrow: throwing,
  toThrowError: throwing,
};
