/** The kinds of patterns that there are, as `expect` has them. */

import { inspect } from '../node/inspect.ts';
import { equals } from './equals.ts';
import { Pattern } from './pattern.ts';

const shown = (value: unknown): string => inspect(value, { depth: 2, breakLength: Infinity });
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const primitives = new Map<unknown, string>([
  ...([
    [String, 'string'],
    [Number, 'number'],
    [Boolean, 'boolean'],
    [BigInt, 'bigint'],
    [Symbol, 'symbol'],
    [Function, 'function'],
  ] as const),
]);

function isOf(value: unknown, kind: new (...args: never[]) => unknown): boolean {
  if (typeof value === primitives.get(kind)) return true;
  return kind === (Object as unknown) ? typeof value === 'object' : value instanceof kind;
}

const objectHas = (members: object) => (value: unknown) => isObject(value) && equals(value, members, { part: true });
const arrayHas = (items: readonly unknown[]) => (value: unknown) =>
  Array.isArray(value) && items.every((item) => value.some((one) => equals(one, item)));
const stringHas = (text: string) => (value: unknown) => typeof value === 'string' && value.includes(text);
const stringMatches = (form: RegExp | string) => (value: unknown) =>
  typeof value === 'string' &&
  (typeof form === 'string' ? value.includes(form) : new RegExp(form.source, form.flags.replace(/[gy]/g, '')).test(value));

export const isClose = (value: unknown, wanted: number, digits: number): boolean =>
  typeof value === 'number' && (Object.is(value, wanted) || Math.abs(value - wanted) < 10 ** -digits / 2);

const not = (matches: (value: unknown) => boolean) => (value: unknown) => !matches(value);

export const patterns = {
  anything: () => new Pattern('Anything', (value) => value !== undefined && value !== null),
  any: (kind: new (...args: never[]) => unknown) => {
    if (typeof kind !== 'function') throw new TypeError('expect.any takes a class or a constructor, such as Number');
    return new Pattern(`Any<${kind.name}>`, (value) => isOf(value, kind));
  },
  objectContaining: (members: object) => new Pattern(`ObjectContaining ${shown(members)}`, objectHas(members)),
  arrayContaining: (items: readonly unknown[]) => new Pattern(`ArrayContaining ${shown(items)}`, arrayHas(items)),
  stringContaining: (text: string) => new Pattern(`StringContaining ${shown(text)}`, stringHas(text)),
  stringMatching: (form: RegExp | string) => new Pattern(`StringMatching ${shown(form)}`, stringMatches(form)),
  closeTo: (wanted: number, digits = 2) => new Pattern(`CloseTo ${wanted}`, (value) => isClose(value, wanted, digits)),
  not: {
    objectContaining: (members: object) => new Pattern(`not ObjectContaining ${shown(members)}`, not(objectHas(members))),
    arrayContaining: (items: readonly unknown[]) => new Pattern(`not ArrayContaining ${shown(items)}`, not(arrayHas(items))),
    stringContaining: (text: string) => new Pattern(`not StringContaining ${shown(text)}`, not(stringHas(text))),
    stringMatching: (form: RegExp | string) => new Pattern(`not StringMatching ${shown(form)}`, not(stringMatches(form))),
  },
};
