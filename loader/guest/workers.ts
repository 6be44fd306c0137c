/** What a plugin can import from `nbox` (or `cloudflare:workers`) beside types. The bundle takes it from a global that removes itself. */

import { calls, type Waiting } from './calls.ts';
import { env } from './env.ts';
import { host } from './host.ts';
import { defineProperty, mapGet, mapSet, mapSize, NativeMap } from './primordials.ts';

/** What an entry point's class extends. One is made for each call. */
export class WorkerEntrypoint {
  readonly ctx: unknown;
  readonly env: unknown;

  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}

/** Nobody says which calls are over: the latest so many are kept, twice that at most. */
const kept = 1_000;
let latest = new NativeMap<number, Waiting>();
let before = latest;
calls.begun = (call, ctx) => {
  if (mapSize(latest) >= kept) {
    before = latest;
    latest = new NativeMap();
  }
  mapSet(latest, call, ctx);
};

/** `ctx.waitUntil` of the call that runs. @throws Error at the top level */
function waitUntil(promise: unknown): void {
  const call = host.runningCall();
  const ctx = mapGet(latest, call) ?? mapGet(before, call);
  if (ctx === undefined) throw new Error('waitUntil needs a call that runs');
  ctx.waitUntil(promise);
}

defineProperty(globalThis, '__nboxWorkers', {
  configurable: true,
  value: () => {
    delete (globalThis as Record<string, unknown>)['__nboxWorkers'];
    return { WorkerEntrypoint, env, waitUntil };
  },
});
