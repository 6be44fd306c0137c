/**
 * node:async_hooks: AsyncLocalStorage and AsyncResource.
 *
 * The engine tells nobody when a function goes on after an `await`. So a bundle with this module is rewritten
 * (`builder/async-context.ts`): each `await` notes the context before and restores it after. What calls back by other
 * ways (promises' reactions, timers, microtasks, streams) is bound here. In between, the context is empty: whatever
 * sets it within a job leaves a job behind that clears it, so that no call ever begins in another call's context.
 */

type Fn = (...args: any[]) => any;
type Context = ReadonlyMap<AsyncLocalStorage<unknown>, unknown>;

declare global {
  /** A variable of the bundle, declared by the rewriting; free here, so that the bundler leaves its name alone. */
  var __nboxContext: Context | undefined;
}

const then = Promise.prototype.then;
const clean = Promise.resolve();
let clearing = false;

function clear(): void {
  clearing = false;
  __nboxContext = undefined;
}

/** Sets the context for the rest of this job. */
function enter(context: Context | undefined): void {
  __nboxContext = context;
  if (context === undefined || clearing) return;
  clearing = true;
  then.call(clean, clear);
}

function runIn<T>(context: Context | undefined, act: Fn, self: unknown, args: readonly unknown[]): T {
  const before = __nboxContext;
  enter(context);
  try {
    return Reflect.apply(act, self, args) as T;
  } finally {
    __nboxContext = before;
  }
}

function bound<F extends Fn>(act: F, context: Context | undefined = __nboxContext): F {
  return function (this: unknown, ...args: unknown[]) {
    return runIn(context, act, this, args);
  } as F;
}

function boundIfFunction<T>(value: T): T {
  return typeof value === 'function' ? (bound(value as unknown as Fn) as unknown as T) : value;
}

/** Puts a function in another's place, under its name and length. */
function replace(owner: object, name: string, make: (original: Fn) => Fn): void {
  const found = Object.getOwnPropertyDescriptor(owner, name);
  const original = found?.value as unknown;
  if (typeof original !== 'function') return;
  const value = make(original as Fn);
  for (const key of ['name', 'length'] as const) Object.defineProperty(value, key, { value: original[key], configurable: true });
  Object.defineProperty(owner, name, { ...found, value });
}

// `catch` and `finally` call `then`, and the reactions of `await` are the rewriting's.
replace(
  Promise.prototype,
  'then',
  (original) =>
    function (this: unknown, kept: unknown, broken: unknown) {
      return original.call(this, boundIfFunction(kept), boundIfFunction(broken));
    },
);
for (const name of ['setTimeout', 'setInterval', 'queueMicrotask']) {
  replace(
    globalThis,
    name,
    (original) =>
      (callback: unknown, ...rest: unknown[]) =>
        original(boundIfFunction(callback), ...rest),
  );
}

/** What a stream calls later, in the context in which the stream was made. */
for (const name of ['ReadableStream', 'WritableStream', 'TransformStream']) {
  const found = Object.getOwnPropertyDescriptor(globalThis, name);
  if (typeof found?.value !== 'function') continue;
  const value = new Proxy(found.value, {
    construct: (original, [source, ...rest], target) => Reflect.construct(original, [boundMembers(source), ...rest], target),
  });
  Object.defineProperty(globalThis, name, { ...found, value });
}

function boundMembers(source: unknown): unknown {
  if (typeof source !== 'object' || source === null) return source;
  const context = __nboxContext;
  return new Proxy(source, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (...args: unknown[]) => runIn(context, member as Fn, target, args) : member;
    },
  });
}

interface Options {
  readonly defaultValue?: unknown;
  readonly name?: string;
}

export class AsyncLocalStorage<T> {
  readonly #default: unknown;
  readonly name: string;
  #enabled = false;

  constructor({ defaultValue, name = '' }: Options = {}) {
    this.#default = defaultValue;
    this.name = name;
  }

  static bind<F extends Fn>(act: F): F {
    return bound(act);
  }

  static snapshot(): <R>(act: (...args: any[]) => R, ...args: unknown[]) => R {
    const context = __nboxContext;
    return (act, ...args) => runIn(context, act, undefined, args);
  }

  getStore(): T | undefined {
    const key = this as AsyncLocalStorage<unknown>;
    const context = this.#enabled ? __nboxContext : undefined;
    return (context?.has(key) === true ? context.get(key) : this.#default) as T | undefined;
  }

  run<R>(store: T, act: (...args: any[]) => R, ...args: unknown[]): R {
    this.#enabled = true;
    return runIn(this.#with(store), act, undefined, args);
  }

  exit<R>(act: (...args: any[]) => R, ...args: unknown[]): R {
    return runIn(this.#without(), act, undefined, args);
  }

  enterWith(store: T): void {
    this.#enabled = true;
    enter(this.#with(store));
  }

  disable(): void {
    this.#enabled = false;
    enter(this.#without());
  }

  #with(store: unknown): Context {
    return new Map<AsyncLocalStorage<unknown>, unknown>(__nboxContext ?? []).set(this as AsyncLocalStorage<unknown>, store);
  }

  #without(): Context {
    const context = new Map(__nboxContext ?? []);
    context.delete(this as AsyncLocalStorage<unknown>);
    return context;
  }
}

let lastId = 1;

export class AsyncResource {
  readonly type: string;
  readonly #context = __nboxContext;
  readonly #id = ++lastId;

  constructor(type: string) {
    if (typeof type !== 'string')
      throw Object.assign(new TypeError('The "type" argument must be of type string'), { code: 'ERR_INVALID_ARG_TYPE' });
    this.type = type;
  }

  static bind<F extends Fn>(act: F, _type?: string, self?: unknown): F {
    return (self === undefined ? bound(act) : bound(act.bind(self) as F)) as F;
  }

  runInAsyncScope<R>(act: (...args: any[]) => R, self?: unknown, ...args: unknown[]): R {
    return runIn(this.#context, act, self, args);
  }

  bind<F extends Fn>(act: F): F {
    return bound(act, this.#context);
  }

  asyncId(): number {
    return this.#id;
  }

  triggerAsyncId(): number {
    return 1;
  }

  emitDestroy(): this {
    return this;
  }
}

export function executionAsyncId(): number {
  return 1;
}

export function triggerAsyncId(): number {
  return 0;
}

export default { AsyncLocalStorage, AsyncResource, executionAsyncId, triggerAsyncId };
