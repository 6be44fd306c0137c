/** Generated plugins that harm, and what calls them. */

import fc from 'fast-check';
import { hostileStatement, oddValue } from './hostile-statements.ts';

export interface HostileProgram {
  readonly file: 'index.js' | 'index.ts';
  readonly source: string;
  readonly isolation: 'shared' | 'request';
  readonly limits: Readonly<Record<string, number>>;
  readonly egress: readonly string[];
}

/** Where statements stand in another: each makes the engine enter them in another way. */
const around: readonly ((inner: string) => string)[] = [
  (inner) => inner,
  (inner) => `try { ${inner} } catch {}`,
  (inner) => `try { ${inner} } catch (e) { console.log(e); ${inner} }`,
  (inner) => `try { ${inner} } finally { for (;;) break; }`,
  (inner) => `for (let i = 0; i < 3; i++) ${inner}`,
  (inner) => `a: do { ${inner} continue a; } while (globalThis.again)`,
  (inner) => `(() => ${inner})();`,
  (inner) => `(async () => ${inner})().catch(() => {});`,
  (inner) => `(async () => { await null; ${inner} })();`,
  (inner) => `[...(function* () { ${inner} yield 1; })()];`,
  (inner) => `(async function* () { try { yield 1; } finally { ${inner} } })().next().then((x) => x);`,
  (inner) => `for (const x of (function* () { try { yield 1; } finally { ${inner} } })()) break;`,
  (inner) => `Promise.resolve().then(() => ${inner});`,
  (inner) => `new Promise(() => ${inner}).catch(() => {});`,
  (inner) => `queueMicrotask(() => ${inner});`,
  (inner) => `setTimeout(() => ${inner}, 2);`,
  (inner) => `globalThis.late?.waitUntil((async () => { await null; ${inner} })());`,
  (inner) => `({ get x() { ${inner} } }).x;`,
  (inner) => `new Proxy({}, { get() { ${inner} }, has() { ${inner} } }).x;`,
  (inner) => `(class { static { ${inner} } });`,
  (inner) => `new (class { f = (() => ${inner})(); });`,
  (inner) => `new (class extends Response { constructor() { super(); ${inner} } });`,
  (inner) => `[3, 1, 2].sort(() => ${inner});`,
  (inner) => `JSON.stringify({ toJSON() { ${inner} } });`,
  (inner) => `JSON.parse('[1]', () => ${inner});`,
  (inner) => `'a'.replace(/a/, () => ${inner});`,
  (inner) => `\`\${{ toString() { ${inner} } }}\`;`,
  (inner) => `+{ valueOf() { ${inner} } };`,
  (inner) => `structuredClone({ get a() { ${inner} } });`,
  (inner) => `new URL({ toString() { ${inner} return 'http://a/'; } });`,
  (inner) => `new Headers({ get a() { ${inner} } });`,
  (inner) => `new Uint8Array(8).subarray({ valueOf() { ${inner} } });`,
  (inner) => `new TextDecoder({ toString() { ${inner} } });`,
  (inner) => `crypto.subtle.digest({ get name() { ${inner} } }, new Uint8Array(1)).catch(() => {});`,
  (inner) => `new ReadableStream({ start() { ${inner} }, pull() { ${inner} } }).getReader().read();`,
  (inner) => `addEventListener('error', () => ${inner}, { once: true }); reportError(1);`,
  (inner) => `const c = new AbortController(); c.signal.onabort = () => ${inner}; c.abort();`,
  (inner) => `{ const p = Promise.resolve(); p.constructor = { get [Symbol.species]() { ${inner} } }; p.then(); }`,
];

const { statement } = fc.letrec<{ statement: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: hostileStatement, weight: 2 },
    { arbitrary: fc.tuple(fc.constantFrom(...around), tie('statement')).map(([wrap, inner]) => `{ ${wrap(inner)} }`), weight: 2 },
    { arbitrary: fc.tuple(tie('statement'), tie('statement')).map(([one, other]) => `{ ${one} ${other} }`), weight: 1 },
  ),
}));

