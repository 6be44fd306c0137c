import assert from 'node:assert/strict';
import { join } from 'node:path';
import { isNboxError } from '../../../guards/errors.ts';
import { loadLibraries } from '../../../loader/builder/libraries.ts';
import { Typechecker } from '../../../loader/builder/typecheck.ts';

const libraries = loadLibraries(join(import.meta.dirname, '../../../libraries'));

describe('typechecker.check(files, entry)', () => {
  let checker: Typechecker;
  before(async () => {
    checker = await Typechecker.create({ libraries });
  });
  after(() => checker.close());

  const check = (files: Record<string, string> | string, entry?: string) => {
    const map = new Map(Object.entries(typeof files === 'string' ? { 'index.ts': files } : files));
    return checker.check(map, entry ?? [...map.keys()][0] ?? '');
  };
  const brief = async (files: Record<string, string> | string, entry?: string) =>
    (await check(files, entry)).map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);

  const good: Record<string, string | Record<string, string>> = {
    'a shorthand': 'export default (request: Request) => ({ hello: new URL(request.url).pathname });',
    'a shorthand without types': 'export default async (request) => ({ body: await request.json() });',
    'an anonymous function without types': 'export default async function (request) { return request.url; }',
    'state that is carried over':
      'let count: number = import.meta.hot?.data.count ?? 0;\nimport.meta.hot?.dispose((data) => { data.count = count; });\nif (import.meta.hot) import.meta.hot.accept();\nexport default () => ++count;',
    'a handler without types':
      'export default { async fetch(request, env, ctx) { ctx.waitUntil(Promise.resolve()); return Response.json({ url: request.url, env }); } };',
    'a handler with members of its own': 'export default { fetch: () => new Response("x"), helper: 1, other() { return this.helper; } };',
    'satisfies Handler':
      "import type { Handler } from 'nbox';\nexport default { async fetch(request, env, ctx) { return Response.json({ path: new URL(request.url).pathname }); } } satisfies Handler;",
    'an env of its own':
      "import type { Handler } from 'nbox';\ninterface Env { KEY: string }\nexport default { fetch: (request, env) => new Response(env.KEY + request.url) } satisfies Handler<Env>;",
    'satisfies ExportedHandler':
      'interface Env { readonly KEY: string }\nexport default {\n  async fetch(request, env, ctx): Promise<Response> { ctx.waitUntil(Promise.resolve()); return new Response(env.KEY + request.url + request.cf?.country); },\n  async queue(batch, env) { for (const message of batch.messages) { if (message.attempts > 3) message.ack(); else message.retry({ delaySeconds: 2 }); } },\n  async scheduled(controller, env, ctx) { console.log(controller.cron, new Date(controller.scheduledTime), env.KEY); },\n} satisfies ExportedHandler<Env>;',
    'an ExportedHandler with types written out':
      'export interface Env { readonly KEY: string }\ntype Order = { id: number };\nconst handler: ExportedHandler<Env, Order> = {\n  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> { return new Response(env.KEY); },\n  async queue(batch: MessageBatch<Order>, env: Env): Promise<void> { batch.messages[0]?.body.id.toFixed(); batch.retryAll(); },\n  async scheduled(event: ScheduledEvent, env: Env, ctx: ExecutionContext): Promise<void> { event.noRetry(); },\n};\nexport default handler;',
    'bindings declared for the whole project': {
      'index.ts':
        "import { env, waitUntil } from 'cloudflare:workers';\nexport default { async fetch(request, given) { waitUntil(Promise.resolve()); return new Response(env.KEY + given.KEY); } } satisfies ExportedHandler<Env>;",
      'worker-configuration.d.ts':
        'declare namespace Cloudflare { interface Env { KEY: string } }\ninterface Env extends Cloudflare.Env {}\n',
    },
    'a handler of queue and scheduled without types':
      'export default { queue(batch) { batch.messages[0]?.ack(); }, async scheduled(controller, env, ctx) { ctx.waitUntil(Promise.resolve(controller.cron)); } };',
    'a class':
      "import { WorkerEntrypoint } from 'nbox';\nexport default class extends WorkerEntrypoint { async fetch(request: Request) { this.ctx.waitUntil(Promise.resolve(this.env['KEY'])); return new Response(request.url); } }",
    'a class with a name, and others':
      "import { WorkerEntrypoint, env } from 'cloudflare:workers';\ninterface Env { readonly KEY: string }\nexport default class App extends WorkerEntrypoint<Env> { override async fetch(request: Request): Promise<Response> { return new Response(this.env.KEY + String(env)); } async scheduled(controller: ScheduledController) { controller.noRetry(); } }\nexport class Prices extends WorkerEntrypoint<Env> { total(list: number[]) { return list.length + this.env.KEY.length; } }",
    'a class that extends nothing': 'export default class { fetch(request: Request) { return new Response(request.url); } }',
    'a class instance': 'class App { fetch(request: Request) { return new Response(request.url); } }\nexport default new App();',
    'a default from elsewhere': {
      'index.ts': "export { handler as default } from './a.ts';",
      'a.ts': 'export const handler = (request: Request) => request.url;',
    },
    Hono: "import { Hono } from 'hono';\nconst app = new Hono<{ Bindings: { A: string } }>();\napp.get('/:id', (c) => c.json({ id: c.req.param('id'), a: c.env.A }));\nexport default app;",
    'parts of Hono':
      "import { Hono } from 'hono';\nimport { cors } from 'hono/cors';\nconst app = new Hono().use(cors());\nexport default app;",
    zod: "import { z } from 'zod';\nconst schema = z.object({ a: z.string() });\nexport default async (request: Request) => schema.parse(await request.json()).a.length;",
    JSX: { 'index.tsx': 'export default () => String(<div class="a">x</div>);' },
    streams: `export default async (request: Request) => {
      const lines = request.body?.pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream()).pipeThrough(
        new TransformStream<string, string>({ transform(chunk, controller) { controller.enqueue(chunk.toUpperCase()); } }),
      );
      for await (const line of lines ?? []) line.trim();
      const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>({}, new ByteLengthQueuingStrategy({ highWaterMark: 10 }));
      const writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> = writable.getWriter();
      writer.write(new Uint8Array(1)).then(() => writer.close());
      const bytes = new ReadableStream({ type: 'bytes', pull(controller) { controller.byobRequest?.respond(1); } }).getReader({ mode: 'byob' });
      const { value } = await bytes.read(new Uint8Array(4), { min: 2 });
      await ReadableStream.from([1, 2]).pipeTo(new WritableStream<number>({ write(chunk) { chunk.toFixed(); } }), { signal: request.signal });
      return new Response(readable.pipeThrough(new CompressionStream('deflate-raw')), { headers: { 'x-length': String(value?.length) } });
    };`,
    'JSON and text': {
      'index.ts': "import data from './data.json';\nimport text from './page.html';\nexport default () => data.a.toFixed() + text.length;",
      'data.json': '{"a":1}',
      'page.html': '<p>',
    },
    'const enum, decorators, namespaces':
      'const enum E { A = 1 }\nnamespace N { export const b = 2; }\nfunction d<T>(value: T, _: unknown): T { return value; }\nclass C { @d m() { return E.A + N.b; } }\nexport default { fetch() { return new Response(String(new C().m())); } };',
    'a look for what is off': 'export default () => [typeof WeakRef, typeof SharedArrayBuffer === "undefined", "Atomics" in globalThis];',
    'the types of what is off':
      'const bytes: Uint8Array<ArrayBufferLike> = new Uint8Array(1);\nexport default (_: Request, env: { ref?: WeakRef<object> }) => bytes.length + Object.keys(env).length;',
    'JavaScript, unchecked': { 'index.js': 'export default { fetch(request) { return request.nope; } };' },
    'imports of .js that are .ts': {
      'index.ts': "import { a } from './lib/a.js';\nimport b from './lib';\nexport default () => a + b;",
      'lib/a.ts': 'export const a = 1;',
      'lib/index.ts': 'export default 2;',
    },
  };
  for (const [what, files] of Object.entries(good)) {
    it(`accepts ${what}`, async () => assert.deepEqual(await check(files), []));
  }

  const bad: Record<string, [files: string | Record<string, string>, ...expected: string[]]> = {
    'a wrong type': ["const x: number = 'a';\nexport default () => x;", 'index.ts:1:7 TS2322'],
    'a wrong member of an untyped request': ['export default (request) => request.nope;', 'index.ts:1:37 TS2339'],
    'a wrong member on the next line': ['export default {\n  fetch(request) {\n    return request.nope;\n  },\n};', 'index.ts:3:20 TS2339'],
    'places after other scripts': [
      'const s = "日本😀";/* é */ export default { fetch(request) { request.nope; } };',
      'index.ts:1:68 TS2339',
    ],
    'windows line ends': ['const a = 1;\r\n\r\nconst b: string = a;\r\nexport default () => b;', 'index.ts:3:7 TS2322'],
    'a wrong member of a message': ['export default { queue(batch) { batch.messages[0]?.drop(); } };', 'index.ts:1:52 TS2339'],
    'a handler that nothing calls': [
      'export default { fetch: () => new Response(""), email() {} } satisfies ExportedHandler;',
      'index.ts:1:49 TS2353',
    ],
    'a default export that is no handler': ['const a = 1;\n  export default 42;', 'index.ts:2:3 TS2322'],
    'a default export from elsewhere that is none': ['const a = 1;\nexport { a as default };', 'index.ts:1:1 TS2322'],
    'no default export': ['export const a = 1;', 'index.ts:1:1 TS1192'],
    'a function that asks for more': [
      'const a = 1;\nexport default function f(a: Request, b: number, c: string, d: string) { return [a, b, c, d]; }',
      'index.ts:2:1 TS2322',
    ],
    'an error in another file': [
      { 'index.ts': "import { a } from './lib/a.ts';\nexport default () => a;", 'lib/a.ts': '\nexport const a: string = 1;' },
      'lib/a.ts:2:14 TS2322',
    ],
    'a wrong use of a library': [
      "import { Hono } from 'hono';\nconst app = new Hono();\napp.get('/', (c) => c.nope);\nexport default app;",
      'index.ts:3:23 TS2339',
    ],
    "the browser's and Node's globals": [
      "export default () => document.title + require('a');",
      'index.ts:1:22 TS2584',
      'index.ts:1:39 TS2591',
    ],
    'text that does not parse': ['export default {\n  fetch( { }', 'index.ts:2:13 TS1005'],
    'a missing file': ["import { a } from './a.ts';\nexport default () => a;", 'index.ts:1:19 TS2307'],
    'a library that is not there': ["import a from 'left-pad';\nexport default () => a;", 'index.ts:1:15 TS2307'],
    "a module of Node's": ["import fs from 'node:fs';\nexport default () => fs;", 'index.ts:1:16 TS2591'],
    'a file of the disk': [
      "import a from '/etc/passwd';\nimport b from '../../package.json';\nimport c from '../../../loader/source.ts';\nexport default () => [a, b, c];",
      'index.ts:1:15 TS2307',
      'index.ts:2:15 TS2307',
      'index.ts:3:15 TS2307',
    ],
    'a package that only the host has': [
      "import acorn from 'acorn';\nimport koa from '../../node_modules/koa/package.json';\nexport default () => [acorn, koa];",
      'index.ts:1:19 TS2307',
      'index.ts:2:17 TS2307',
    ],
    'references to the disk': [
      '/// <reference path="/etc/passwd" />\n/// <reference types="node" />\nexport default () => 1;',
      'index.ts:1:22 TS6231',
      'index.ts:2:23 TS2688',
    ],
  };
  for (const [what, [files, ...expected]] of Object.entries(bad)) {
    it(`reports ${what}`, async () => assert.deepEqual(await brief(files), expected));
  }

  it('shows no path of the host', async () => {
    const found = await check(
      "import { Hono } from 'hono';\nimport x from '/etc/passwd';\nconst a: number = new Hono().fetch;\nconst b: string = import('./nope.ts');\nexport default { a, b, x };",
    );
    assert.ok(found.length >= 3);
    assert.equal(
      found
        .map(({ message }) => message)
        .join('\n')
        .includes(join(import.meta.dirname, '../../..')),
      false,
    );
  });

  it('reads the types of packed libraries, and takes one without types as it comes', async () => {
    const files = {
      'index.ts':
        "import { a } from 'a';\nimport b from 'b';\nimport c from 'c/deep';\nimport d from 'd';\nexport default () => { const n: string = a; const m: string = c; return [n, b.anything.goes, m, d]; };",
      'node_modules/a/package.json': '{"name":"a","exports":{".":{"types":"./types.d.ts","default":"./index.js"}}}',
      'node_modules/a/types.d.ts':
        "import { inner } from './inner.js';\nimport 'not-there';\nexport declare const a: typeof inner;\ndeclare const wrong: Missing;",
      'node_modules/a/inner.d.ts': 'export declare const inner: number;',
      'node_modules/a/index.js': 'export const a = 1;',
      'node_modules/b/package.json': '{"name":"b","main":"index.js"}',
      'node_modules/b/index.js': 'module.exports = {};',
      'node_modules/c/package.json': '{"name":"c"}',
      'node_modules/c/deep.js': 'module.exports = 1;',
      'node_modules/@types/c/package.json': '{"name":"@types/c"}',
      'node_modules/@types/c/deep.d.ts': 'declare const deep: number;\nexport default deep;',
    };
    assert.deepEqual(await brief(files), ['index.ts:4:15 TS2307', 'index.ts:5:30 TS2322', 'index.ts:5:51 TS2322']);
  });

  it('says what libraries there are', async () => {
    const [found] = await check("import a from 'left-pad';\nexport default () => a;");
    assert.equal(found?.message, `Cannot find module 'left-pad'. This host has ${[...libraries.names].join(', ')}.`);
  });

  it('says what is off in plugins, at each use and at no look', async () => {
    const found = await check(
      'export default () => [new WeakRef({}), new FinalizationRegistry(() => {}), Atomics.load, new SharedArrayBuffer(1), typeof WeakRef];',
    );
    assert.deepEqual(
      found.map(({ column, message }) => [column, message]),
      [
        [27, "'WeakRef' is off in plugins, which do not need it."],
        [44, "'FinalizationRegistry' is off in plugins, which do not need it."],
        [76, "'Atomics' is off in plugins, which do not need it."],
        [94, "'SharedArrayBuffer' is off in plugins, which do not need it."],
      ],
    );
  });

  it('flattens chains of reasons', async () => {
    const [found] = await check('const a: { b: { c: string } } = { b: { c: 1 } as { c: number } };\nexport default () => a;');
    assert.match(found?.message ?? '', /\n {2,}.*'number' is not assignable to type 'string'/s);
  });

  describe('with a tsconfig.json', () => {
    const strange = 'export default (request: Request) => { const unused = 1; const list = [request.url]; return list[0].length; };';
    it('is stricter where it asks', async () => {
      assert.deepEqual(await check(strange), []);
      const tsconfig =
        '{\n  // comments and trailing commas\n  "compilerOptions": { "noUnusedLocals": true, /* "x" */ "noUncheckedIndexedAccess": true, },\n}';
      assert.deepEqual(await brief({ 'index.ts': strange, 'tsconfig.json': tsconfig }), ['index.ts:1:46 TS6133', 'index.ts:1:93 TS2532']);
    });

    it('is looser where it asks', async () => {
      const loose = 'function f(a) { return a; }\nexport default () => f(1);';
      assert.deepEqual(await brief(loose), ['index.ts:1:12 TS7006']);
      assert.deepEqual(await check({ 'index.ts': loose, 'tsconfig.json': '{"compilerOptions":{"strict":false}}' }), []);
    });

    it('warns of what a plugin cannot set', async () => {
      const found = await check({
        'index.ts': 'export default () => 1;',
        'tsconfig.json': '{"extends":"/etc/passwd","compilerOptions":{"paths":{"*":["/etc/*"]},"typeRoots":["/"],"__proto__":1}}',
      });
      assert.deepEqual(
        found.map(({ severity, code, message }) => [severity, code, message.split(' ')[0]]),
        [
          ['warning', 'nbox/tsconfig', 'paths'],
          ['warning', 'nbox/tsconfig', 'typeRoots'],
          ['warning', 'nbox/tsconfig', '__proto__'],
          ['warning', 'nbox/tsconfig', 'extends'],
        ],
      );
    });

    it('is an error where it is malformed', async () => {
      for (const [text, place] of [
        ['{\n "compilerOptions": nope }', 'tsconfig.json:2:22'],
        ['[]', 'tsconfig.json:1:1'],
        ['{"compilerOptions":{"strict":"yes"}}', 'tsconfig.json:1:1'],
      ]) {
        assert.deepEqual(await brief({ 'index.ts': 'export default () => 1;', 'tsconfig.json': text as string }), [
          `${place} nbox/tsconfig`,
        ]);
      }
    });
  });

  it('takes checks at the same time', async () => {
    const found = await Promise.all(
      Array.from({ length: 8 }, (_, i) => brief(`${'\n'.repeat(i)}const x: number = '';\nexport default () => x;`)),
    );
    assert.deepEqual(
      found,
      Array.from({ length: 8 }, (_, i) => [`index.ts:${i + 1}:7 TS2322`]),
    );
  });

  it('keeps no check from another', async () => {
    await check({ 'index.ts': 'export default () => 1; declare global { interface Request { mine: 1 } }' });
    assert.deepEqual(await brief('export default (request) => request.mine;'), ['index.ts:1:37 TS2339']);
  });

  it('is replaced when its process is killed', async () => {
    const pid = await checker.pid();
    assert.ok(pid);
    const checked = check('export default () => 1;');
    process.kill(pid, 'SIGKILL');
    await assert.rejects(checked, (error) => isNboxError(error, 'builder_failed'));
    assert.deepEqual(await check('export default () => 1;'), []);
    assert.notEqual(await checker.pid(), pid);
  });
});

describe('Typechecker.create({ deadlineMs })', () => {
  it('gives up on a check that takes longer, and goes on with a fresh process', async () => {
    await using checker = await Typechecker.create({ libraries, deadlineMs: 1 });
    const pid = await checker.pid();
    await assert.rejects(checker.check(new Map([['index.ts', 'export default () => 1;']]), 'index.ts'), (error) =>
      isNboxError(error, 'builder_failed'),
    );
    assert.equal(await checker.pid(), undefined);
    assert.throws(() => process.kill(pid as number, 0), { code: 'ESRCH' });
  });
});
