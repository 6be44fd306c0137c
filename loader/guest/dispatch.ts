/**
 * The guest's side of a call: from the host's text to the plugin's handler, and from its value to one reply. Everything
 * that runs after plugin code uses natives captured before it, since the plugin may have replaced any of them.
 */

import { type BodySource, type ByteStream, isStream } from './body.ts';
import { calls } from './calls.ts';
import { env } from './env.ts';
import { host } from './host.ts';
import { part } from './lazy.ts';
import {
  bound,
  getPrototypeOf,
  indexOf,
  isCallable,
  isClass,
  jsonStringify,
  keys,
  matches,
  objectPrototype,
  ownKeys,
  promiseResolve,
  promiseThen,
  stringSlice,
} from './primordials.ts';
import { requestFromHost } from './request.ts';
import { isResponse, jsonResponse, Response, sendResponse } from './response.ts';

type Entry = (request: unknown, env: unknown, ctx: unknown) => unknown;

const handlerPart = () => part<typeof import('./handler.ts')>('handler.ts');

/** Reads the guard's counter of loop rounds, and sets it where a number is given. The bundle's first line hands it over. */
let fuel: (left?: number) => number = () => 0;
/** What the counter starts from when a bundle hands it over. */
let startFuel = 0;
/** The default one. */
let entry: Entry | undefined;
/** The same, where the plugin has nothing else. */
let onlyFetch: Entry | undefined;

/** Defines the once-only global through which the bundle's first line gives its counter and gets what to do when it runs out. */
export function defineGuard(): void {
  Object.defineProperty(globalThis, '__nboxGuard', {
    configurable: true,
    value: (access: (left?: number) => number) => {
      delete (globalThis as Record<string, unknown>)['__nboxGuard'];
      fuel = access;
      access(startFuel);
      return (site: number): never => {
        host.trip(site);
        // Nothing thrown here would be safe from the plugin's `catch`: the engine's next poll ends it.
        for (;;);
      };
    },
  });
}

/** Loop rounds that the modules' evaluation may take. */
export function setFuel(left: number): void {
  startFuel = left;
  fuel(left);
  calls.isMuted = false;
}

export function fuelLeft(): number {
  return fuel();
}

/** Takes the plugin's handlers from its module. @returns the interfaces that it has, separated by commas */
export function adopt(module: { default?: unknown }): string {
  const exported = module.default;
  if (hasOnlyFetch(module)) {
    entry = isCallable(exported) ? bound(exported as Entry, undefined) : bound((exported as { fetch: Entry }).fetch, exported);
    onlyFetch = entry;
    return 'fetch';
  }
  const { interfaces, entry: found, parts } = handlerPart().adoptAll(module as Record<string, unknown>);
  entry = found === undefined ? undefined : bound(found, undefined);
  // Now and not at the first call, so that a snapshot has them.
  for (let i = 0; i < parts.length; i += 1) part(parts[i] as string);
  return interfaces;
}

/** What nearly all plugins are: nothing more than these needs the part that knows every form. */
function hasOnlyFetch(module: { default?: unknown }): boolean {
  const names = ownKeys(module);
  for (let i = 0; i < names.length; i += 1) if (typeof names[i] === 'string' && names[i] !== 'default') return false;
  const exported = module.default;
  if (isCallable(exported)) return !isClass(exported);
  if (typeof exported !== 'object' || exported === null) return false;
  // By `in`, since routers are proxies that have a method of every name.
  if ('queue' in exported || 'scheduled' in exported || !isCallable((exported as { fetch?: unknown }).fetch)) return false;
  return keys(exported).length === 1 || getPrototypeOf(exported) !== objectPrototype;
}

/** What is known of a call. A list and no record: making a record costs the engine five times as much. */
type Open = [
  call: number,
  /** Things that the call waits for beside its reply. */
  waiting: number,
  replied: boolean,
  /** Whether the executor knows that the call outlives its client. */
  kept: boolean,
];
const callAt = 0,
  waitingAt = 1,
  repliedAt = 2,
  keptAt = 3;

/** One of the things that the call waits for is over. */
function settleOne(open: Open): void {
  open[waitingAt] -= 1;
  if (open[waitingAt] === 0 && open[repliedAt]) host.settled(open[callAt], fuel());
}

class Context {
  readonly #open: Open;
  #exports: object | undefined;

  constructor(open: Open) {
    this.#open = open;
  }

  waitUntil(promise: unknown): void {
    const open = this.#open;
    open[waitingAt] += 1;
    if (!open[keptAt]) {
      open[keptAt] = true;
      host.keep(open[callAt], 0);
    }
    const settled = () => settleOne(open);
    promiseThen(promiseResolve(promise), settled, (reason: unknown) => {
      try {
        host.log(3, 'waitUntil: ' + describe(reason).message);
      } finally {
        settled();
      }
    });
  }

  /** Workers' code and Hono's types ask for it; no origin stands behind a plugin to pass anything through to. */
  passThroughOnException(): void {}

  get props(): object {
    return {};
  }