/** An expression that a handler returns: `S` stands for statements. */
const replies = [
  `new Response('well')`,
  `{ well: true }`,
  `undefined`,
  `new Response('x', { status: 204 })`,
  `new Response(null, { status: 304, headers: { etag: 'x' } })`,
  `new Response('x', { status: 599, statusText: '\\xff \\t' })`,
  `new Response('x', { status: 101 })`,
  `Response.redirect('http://a/', 308)`,
  `Response.error()`,
  `new Response('x', { headers: { 'transfer-encoding': 'chunked', 'content-length': '999', connection: 'upgrade', 'nbox-release': '-1' } })`,
  `new Response('x', { headers: [['set-cookie', 'a=b'], ['set-cookie', '\\xff'], ['x', '\\t']] })`,
  `new Response('x', { headers: Object.fromEntries(Array.from({ length: 500 }, (_, i) => ['x-' + i, 'y'.repeat(500)])) })`,
  `new Response('x', { headers: { 'x-a': 'b\\r\\nset-cookie: s=1' } })`,
  `new Response('x'.repeat(1e5))`,
  `new Response(new Uint8Array(70000))`,
  `new Response(new Proxy(new Uint8Array(9), {}))`,
  `new Proxy(new Response('x'), {})`,
  `new Proxy({}, { ownKeys() { S }, get() { S }, getPrototypeOf() { S } })`,
  `Object.create(Response.prototype)`,
  `Object.setPrototypeOf(new Response('x'), null)`,
  `Object.defineProperty(new Response('x'), 'status', { get() { S } })`,
  `{ then(resolve) { S resolve({ then() { S } }) } }`,
  `{ get a() { S return 1 } }`,
  `{ toJSON() { S return { toJSON: 1 } } }`,
  `[1n]`,
  `Symbol('reply')`,
  `(() => { const a = {}; a.a = a; return a })()`,
  `(() => { let d = 1; for (let i = 0; i < 25; i++) d = [d, d]; return d })()`,
  `Object.assign([], { length: 4294967295 })`,
  `JSON.parse('{"__proto__":{"polluted":1},"constructor":null}')`,
  `new Promise(() => {})`,
  `new Promise((resolve) => setTimeout(() => resolve(new Response('late')), 20))`,
  `Promise.reject(V)`,
  `(() => { throw V })()`,
  `V`,
  `globalThis.got`,
  `(globalThis.used ??= new Response('once'))`,
  `new Response(request.body, request)`,
  `request`,
  `request.text().then((text) => new Response(text + request.url + [...request.headers]))`,
  `request.formData()`,
  `request.json()`,
  `fetch(request)`,
  `fetch('data:text/plain,x')`,
  `new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(9)); c.close() } }))`,
  `new Response(new ReadableStream({ pull(c) { S c.enqueue(new Uint8Array(9000)) } }))`,
  `new Response(new ReadableStream({ pull() { S } }))`,
  `new Response(new ReadableStream({ pull() { return new Promise(() => {}) }, cancel() { S } }))`,
  `new Response(new ReadableStream({ pull(c) { c.enqueue('no bytes') } }))`,
  `new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(5)); c.error(V) } }))`,
  `new Response(new ReadableStream({ start(c) { setTimeout(() => { S c.close() }, 3) } }))`,
  `new Response(new ReadableStream({ type: 'bytes', pull(c) { c.byobRequest?.respond(0) } }))`,
  `new Response(new Response('x').body.pipeThrough(new CompressionStream('gzip')).pipeThrough(new TransformStream({ transform() { S } })))`,
  `new Response(new FormData())`,
  `new Response(new Blob([new Uint8Array(9)], { type: 'a/\\u0100' }))`,
  `new Response('x', { headers: new Headers({ 'content-type': 'text/html' }), get status() { S return 200 } })`,
];

const reply = fc
  .tuple(fc.constantFrom(...replies), statement, oddValue)
  .map(([text, inner, value]) => text.replaceAll(/\bS\b/g, () => inner).replaceAll(/\bV\b/g, () => `(${value})`));

/** How a plugin may stand in its module: `H` is the handler's body. */
const shapes = [
  'export default { async fetch(request, env, ctx) { H } };',
  'export default async (request, env, ctx) => { H };',
  'export default (request, env, ctx) => (async () => { H })();',
  'const ctx = undefined; export default class { async fetch(request) { H } }',
  `import { WorkerEntrypoint } from 'cloudflare:workers'; const ctx = undefined; export default class extends WorkerEntrypoint { async fetch(request) { H } async ping(request) { H } }`,
  'const ctx = undefined; export default { get fetch() { return async (request) => { H } } };',
  'export default new Proxy({ async fetch(request, env, ctx) { H } }, { get(target, name) { return target[name]; } });',
  `const body = async (request, env, ctx) => { H }; export default { fetch: body, queue: body, scheduled: body, ping: body };
   export const named = { fetch: body, ping(request, env, ctx) { return body(request, env, ctx); } };`,
  `const handlers = Object.create(null); handlers.fetch = async (request, env, ctx) => { H }; export { handlers as default };`,
  `import { Hono } from 'hono'; const app = new Hono();
   app.all('*', async (c) => { const request = c.req.raw; const ctx = c.executionCtx; H }); export default app;`,
  `import { AsyncLocalStorage } from 'node:async_hooks'; const store = new AsyncLocalStorage();
   export default { fetch: (request, env, ctx) => store.run({ request }, async () => { await null; H }) };`,
];

