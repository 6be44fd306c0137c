/** What the test files say: suites, tests and hooks, gathered while the modules are evaluated. */

import { titleOf } from './title.ts';

export type Body = (...args: never[]) => unknown;
type Step = () => unknown;
type Mode = 'run' | 'skip' | 'only';
export type HookName = 'before' | 'beforeEach' | 'afterEach' | 'after';

export interface Suite {
  readonly title: string;
  readonly mode: Mode;
  readonly parent: Suite | undefined;
  readonly hooks: Readonly<Record<HookName, Step[]>>;
}

export interface Test {
  /** With the titles of its suites before it. */
  readonly title: string;
  readonly suite: Suite;
  readonly mode: Mode;
  /** None of one that is still to be written. */
  readonly body: Step | undefined;
  /** Where it stands: the stack of the call that told of it. */
  readonly stack: string;
}

/** What a gate will run. */
export const mostTests = 500;
const titleLength = 300;

export const tests: Test[] = [];
const root = suite('', 'run', undefined);
let open = root;
let state: 'gathering' | 'running' = 'gathering';

/** From here on there are no more tests and hooks to come. */
export function closeGathering(): void {
  state = 'running';
}

function suite(title: string, mode: Mode, parent: Suite | undefined): Suite {
  return { title, mode, parent, hooks: { before: [], beforeEach: [], afterEach: [], after: [] } };
}

/** The suite and those around it, the outermost first. */
export function pathOf(inner: Suite): Suite[] {
  const path: Suite[] = [];
  for (let at: Suite | undefined = inner; at !== undefined; at = at.parent) path.unshift(at);
  return path;
}

function refuseLate(what: string): void {
  if (state === 'running') throw new Error(`${what} was called while a test runs: it belongs outside of tests`);
}

function addSuite(mode: Mode, title: string, body?: Body, args: readonly unknown[] = []): void {
  refuseLate('describe');
  if (body === undefined) return;
  const before = open;
  open = suite(String(title), mode, before);
  try {
    const value = (body as (...given: unknown[]) => unknown)(...args);
    if (value instanceof Promise)
      throw new TypeError(`describe(${JSON.stringify(title)}) takes no async function: await in its tests or hooks`);
  } finally {
    open = before;
  }
}

function addTest(mode: Mode, title: string, body?: Body, args?: readonly unknown[]): void {
  refuseLate('it');
  if (tests.length >= mostTests) throw new RangeError(`There are more than ${mostTests} tests`);
  if (args === undefined && body !== undefined && body.length > 0) {
    throw new TypeError(`The test ${JSON.stringify(title)} takes a callback: have it return a promise in its place`);
  }
  const titles = [
    ...pathOf(open)
      .slice(1)
      .map((one) => one.title),
    String(title),
  ];
  const given = args ?? [];
  tests.push({
    title: titles.join(' › ').slice(0, titleLength),
    ...{ suite: open, mode, stack: new Error().stack ?? '' },
    body: body === undefined ? undefined : () => (body as (...all: unknown[]) => unknown)(...given),
  });
}

type Add = (mode: Mode, title: string, body?: Body, args?: readonly unknown[]) => void;
type Told = (title: string, body?: Body) => void;
export type Declares = Told & {
  readonly skip: Told;
  readonly only: Told;
  readonly todo: (title: string) => void;
  readonly each: (table: readonly unknown[]) => Told;
};

/** One for each row; a row that is an array is a list of arguments. */
const eachOf =
  (add: Add) =>
  (table: readonly unknown[]): Told =>
  (title, body) => {
    for (const [i, row] of [...table].entries()) {
      const args = Array.isArray(row) ? row : [row];
      add('run', titleOf(String(title), args, i), body, args);
    }
  };

const declares = (add: Add): Declares =>
  Object.assign<Told, Omit<Declares, keyof Told>>((title, body) => add('run', title, body), {
    skip: (title, body) => add('skip', title, body),
    only: (title, body) => add('only', title, body),
    todo: (title) => add('skip', title),
    each: eachOf(add),
  } as Omit<Declares, keyof Told>);

export const describe: Declares = declares(addSuite);
export const it: Declares = declares(addTest);

const hook =
  (name: HookName) =>
  (step: Step): void => {
    refuseLate(name);
    if (step.length > 0) throw new TypeError(`The hook ${name} takes a callback: have it return a promise in its place`);
    open.hooks[name].push(step);
  };
export const before = hook('before');
export const after = hook('after');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');

const isMarked = ({ suite: inner, mode }: Test, wanted: Mode): boolean =>
  mode === wanted || pathOf(inner).some((one) => one.mode === wanted);

/** Whether some test is marked to be run alone. */
export const hasOnly = (): boolean => tests.some((test) => isMarked(test, 'only'));

/** Whether it is to be run. @param only as `hasOnly` says */
export const isWanted = (test: Test, only: boolean): boolean =>
  test.body !== undefined && !isMarked(test, 'skip') && (!only || isMarked(test, 'only'));
