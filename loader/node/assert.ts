/** node:assert, loose by default and strict as `assert.strict`. */

import { isDeepEqual, isDeepStrictEqual } from './deep-equal.ts';
import { inspect } from './inspect.ts';

type Message = string | Error | undefined;
type Expected = RegExp | Function | Error | object;

interface Details {
  readonly message?: string | undefined;
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly operator?: string;
}

export class AssertionError extends Error {
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string | undefined;
  readonly generatedMessage: boolean;
  readonly code = 'ERR_ASSERTION';

  constructor({ message, actual, expected, operator }: Details) {
    super(message ?? `${inspect(actual)} ${operator ?? 'fails'} ${inspect(expected)}`);
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    this.generatedMessage = message === undefined;
  }
}
Object.defineProperty(AssertionError.prototype, 'name', { value: 'AssertionError', writable: true, configurable: true });

function check(holds: boolean, message: Message, details: Details): void {
  if (holds) return;
  if (message instanceof Error) throw message;
  const error = new AssertionError({ ...details, message: message ?? details.message });
  if (message === undefined) Object.defineProperty(error, 'generatedMessage', { value: true, enumerable: true, configurable: true });
  throw error;
}

function failing(what: string, actual: unknown, expected: unknown): string {
  return `Expected values to be ${what}:\n\n${inspect(actual)} !== ${inspect(expected)}\n`;
}

export function ok(value: unknown, message?: Message): asserts value {
  check(Boolean(value), message, {
    ...{ actual: value, expected: true, operator: '==' },
    message: `The expression evaluated to a falsy value: ${inspect(value)}`,
  });
}

export function equal(actual: unknown, expected: unknown, message?: Message): void {
  // biome-ignore lint/suspicious/noDoubleEquals: that is the loose form's meaning
  check(actual == expected || (Number.isNaN(actual) && Number.isNaN(expected)), message, {
    ...{ actual, expected, operator: '==' },
    message: `${inspect(actual)} == ${inspect(expected)}`,
  });
}

export function notEqual(actual: unknown, expected: unknown, message?: Message): void {
  // biome-ignore lint/suspicious/noDoubleEquals: that is the loose form's meaning
  check(actual != expected && !(Number.isNaN(actual) && Number.isNaN(expected)), message, {
    ...{ actual, expected, operator: '!=' },
    message: `${inspect(actual)} != ${inspect(expected)}`,
  });
}

export function strictEqual<T>(actual: unknown, expected: T, message?: Message): asserts actual is T {
  check(Object.is(actual, expected), message, {
    ...{ actual, expected, operator: 'strictEqual' },
    message: failing('strictly equal', actual, expected),
  });
}

export function notStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(!Object.is(actual, expected), message, {
    ...{ actual, expected, operator: 'notStrictEqual' },
    message: `Expected "actual" to be strictly unequal to: ${inspect(expected)}`,
  });
}

export function deepEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(isDeepEqual(actual, expected), message, {
    ...{ actual, expected, operator: 'deepEqual' },
    message: failing('loosely deep-equal', actual, expected),
  });
}

export function deepStrictEqual<T>(actual: unknown, expected: T, message?: Message): asserts actual is T {
  check(isDeepStrictEqual(actual, expected), message, {
    ...{ actual, expected, operator: 'deepStrictEqual' },
    message: failing('strictly deep-equal', actual, expected),
  });
}

export function notDeepEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(!isDeepEqual(actual, expected), message, { actual, expected, operator: 'notDeepEqual' });
}

export function notDeepStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(!isDeepStrictEqual(actual, expected), message, { actual, expected, operator: 'notDeepStrictEqual' });
}

export function match(text: string, pattern: RegExp, message?: Message): void {
  check(typeof text === 'string' && pattern.test(text), message, {
    ...{ actual: text, expected: pattern, operator: 'match' },
    message: `The input did not match the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`,
  });
}

export function doesNotMatch(text: string, pattern: RegExp, message?: Message): void {
  check(typeof text !== 'string' || !pattern.test(text), message, { actual: text, expected: pattern, operator: 'doesNotMatch' });
}

export function fail(message: string | Error = 'Failed'): never {
  throw message instanceof Error ? message : new AssertionError({ message, operator: 'fail' });
}

export function ifError(value: unknown): asserts value is null | undefined {
  if (value === null || value === undefined) return;
  const text = value instanceof Error ? value.message : inspect(value);
  throw new AssertionError({ message: `ifError got unwanted exception: ${text}`, actual: value, expected: null, operator: 'ifError' });
}

