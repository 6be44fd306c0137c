/**
 * Calls that are no requests: a batch of messages, a scheduled time, a method. Each ends with one outcome, when its handler
 * has returned and all that it gave to `ctx.waitUntil` has settled.
 */

import { env } from './env.ts';
import { callHandler, callMethod, entryPoint } from './handler.ts';
import type { Happening } from './happening.ts';
import { host } from './host.ts';
import { checked } from './json-value.ts';
import { part } from './lazy.ts';
import {
  defineProperty,
  indexOf,
  jsonParse,
  jsonStringify,
  NativePromise,
  promiseResolve,
  promiseThen,
  push,
  stringSlice,
} from './primordials.ts';

export interface Described {
  readonly message: string;
  readonly stack: string;
}

class EventContext {
  readonly #pending: Promise<unknown>[];

  constructor(pending: Promise<unknown>[]) {
    this.#pending = pending;
  }

  waitUntil(promise: unknown): void {
    push(this.#pending, promiseResolve(promise));
  }

  passThroughOnException(): void {}

  get props(): object {
    return {};
  }
}
defineProperty(EventContext.prototype, Symbol.toStringTag, { value: 'ExecutionContext', configurable: true });

/**
 * @param name the interface: `queue`, `scheduled:Name`, `rpc:Name.method`
 * @param json what the host says of the event
 * @param answer takes the JSON of the outcome, in which `error` says what was thrown
 * @param fail takes what the platform itself has to say: there is no such handler, the result is no JSON
 */
export function runEvent(
  name: string,
  json: string,
  describe: (error: unknown) => Described,
  answer: (outcome: string) => void,
  fail: (error: unknown) => void,
): void {
  const colon = indexOf(name, ':');
  const kind = colon < 0 ? name : stringSlice(name, 0, colon);
  const rest = colon < 0 ? 'default' : stringSlice(name, colon + 1);
  const data = jsonParse(json);
  const pending: Promise<unknown>[] = [];
  const ctx = new EventContext(pending);
  let happening: Happening;
  let returned: unknown;
  let thrown: { readonly error: unknown } | undefined;
  const dot = indexOf(rest, '.');
  const point = entryPoint(dot < 0 ? rest : stringSlice(rest, 0, dot));
  if (kind === 'rpc') happening = methodCall;
  else if (kind === 'queue') happening = part<typeof import('./queue.ts')>('queue.ts').batchOf(data);
  else if (kind === 'scheduled') happening = part<typeof import('./scheduled.ts')>('scheduled.ts').controllerOf(data);
  else throw new TypeError('There is no event ' + kind);
  try {
    returned =
      kind === 'rpc'
        ? callMethod(point, stringSlice(rest, dot + 1), data.args, env, ctx)
        : callHandler(point, kind, happening.event, env, ctx);
  } catch (error) {
    thrown = { error };
  }

  const end = (value: unknown): void => {
    try {
      const result = kind === 'rpc' && thrown === undefined && value !== undefined ? { result: checked(value) } : {};
      const said = thrown === undefined ? {} : { error: describe(thrown.error) };
      answer(jsonStringify({ ...happening.outcome(thrown !== undefined), ...result, ...said }) as string);
    } catch (error) {
      fail(error);
    }
  };
  const broken = (error: unknown): void => {
    thrown ??= { error };
  };
  /** What it waits for may itself be given more to wait for. */
  const settle = (at: number, value: unknown): void => {
    if (at === pending.length) end(value);
    else {
      const next = () => settle(at + 1, value);
      promiseThen(pending[at] as Promise<unknown>, next, (error) => {
        logBroken(describe(error).message);
        broken(error);
        next();
      });
    }
  };
  promiseThen(
    new NativePromise((resolve) => resolve(returned)),
    (value) => settle(0, value),
    (error) => {
      broken(error);
      settle(0, undefined);
    },
  );
}

function logBroken(message: string): void {
  host.log(3, 'waitUntil: ' + message);
}

const methodCall: Happening = { event: {}, outcome: () => ({}) };
