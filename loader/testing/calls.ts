/** How a test calls a plugin: what stands in for the platform around it. */

type Handler = (request: Request, env: unknown, ctx: unknown) => unknown;

const settledOf = new WeakMap<object, Promise<unknown>[]>();

class TestContext {
  readonly props = {};
  readonly exports = {};

  constructor() {
    settledOf.set(this, []);
  }

  waitUntil(promise: unknown): void {
    const settled = Promise.resolve(promise);
    // Whoever waits for the context hears of it.
    settled.catch(() => undefined);
    settledOf.get(this)?.push(settled);
  }

  passThroughOnException(): void {}
}

export function createExecutionContext(): TestContext {
  return new TestContext();
}

/** Resolves when all is over that the context was given, what was given meanwhile included. @throws the first rejection */
export async function waitOnExecutionContext(ctx: object): Promise<void> {
  const promises = settledOf.get(ctx);
  if (promises === undefined) throw new TypeError('waitOnExecutionContext takes what createExecutionContext has made');
  while (promises.length > 0) await Promise.all(promises.splice(0));
}

/**
 * Calls a plugin as a request from outside would: a function, a handler object, an app, or a class.
 * @param input a path is one of a host that does not matter
 */
export async function call(plugin: unknown, input: Request | URL | string, env: unknown = {}, ctx?: object): Promise<Response> {
  const request = input instanceof Request ? input : new Request(new URL(String(input), 'http://plugin.test/'));
  const own = ctx ?? createExecutionContext();
  const response = toResponse(await handlerOf(plugin, env, own)(request, env, own));
  if (ctx === undefined) await waitOnExecutionContext(own);
  return response;
}

function handlerOf(plugin: unknown, env: unknown, ctx: object): Handler {
  if (typeof plugin === 'function' && !isClass(plugin)) return plugin as Handler;
  const target = typeof plugin === 'function' ? new (plugin as new (...args: unknown[]) => object)(ctx, env) : plugin;
  const handler = (target as { fetch?: unknown } | null | undefined)?.fetch;
  if (typeof handler !== 'function') throw new TypeError('call takes a plugin: a function, an object with fetch, or a class that has it');
  return (request, ...rest) => Reflect.apply(handler, target, typeof plugin === 'function' ? [request] : [request, ...rest]);
}

const isClass = (value: Function): boolean => /^class\b/.test(Function.prototype.toString.call(value));

/** A value that is no Response becomes JSON; nothing at all becomes 204. */
function toResponse(value: unknown): Response {
  if (value instanceof Response) return value;
  return value === undefined ? new Response(null, { status: 204 }) : Response.json(value);
}

let answer: (request: Request) => unknown = () => {
  throw new TypeError('There is no network in tests: say by mockFetch what the plugin is to get');
};
let asked: Request[] = [];

/** What `fetch` is in tests, for what takes it at the top level, too. */
export async function fetchInTests(input: Request | URL | string, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  asked.push(request.clone());
  return toResponse(await answer(request));
}

/**
 * Until the end of the test `fetch` asks this function, and nothing leaves.
 * @returns the requests that were made, as they are made
 */
export function mockFetch(answers: (request: Request) => unknown): Request[] {
  answer = answers;
  asked = [];
  return asked;
}
