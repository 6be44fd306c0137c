/** Which cache lines of a sandbox's memory calls touch, by calls of typical plugins in a traced engine. */

import { defaultLimits } from '../../guards/limits.ts';
import { Sandbox } from '../../loader/sandbox/sandbox.ts';
import type { SandboxEvents } from '../../loader/sandbox/sandbox-events.ts';
import { provideEngine, readEngine } from '../../loader/sandbox/wasm-module.ts';
import { evaluatedPrelude, guardLine } from '../../test/support/sandboxes.ts';
import { traced, traceImport } from './traced-engine.ts';

export const lineBytes = 64;

const handlers = [
  'fetch: (r) => Response.json({ plugin: 1, hello: new URL(r.url).pathname })',
  'fetch(request) { return new Response("Hello " + request.method) }',
  'fetch() { return { plain: "object" } }',
  'async fetch(request) { return Response.json({ at: request.url, method: request.method }) }',
  'async fetch(request, env, ctx) { ctx.waitUntil(Promise.resolve()); return new Response("later") }',
  'async fetch(request) { return new Response(request.headers.get("user-agent"), { headers: { "x-a": "b" } }) }',
  `async fetch(request) {
     const url = new URL(request.url);
     if (request.method !== 'GET') return new Response('only GET', { status: 405 });
     return Response.json({ path: url.pathname, name: url.searchParams.get('name') ?? 'you' });
   }`,
];
const head = 'GET\nhttp://localhost:8080/x/y?name=z\nhost\nlocalhost:8080\nuser-agent\ntest\n';
/** After so many a plugin is what it is. */
const calls = 50;

const events: SandboxEvents = {
  reply: () => undefined,
  fail: (_call, _left, message) => {
    throw new Error(`a handler threw ${message}`);
  },
  settled: () => undefined,
  keep: () => 'there',
  log: () => undefined,
  due: () => undefined,
  op: () => false,
};

/** For each handler the lines that a call of it touches. Once in a process: the engine is not to be instantiated before. */
export async function traceHandlers(): Promise<ReadonlySet<number>[]> {
  let touched: Set<number> | undefined;
  const trace = (address: number, offset: number) => {
    touched?.add(Math.floor((address + offset) / lineBytes));
    return address;
  };
  const { Instance } = WebAssembly;
  Object.defineProperty(WebAssembly, 'Instance', {
    value: function instance(module: WebAssembly.Module, imports: { a?: object }) {
      return new Instance(module, (imports.a === undefined ? imports : { a: { ...imports.a, [traceImport.name]: trace } }) as never);
    },
  });
  provideEngine(traced(await readEngine()));
  const prelude = await evaluatedPrelude();
  const all: Set<number>[] = [];
  for (const handler of handlers) {
    using first = await Sandbox.create(
      prelude,
      { code: `${guardLine}export default { ${handler} }`, limits: defaultLimits },
      events,
      () => undefined,
    );
    using sandbox = await Sandbox.restore(prelude, await first.snapshot(prelude), defaultLimits, events);
    for (let id = 1; id <= calls; id += 1) {
      touched = id === calls ? new Set() : undefined;
      const { stopped } = sandbox.start({ id, wallAt: Number.POSITIVE_INFINITY, cpuLeftMs: 10_000, fuelLeft: 1e6 }, head, undefined);
      if (stopped !== undefined) throw new Error(`a handler was stopped: ${stopped.detail}`);
    }
    all.push(touched as Set<number>);
    touched = undefined;
  }
  return all;
}
