/** `ctx.exports`: the plugin's own entry points, called as others would call them, with copies of what is given and returned. */

import { callHandler, callMethod, type EntryPoint, entryPoints } from './handler.ts';
import { part } from './lazy.ts';
import { create, freeze, mapForEach, mapGet } from './primordials.ts';
import { Request } from './request.ts';

type Fetch = (request: unknown, env: unknown, ctx: unknown) => unknown;

const copy = (value: unknown): unknown => part<typeof import('./structured-clone.ts')>('structured-clone.ts').structuredClone(value);

/**
 * @param ctx of the call that they are called by: what they wait for, it waits for
 * @param own the default one's `fetch`, where the plugin has nothing else
 */
export function exportsOf(ctx: unknown, env: unknown, own?: Fetch): object {
  const all = create(null) as Record<string, object>;
  if (own !== undefined) all['default'] = freeze({ fetch: fetching((request) => own(request, env, ctx)) });
  mapForEach(entryPoints, (point, name) => {
    all[name] = stubOf(point, env, ctx);
  });
  return freeze(all);
}

function stubOf(point: EntryPoint, env: unknown, ctx: unknown): object {
  const stub = create(null) as Record<string, unknown>;
  if (mapGet(point.handlers, 'fetch') !== undefined) {
    stub['fetch'] = fetching((request) => callHandler(point, 'fetch', request, env, ctx));
  }
  mapForEach(point.methods, (_, name) => {
    stub[name] = async (...args: unknown[]) => copy(await callMethod(point, name, copy(args) as unknown[], env, ctx));
  });
  return freeze(stub);
}

const fetching = (answer: (request: Request) => unknown) => async (input: string, init?: object) => answer(new Request(input, init));
