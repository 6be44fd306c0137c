/** `expect(value).toBe(…)`: matchers, their negation, and those of what a promise comes to. */

import { inspect } from '../node/inspect.ts';
import { brief, type Matcher, matchers } from './matchers.ts';
import { patterns } from './patterns.ts';

/** What a failed expectation throws. */
export class ExpectationError extends Error {
  /** As texts, since the values may be other ones by the time that somebody looks. */
  readonly texts: { readonly expected: string; readonly actual: string } | undefined;

  constructor(message: string, texts: ExpectationError['texts'], stack?: string) {
    super(message);
    this.texts = texts;
    if (stack !== undefined) this.stack = stack;
  }
}
Object.defineProperty(ExpectationError.prototype, 'name', { value: 'ExpectationError', writable: true, configurable: true });

/** Of the test that runs. */
let made = 0;
let wanted: number | 'some' | undefined;
let unsettled: Promise<unknown>[] = [];

/** A member a line, with a comma behind the last one, too: so that a difference can be shown, and is one of what differs alone. */
export function whole(value: unknown): string {
  if (typeof value === 'string' && value.includes('\n')) return value.slice(0, wholeLength);
  const text = inspect(value, { depth: 6, compact: false, sorted: true });
  return text
    .slice(0, wholeLength)
    .replace(/([^\s,[({])\n/g, '$1,\n')
    .slice(0, wholeLength);
}

const wholeLength = 4_000;

type Matchers = Record<string, (...args: unknown[]) => unknown>;

function check(
  name: string,
  matcher: Matcher,
  value: unknown,
  args: readonly unknown[],
  negated: boolean,
  came: boolean,
  stack?: string,
): void {
  made += 1;
  const { holds, words, compare } = matcher(value, args, came);
  if (holds !== negated) return;
  const what = name.startsWith('toThrow') ? 'the function' : brief(value);
  const texts = compare === undefined || negated ? undefined : { expected: whole(compare.expected), actual: whole(compare.actual) };
  throw new ExpectationError(`expected ${what} ${negated ? 'not ' : ''}to ${words}`, texts, stack);
}

function now(value: unknown, negated: boolean): Matchers {
  const all: Matchers = {};
  for (const [name, matcher] of Object.entries(matchers)) all[name] = (...args) => check(name, matcher, value, args, negated, false);
  return all;
}

/** A test is over only when these are, awaited or not. */
function later(promise: unknown, way: 'resolves' | 'rejects', negated: boolean): Matchers {
  // After an `await` the stack says no more where the test is.
  const { stack } = new Error();
  const settle = async (): Promise<unknown> => {
    const given = way === 'rejects' && typeof promise === 'function' ? promise() : promise;
    let value: unknown;
    try {
      value = await given;
    } catch (reason) {
      if (way === 'rejects') return reason;
      throw new ExpectationError(`expected the promise to resolve, but it rejected with ${brief(reason)}`, undefined, stack);
    }
    if (way === 'resolves') return value;
    throw new ExpectationError(`expected the promise to reject, but it resolved to ${brief(value)}`, undefined, stack);
  };
  const all: Matchers = {};
  for (const [name, matcher] of Object.entries(matchers)) {
    all[name] = (...args) => {
      const checked = settle().then((value) => check(name, matcher, value, args, negated, way === 'rejects', stack));
      checked.catch(() => undefined);
      unsettled.push(checked);
      return checked;
    };
  }
  return all;
}

function both(of: (negated: boolean) => Matchers): Matchers & { readonly not: Matchers } {
  return Object.defineProperty(of(false), 'not', { get: () => of(true) }) as Matchers & { readonly not: Matchers };
}

export interface Expectation {
  readonly not: Matchers;
  readonly resolves: Matchers & { readonly not: Matchers };
  readonly rejects: Matchers & { readonly not: Matchers };
}

function expectation(value: unknown): Matchers & Expectation {
  return Object.defineProperties(
    both((negated) => now(value, negated)),
    {
      resolves: { get: () => both((negated) => later(value, 'resolves', negated)) },
      rejects: { get: () => both((negated) => later(value, 'rejects', negated)) },
    },
  ) as Matchers & Expectation;
}

export const expect = Object.assign(expectation, {
  ...patterns,
  fail(message = 'expect.fail() was called'): never {
    throw new ExpectationError(String(message), undefined);
  },
  /** The test fails unless exactly so many expectations are looked at. */
  assertions(count: number): void {
    wanted = count;
  },
  hasAssertions(): void {
    wanted = 'some';
  },
});

export function beginCounting(): void {
  made = 0;
  wanted = undefined;
  unsettled = [];
}

/** What was not awaited is awaited here. @throws ExpectationError */
export async function endCounting(): Promise<void> {
  while (unsettled.length > 0) await Promise.all(unsettled.splice(0));
  if (wanted === 'some' ? made === 0 : wanted !== undefined && wanted !== made) {
    throw new ExpectationError(`expected ${wanted} expectations to be looked at, and ${made} were`, undefined);
  }
}