/** @throws what was thrown, where it is another error than the expected one */
function compare(thrown: unknown, expected: Expected | undefined, message: Message, operator: string): void {
  if (expected === undefined) return;
  const differs = (what: string): void => check(false, message, { actual: thrown, expected, operator, message: what });
  if (expected instanceof RegExp) {
    if (!expected.test(String(thrown))) {
      differs(`The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(String(thrown))}\n`);
    }
  } else if (typeof expected === 'function') {
    if (expected.prototype !== undefined && thrown instanceof expected) return;
    if (Object.prototype.isPrototypeOf.call(Error, expected)) {
      differs(`The error is expected to be an instance of "${expected.name}". Received ${inspect(String(thrown))}`);
    }
    if (expected.call({}, thrown) !== true) differs('The validation function is expected to return "true".');
  } else {
    const keys = Object.keys(expected);
    if (expected instanceof Error) keys.push('name', 'message');
    for (const key of keys) {
      const value = (thrown as Record<string, unknown> | undefined)?.[key];
      const wanted = (expected as Record<string, unknown>)[key];
      if (wanted instanceof RegExp && typeof value === 'string' ? !wanted.test(value) : !isDeepStrictEqual(value, wanted)) {
        differs(failing('strictly deep-equal', thrown, expected));
      }
    }
  }
}

type Outcome = { readonly thrown: unknown } | undefined;

function missing(what: string, expected: Expected | undefined, message: Message, operator: string): void {
  const named = typeof expected === 'function' && expected.name !== '' ? ` (${expected.name})` : '';
  const rest = typeof message === 'string' ? `: ${message}` : '.';
  if (message instanceof Error) throw message;
  throw new AssertionError({ message: `Missing expected ${what}${named}${rest}`, expected, operator });
}

export function throws(act: () => unknown, expected?: Expected | string, message?: Message): void {
  const wanted = typeof expected === 'string' ? undefined : expected;
  const said = typeof expected === 'string' ? expected : message;
  let outcome: Outcome;
  try {
    act();
  } catch (thrown) {
    outcome = { thrown };
  }
  if (outcome === undefined) missing('exception', wanted, said, 'throws');
  else compare(outcome.thrown, wanted, said, 'throws');
}

export async function rejects(
  act: Promise<unknown> | (() => Promise<unknown>),
  expected?: Expected | string,
  message?: Message,
): Promise<void> {
  const wanted = typeof expected === 'string' ? undefined : expected;
  const said = typeof expected === 'string' ? expected : message;
  let outcome: Outcome;
  const promise = typeof act === 'function' ? act() : act;
  try {
    await promise;
  } catch (thrown) {
    outcome = { thrown };
  }
  if (outcome === undefined) missing('rejection', wanted, said, 'rejects');
  else compare(outcome.thrown, wanted, said, 'rejects');
}

function unwanted(thrown: unknown, what: string, operator: string): never {
  const text = thrown instanceof Error ? thrown.message : inspect(thrown);
  throw new AssertionError({ message: `Got unwanted ${what}.\nActual message: "${text}"`, actual: thrown, operator });
}

export function doesNotThrow(act: () => unknown): void {
  try {
    act();
  } catch (thrown) {
    unwanted(thrown, 'exception', 'doesNotThrow');
  }
}

export async function doesNotReject(act: Promise<unknown> | (() => Promise<unknown>)): Promise<void> {
  try {
    await (typeof act === 'function' ? act() : act);
  } catch (thrown) {
    unwanted(thrown, 'rejection', 'doesNotReject');
  }
}

const shared = { AssertionError, ok, match, doesNotMatch, fail, ifError, throws, rejects, doesNotThrow, doesNotReject };
const exact = { strictEqual, notStrictEqual, deepStrictEqual, notDeepStrictEqual };

const asserting = (value: unknown, message?: Message): void => ok(value, message);
const assertingStrictly = (value: unknown, message?: Message): void => ok(value, message);

export const strict = Object.assign(assertingStrictly, shared, exact, {
  equal: strictEqual,
  notEqual: notStrictEqual,
  deepEqual: deepStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
Object.assign(strict, { strict });

const assert = Object.assign(asserting, shared, exact, { equal, notEqual, deepEqual, notDeepEqual, strict });
export default assert;