const limits: fc.Arbitrary<Record<string, number>> = fc.record({
  cpuMs: fc.constantFrom(30, 20, 60),
  deadlineMs: fc.constantFrom(300, 100),
  loopBudget: fc.constantFrom(200_000, 20_000),
  memoryMb: fc.constantFrom(32, 24),
  startupMs: fc.constantFrom(200, 50),
  concurrency: fc.constantFrom(8, 1),
  queue: fc.constantFrom(16, 16, 0),
  hostCalls: fc.constantFrom(10, 0),
  requestBytes: fc.oneof({ weight: 8, arbitrary: fc.constant(100_000) }, { weight: 1, arbitrary: fc.constantFrom(10, 0) }),
  responseBytes: fc.constantFrom(65_536, 65_536, 5),
  streamBytes: fc.constantFrom(200_000, 200_000, 5),
  streamMs: fc.constantFrom(300, 10),
});

export const hostileProgram: fc.Arbitrary<HostileProgram> = fc
  .record({
    top: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(statement, { minLength: 1, maxLength: 2 }) }),
    steps: fc.array(fc.tuple(fc.constantFrom('', 'await (async () => S)();', 'ctx?.waitUntil((async () => S)());'), statement), {
      maxLength: 3,
    }),
    reply,
    shape: fc.constantFrom(...shapes),
    file: fc.constantFrom('index.js' as const, 'index.js' as const, 'index.js' as const, 'index.ts' as const),
    isolation: fc.constantFrom('shared' as const, 'request' as const),
    limits,
    egress: fc.constantFrom([], ['127.0.0.1', 'localhost', 'granted.invalid']),
  })
  .map(({ top, steps, reply, shape, ...rest }) => {
    const lines = steps.map(([wrap, inner]) => (wrap === '' ? inner : wrap.replace('S', () => inner)));
    const body = ['globalThis.late = ctx;', ...lines, `return ${reply};`].join('\n');
    return { ...rest, source: `${top.join('\n')}\n${shape.replaceAll(/\bH\b/g, () => body)}` };
  });

/** For the test that each of them is JavaScript. */
export const grammar: readonly string[] = [
  ...around.map((wrap) => wrap('{ ; }')),
  ...replies.map((text) => `async (request) => { return ${text.replaceAll(/\bS\b/g, ';').replaceAll(/\bV\b/g, 'null')}; }`),
];

interface RequestParts {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** To how many bytes the body is filled up. */
  readonly bytes?: number;
}

/** A call of a plugin: by a request, or by the admin API as an event. */
export type HostileCall =
  | { readonly kind: 'request'; readonly path: string; readonly init: RequestParts; readonly leaves: boolean }
  | { readonly kind: 'event'; readonly body: object };

const header = fc.tuple(
  fc.constantFrom('accept', 'cookie', 'content-type', 'range', 'if-none-match', 'x-forwarded-for', 'priority'),
  fc.oneof(
    fc.constantFrom('', 'text/html', 'multipart/form-data; boundary=x', 'application/json; charset=\xff', 'bytes=0-1'),
    fc.string({ maxLength: 30 }),
  ),
);

const request: fc.Arbitrary<HostileCall> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
    path: fc.webPath(),
    query: fc.oneof(fc.constant(''), fc.webQueryParameters()),
    headers: fc.array(header, { maxLength: 3 }),
    body: fc.oneof(fc.constantFrom('', '{}', '--x\r\n'), fc.string()),
    bytes: fc.constantFrom(0, 0, 0, 90_000),
    leaves: fc.constantFrom(false, false, false, true),
  })
  .map(({ method, path, query, headers, body, bytes, leaves }) => ({
    kind: 'request',
    path: `${path}${query === '' ? '' : `?${query}`}`,
    init: { method, headers: sendable(headers), ...(method === 'GET' || method === 'HEAD' ? {} : { body, bytes }) },
    leaves,
  }));

const event: fc.Arbitrary<HostileCall> = fc
  .oneof(
    fc.record({ interface: fc.constant('scheduled'), cron: fc.string() }),
    fc.record({
      interface: fc.constant('queue'),
      queue: fc.constant('q'),
      messages: fc.array(fc.record({ body: fc.jsonValue() }), { minLength: 1, maxLength: 5 }),
    }),
    fc.record({
      interface: fc.constant('rpc'),
      method: fc.constantFrom('ping', 'then', 'toString'),
      args: fc.array(fc.jsonValue(), { maxLength: 2 }),
    }),
  )
  .map((body) => ({ kind: 'event', body }));

/** Rounds of calls; those of one round are made at once. */
export const hostileCalls: fc.Arbitrary<HostileCall[][]> = fc.array(
  fc.array(fc.oneof({ weight: 4, arbitrary: request }, { weight: 1, arbitrary: event }), { minLength: 1, maxLength: 4 }),
  { minLength: 1, maxLength: 2 },
);

/** What a client can send at all. */
function sendable(headers: readonly [string, string][]): Record<string, string> {
  return Object.fromEntries(headers.map(([name, value]) => [name, value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim()]));
}
