/** What a plugin's tests see beside what its other files see. Only sources that have tests are checked with it. Imports nothing. */

declare module 'nbox:test' {
  /** Returns a promise where it waits. It takes no argument. */
  export type TestBody = () => unknown;

  export interface Declares<Body> {
    (title: string, body: Body): void;
    /** It is counted, and not run. */
    skip(title: string, body?: Body): void;
    /** Where anything is marked so, nothing else is run. */
    only(title: string, body: Body): void;
    /** Is to be written yet. */
    todo(title: string): void;
    /**
     * One for each row: the items of a row that is an array are its arguments, any other row is one. In the title `%s`, `%d`,
     * `%i`, `%j`, `%o` stand for arguments, `%#` for the row's number, and `$name` for a property of the row.
     */
    each<Row extends readonly unknown[] | readonly [unknown]>(
      rows: readonly Row[],
    ): (title: string, body: (...args: Row) => unknown) => void;
    each<Row>(rows: readonly Row[]): (title: string, body: (row: Row) => unknown) => void;
  }

  /** A suite: what its body declares is run at once, so it is no async function. */
  export const describe: Declares<() => void>;
  /** A test. It starts from the state right after the modules were evaluated, whatever other tests have done. */
  export const it: Declares<TestBody>;
  export const test: Declares<TestBody>;

  /** Run before each test of their suite, since each starts anew: `before` ahead of `beforeEach`, outer suites first. */
  export function before(step: TestBody): void;
  export function beforeAll(step: TestBody): void;
  export function beforeEach(step: TestBody): void;
  /** Run behind each test of their suite, inner suites first, however it ended. */
  export function afterEach(step: TestBody): void;
  export function after(step: TestBody): void;
  export function afterAll(step: TestBody): void;

  /** @template R `void`, or a promise of it where what a promise comes to is looked at */
  export interface Matchers<R> {
    /** What follows must not hold. */
    readonly not: Matchers<R>;
    /** The same, by `Object.is`. */
    toBe(expected: unknown): R;
    /** Deeply equal; members that are undefined do not count. */
    toEqual(expected: unknown): R;
    /** Deeply equal; members that are undefined, holes and classes count. */
    toStrictEqual(expected: unknown): R;
    /** Has at least these members. */
    toMatchObject(expected: object): R;
    toBeDefined(): R;
    toBeUndefined(): R;
    toBeNull(): R;
    toBeNaN(): R;
    toBeTruthy(): R;
    toBeFalsy(): R;
    toBeGreaterThan(limit: number | bigint): R;
    toBeGreaterThanOrEqual(limit: number | bigint): R;
    toBeLessThan(limit: number | bigint): R;
    toBeLessThanOrEqual(limit: number | bigint): R;
    /** @param digits behind the point; 2 */
    toBeCloseTo(expected: number, digits?: number): R;
    toBeInstanceOf(kind: abstract new (...args: any[]) => unknown): R;
    toBeTypeOf(type: 'bigint' | 'boolean' | 'function' | 'number' | 'object' | 'string' | 'symbol' | 'undefined'): R;
    /** A part of a string; an item of something iterable, by `Object.is`. */
    toContain(item: unknown): R;
    /** An item of something iterable, deeply equal. */
    toContainEqual(item: unknown): R;
    toHaveLength(length: number): R;
    /** @param path `a.b[0].c`, or its parts */
    toHaveProperty(path: string | readonly PropertyKey[], value?: unknown): R;
    toMatch(form: RegExp | string): R;
    toSatisfy(condition: (value: any) => unknown): R;
    /** @param expected a part of the message, a form of it, the error's class, or an error with the same message */
    toThrow(expected?: string | RegExp | object | (abstract new (...args: any[]) => unknown)): R;
    toThrowError(expected?: string | RegExp | object | (abstract new (...args: any[]) => unknown)): R;
  }

  export interface Expectation extends Matchers<void> {
    /** What the promise resolves to. */
    readonly resolves: Matchers<Promise<void>>;
    /** What the promise rejects with, or that of the function. */
    readonly rejects: Matchers<Promise<void>>;
  }

  /** Stands for values in what is expected. */
  export interface Patterns {
    anything(): any;
    any(kind: abstract new (...args: any[]) => unknown): any;
    any(kind: (...args: any[]) => unknown): any;
    objectContaining(members: object): any;
    arrayContaining(items: readonly unknown[]): any;
    stringContaining(text: string): any;
    stringMatching(form: RegExp | string): any;
    closeTo(expected: number, digits?: number): any;
    readonly not: {
      objectContaining(members: object): any;
      arrayContaining(items: readonly unknown[]): any;
      stringContaining(text: string): any;
      stringMatching(form: RegExp | string): any;
    };
  }

  export interface Expect extends Patterns {
    (value: unknown): Expectation;
    fail(message?: string): never;
    /** The test fails unless exactly so many expectations are looked at. */
    assertions(count: number): void;
    hasAssertions(): void;
  }
  export const expect: Expect;

  /**
   * Calls a plugin as a request from outside would: a function, a handler object, an app, or a class. Where no `ctx` is given,
   * what the plugin gives to `ctx.waitUntil` is waited for.
   * @param input a path is one of a host that does not matter
   * @throws whatever the plugin throws
   */
  export function call(plugin: object, input: Request | URL | string, env?: unknown, ctx?: ExecutionContext<any>): Promise<Response>;

  /** A `ctx` to call handlers with. */
  export function createExecutionContext(): ExecutionContext<any>;
  /** Resolves when all has settled that `ctx.waitUntil` was given. @throws the first rejection */
  export function waitOnExecutionContext(ctx: ExecutionContext<any>): Promise<void>;

  /**
   * Until the end of the test `fetch` asks this function; what it returns becomes a response as a plugin's value does. Without
   * it `fetch` rejects in tests: they have no network.
   * @returns the requests that were made, as they are made
   */
  export function mockFetch(answer: (request: Request) => unknown): readonly Request[];
}

declare const describe: typeof import('nbox:test').describe;
declare const it: typeof import('nbox:test').it;
declare const test: typeof import('nbox:test').test;
declare const before: typeof import('nbox:test').before;
declare const beforeAll: typeof import('nbox:test').beforeAll;
declare const beforeEach: typeof import('nbox:test').beforeEach;
declare const after: typeof import('nbox:test').after;
declare const afterAll: typeof import('nbox:test').afterAll;
declare const afterEach: typeof import('nbox:test').afterEach;
declare const expect: typeof import('nbox:test').expect;