  get exports(): object {
    return (this.#exports ??= part<typeof import('./exports.ts')>('exports.ts').exportsOf(this, env, onlyFetch));
  }
}
Object.defineProperty(Context.prototype, Symbol.toStringTag, { value: 'ExecutionContext', configurable: true });

/**
 * Starts one call. Answers at once through the host where the handler's value is there, else when it comes.
 * @param left the call's loop budget
 * @param head `method\nurl\nname\nvalue…`
 * @param body a number where it is still coming in
 * @param point the entry point, where it is not the default one
 */
export function dispatch(call: number, left: number, head: string, body: string | ArrayBuffer | number | undefined, point?: string): void {
  fuel(left);
  calls.isMuted = false;
  const open: Open = [call, 0, false, false];
  try {
    const request = requestFromHost(
      head,
      typeof body === 'number' ? part<typeof import('./request-stream.ts')>('request-stream.ts').requestStream(call) : body,
      call,
    );
    const ctx = new Context(open);
    calls.begun?.(call, ctx);
    const value = point === undefined ? (entry as Entry)(request, env, ctx) : handlerPart().fetchOf(point)(request, env, ctx);
    if (isResponse(value)) reply(open, value);
    else if (typeof value === 'object' && value !== null && 'then' in value) settle(open, value);
    else replyWith(open, value);
  } catch (error) {
    fail(open, error);
  }
}

/**
 * Starts a call that is no request. Its reply is the JSON of its outcome, and comes when all that it waits for is over.
 * @param name the interface: `queue`, `scheduled:Name`, `rpc:Name.method`
 * @param event JSON
 */
export function dispatchEvent(call: number, left: number, name: string, event: string): void {
  fuel(left);
  calls.isMuted = false;
  const open: Open = [call, 0, false, false];
  const answer = (outcome: string) => {
    open[repliedAt] = true;
    host.replyText(call, fuel(), 0, '200\n', outcome);
  };
  try {
    part<typeof import('./events.ts')>('events.ts').runEvent(call, name, event, describe, answer, (error) => fail(open, error));
  } catch (error) {
    fail(open, error);
  }
}

async function settle(open: Open, promise: unknown): Promise<void> {
  try {
    replyWith(open, await promise);
  } catch (error) {
    fail(open, error);
  }
}

/** A value that is no Response becomes JSON; nothing at all becomes 204. */
function replyWith(open: Open, value: unknown): void {
  if (isResponse(value)) reply(open, value);
  else if (value === undefined) reply(open, new Response(null, { status: 204 }));
  else {
    const text = jsonStringify(value);
    if (text === undefined) throw new TypeError('The handler returned a ' + typeof value + ', which is neither a Response nor JSON');
    reply(open, jsonResponse(text));
  }
}

function reply(open: Open, response: Response): void {
  sendResponse(response, send, open);
}

function send(open: Open, head: string, body: BodySource | undefined): void {
  if (isStream(body)) {
    replyWithStream(open, head, body);
    return;
  }
  open[repliedAt] = true;
  if (body === undefined || typeof body === 'string') host.replyText(open[callAt], fuel(), open[waitingAt], head, body ?? '');
  else host.replyBytes(open[callAt], fuel(), open[waitingAt], head, body);
}

/** The head leaves at once; the body is one more thing that the call waits for. */
function replyWithStream(open: Open, head: string, body: ByteStream): void {
  const { ReplyStream } = part<typeof import('./reply-stream.ts')>('reply-stream.ts');
  const stream = new ReplyStream(open[callAt], body, describe, () => settleOne(open));
  open[waitingAt] += 1;
  open[repliedAt] = true;
  host.replyStream(open[callAt], fuel(), open[waitingAt], head);
  part<typeof import('./client.ts')>('client.ts').holdStream(open[callAt], stream);
  stream.start();
}

function fail(open: Open, error: unknown): void {
  if (open[repliedAt]) return;
  open[repliedAt] = true;
  const { message, stack } = describe(error);
  host.fail(open[callAt], fuel(), message, stack);
}

const messageLength = 2_000;

/** What the engine says of a global that is off. Libraries look whether it is there, so nothing can stand in its place to say it. */
const absent = /^'(?:SharedArrayBuffer|Atomics|WeakRef|FinalizationRegistry)' is not defined$/;

/** An error's text, however hostile the error: what its getters do is done under the guards, and what they throw is dropped. */
export function describe(error: unknown): { message: string; stack: string } {
  try {
    if (typeof error === 'object' && error !== null) {
      const { name, message, stack } = error as { name?: unknown; message?: unknown; stack?: unknown };
      // `+` and not a template: the engine joins a template by `String.prototype.concat`, which a plugin can replace.
      // Clipped first: a message of megabytes is not to be copied at the call's cost.
      const said = typeof message === 'string' ? clip(message) : '';
      const why = name === 'ReferenceError' && matches(absent, said) ? ': it is off in plugins, which do not need it' : '';
      const text = (typeof name === 'string' ? clip(name) : 'Error') + ': ' + said + why;
      return { message: clip(text), stack: typeof stack === 'string' ? clip(stack) : '' };
    }
    return { message: clip(typeof error === 'symbol' ? 'a symbol' : '' + (error as string)), stack: '' };
  } catch {
    return { message: 'an error that cannot be read', stack: '' };
  }
}

function clip(text: string): string {
  const short = stringSlice(text, 0, messageLength);
  const end = indexOf(short, '\0');
  return end < 0 ? short : stringSlice(short, 0, end);
}
