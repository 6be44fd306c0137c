/** Tests of plugins, over the API: what fails is not published, and no test reaches another, a neighbor or the host. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Problem, type Pushed, RunningHost } from '../support/running-host.ts';

interface Tested {
  readonly tests: { readonly result: string; readonly passed?: number; readonly skipped?: number; readonly only?: boolean } | null;
}

interface Failed extends Problem {
  readonly tests: {
    readonly failed: number;
    readonly passed: number;
    readonly skipped: number;
    readonly notRun: number;
    readonly failures: { file: string; line: number; column: number; test: string; message: string; diff?: string }[];
  };
}

const index = (answer: string) => `export default { async fetch(request, env, ctx) { return new Response('${answer}'); } };`;
const passing = `import plugin from './index.ts';
import { call } from 'nbox:test';
describe('the plugin', () => {
  it('answers', async () => {
    expect((await call(plugin, '/')).status).toBe(200);
  });
});`;

describe('tests of plugins', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  const run = (files: Record<string, string>, query = '') => host.admin('POST', `/v1/plugins/demo/tests/run/tests${query}`, { files });
  /** Runs that must pass. */
  async function passes(test: string, more: Record<string, string> = {}): Promise<Tested['tests']> {
    const answer = await run({ 'index.ts': index('x'), 'a.test.ts': test, ...more });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return (JSON.parse(text) as Tested).tests;
  }
  /** Runs that must fail. */
  async function fails(test: string, more: Record<string, string> = {}): Promise<Failed> {
    const answer = await run({ 'index.ts': index('x'), 'a.test.ts': test, ...more });
    const problem = (await answer.json()) as Failed;
    assert.equal(answer.status, 422, JSON.stringify(problem));
    assert.equal(problem.code, 'tests_failed', JSON.stringify(problem));
    return problem;
  }

  it('let a push go live where they pass, and are told in its answer and with the release', async () => {
    const pushed = (await host.push('demo/tests/live', { files: { 'index.ts': index('one'), 'a.test.ts': passing } })) as Pushed & {
      gates: { tests: Tested['tests'] };
    };
    assert.equal(pushed.gates.tests?.result, 'passed');
    assert.equal(pushed.gates.tests?.passed, 1);
    assert.equal(await host.text('demo/tests/live'), 'one');
    const stored = (await (await host.admin('GET', '/v1/plugins/demo/tests/live/releases/1')).json()) as typeof pushed;
    assert.deepEqual(stored.gates.tests, pushed.gates.tests);
  });

  it('keep a push from going live where one fails; what was live goes on', async () => {
    await host.push('demo/tests/kept', { files: { 'index.ts': index('one'), 'a.test.ts': passing } });
    const failing = `import plugin from './index.ts';
import { call } from 'nbox:test';
it('says two', async () => {
  const answer = await call(plugin, '/');
  expect(await answer.text()).toBe('two');
});`;
    const answer = await host.put('demo/tests/kept', { files: { 'index.ts': index('three'), 'a.test.ts': failing } });
    const problem = (await answer.json()) as Failed;
    assert.equal(answer.status, 422);
    assert.equal(problem.code, 'tests_failed');
    assert.deepEqual(problem.position, { file: 'a.test.ts', line: 5, column: 31 });
    const [diagnostic] = problem.diagnostics ?? [];
    assert.equal(diagnostic?.code, 'nbox/test');
    assert.equal(diagnostic?.message, "says two: expected 'three' to be 'two'");
    assert.equal(await host.text('demo/tests/kept'), 'one');
    const { releases } = (await (await host.admin('GET', '/v1/plugins/demo/tests/kept/releases')).json()) as { releases: unknown[] };
    assert.equal(releases.length, 1);
  });

  it('of one plugin keep a push of several back, with its place', async () => {
    const plugins = [
      { plugin: 'demo/tests/bulk-a', source: index('a') },
      { plugin: 'demo/tests/bulk-b', files: { 'index.ts': index('b'), 'b.test.ts': "it('fails', () => { expect(1).toBe(2); });" } },
    ];
    const problem = (await (await host.admin('POST', '/v1/plugins', { plugins })).json()) as Failed;
    assert.equal(problem.code, 'tests_failed');
    assert.equal(problem.pointer, '/plugins/1');
    assert.equal((await host.call('demo/tests/bulk-a')).status, 404);
  });

  it('are skipped by whoever says why, and the release keeps that', async () => {
    const files = { 'index.ts': index('fixed'), 'a.test.ts': "it('fails', () => { expect(1).toBe(2); });" };
    const silent = (await (await host.put('demo/tests/urgent', { files }, '?tests=skip')).json()) as Problem;
    assert.equal(silent.code, 'invalid_body');
    assert.equal(silent.pointer, '/message');
    const answer = await host.admin('PUT', '/v1/plugins/demo/tests/urgent?tests=skip', { files, message: 'the shop is down' });
    assert.equal(answer.status, 201);
    const { gates } = (await answer.json()) as { gates: object };
    assert.deepEqual(gates, { tests: { result: 'skipped', reason: 'the shop is down' } });
    const again = await host.admin('PUT', '/v1/plugins/demo/tests/urgent?tests=skip', { files, message: 'once more' });
    assert.equal(again.status, 200);
    const plain = (await (await host.put('demo/tests/urgent', { files })).json()) as Problem;
    assert.equal(plain.code, 'tests_failed', 'what went live past its tests is not let through by a push that runs them');
    assert.equal(await host.text('demo/tests/urgent'), 'fixed');
    const wrong = (await (await host.put('demo/tests/urgent', { files }, '?tests=warn')).json()) as Problem;
    assert.equal(wrong.code, 'invalid_query');
  });

  it('are skipped by nobody where the operator forbids it, and hold for a directory of plugins, too', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nbox-plugins-'));
    for (const [name, wanted] of [
      ['right', 1],
      ['wrong', 2],
    ] as const) {
      const folder = join(directory, 'dir/tests', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'index.ts'), index(name));
      writeFileSync(join(folder, 'index.test.ts'), `it('counts', () => {\n  expect(1).toBe(${wanted});\n});`);
    }
    const strict = await RunningHost.start(['--test-skips', 'false', '--executors', '1', '--plugins', directory]);
    try {
      await strict.host.watching;
      assert.equal(await strict.text('dir/tests/right'), 'right');
      assert.equal((await strict.call('dir/tests/wrong')).status, 404);
      assert.ok(strict.lines.some(({ msg }) => /index\.test\.ts:2:13 - error nbox\/test: counts: expected 1 to be 2/.test(String(msg))));
      const files = { 'index.ts': index('x'), 'a.test.ts': passing };
      const push = (body: object) => strict.admin('PUT', '/v1/plugins/demo/tests/strict?tests=skip', body);
      const refused = (await (await push({ files, message: 'in a hurry' })).json()) as Problem;
      assert.equal(refused.code, 'tests_required');
      assert.equal((await push({ source: index('x') })).status, 201, 'there is nothing to skip');
    } finally {
      await strict.close();
      await rm(directory, { recursive: true });
    }
  });

  it('run without a push, and nothing is kept', async () => {
    assert.equal((await passes(passing))?.passed, 1);
    const none = (await (await run({ 'index.ts': index('x') })).json()) as Tested;
    assert.equal(none.tests, null);
    assert.equal((await host.admin('GET', '/v1/plugins/demo/tests/run')).status, 404);
    assert.equal((await host.call('demo/tests/run')).status, 404);
  });

  it('are checked by types as the rest is', async () => {
    const answer = await run({
      'index.ts': index('x'),
      'a.test.ts': "it('is wrong', () => { const n: number = 'x'; expect(n).toBee(1); });",
    });
    const problem = (await answer.json()) as Problem;
    assert.equal(problem.code, 'type_errors');
    assert.deepEqual(
      problem.diagnostics?.map(({ file, code }) => [file, code]),
      [
        ['a.test.ts', 'TS2322'],
        ['a.test.ts', 'TS2551'],
      ],
    );
  });

  it('are no part of what is published', async () => {
    const importing = await run({ 'index.ts': "import './a.test.ts';\nexport default () => 1;", 'a.test.ts': passing });
    assert.match(((await importing.json()) as Problem).detail, /index\.ts imports a\.test\.ts: tests are no part of what is published/);
    const helped = await run({ 'index.ts': "import { call } from 'nbox:test';\nexport default () => typeof call;" });
    assert.equal(((await helped.json()) as Problem).code, 'type_errors');
    const unchecked = await run({ 'index.js': "import { call } from 'nbox:test';\nexport default () => typeof call;" });
    assert.match(((await unchecked.json()) as Problem).detail, /"nbox:test", which is there for tests alone/);
    await host.push('demo/tests/globals', {
      files: { 'index.ts': 'export default () => [typeof describe, typeof it, typeof expect];', 'a.test.ts': passing },
    });
    assert.deepEqual(JSON.parse(await host.text('demo/tests/globals')), ['undefined', 'undefined', 'undefined']);
  });

  it('call plugins of every form', async () => {
    const forms = {
      'function.ts': 'export default (request: Request) => ({ path: new URL(request.url).pathname });',
      'object.ts': "export default { own: 'own', async fetch(request: Request) { return new Response(this.own + request.method); } };",
      'class.ts': `import { WorkerEntrypoint } from 'nbox';
export default class extends WorkerEntrypoint<{ NAME: string }> {
  async fetch(request: Request) { return new Response(this.env.NAME); }
}`,
      'hono.ts':
        "import { Hono } from 'hono';\nconst app = new Hono();\napp.get('/hi/:name', (c) => c.text('hi ' + c.req.param('name')));\nexport default app;",
      'late.ts': `export const seen: string[] = [];
export default (request: Request, env: unknown, ctx: ExecutionContext) => {
  ctx.waitUntil(new Promise<void>((resolve) => setTimeout(() => { seen.push('late'); resolve(); }, 5)));
};`,
    };
    const test = `import { call, createExecutionContext, waitOnExecutionContext } from 'nbox:test';
import shorthand from './function.ts';
import object from './object.ts';
import Class from './class.ts';
import app from './hono.ts';
import late, { seen } from './late.ts';
it('a function', async () => expect(await (await call(shorthand, '/a?b')).json()).toEqual({ path: '/a' }));
it('an object', async () => expect(await (await call(object, new Request('http://x/', { method: 'POST' }))).text()).toBe('ownPOST'));
it('a class', async () => expect(await (await call(Class, '/', { NAME: 'Ada' })).text()).toBe('Ada'));
it('an app', async () => {
  expect(await (await call(app, '/hi/you')).text()).toBe('hi you');
  expect((await app.request('/none')).status).toBe(404);
});
it('what waits', async () => {
  expect((await call(late, '/')).status).toBe(204);
  expect(seen).toEqual(['late']);
});
it('by hand', async () => {
  const ctx = createExecutionContext();
  late(new Request('http://x/'), {}, ctx);
  expect(seen).toEqual([]);
  await waitOnExecutionContext(ctx);
  expect(seen).toEqual(['late']);
});`;
    assert.equal((await passes(test, forms))?.passed, 6);
  });

  it('have no network, but what they stand in for it', async () => {
    const plugin = "export default async () => (await fetch('https://api.example.com/offers')).json();";
    const test = `import { call, mockFetch } from 'nbox:test';
import plugin from './plugin.ts';
it('is refused', async () => { await expect(call(plugin, '/')).rejects.toThrow('There is no network in tests'); });
it('is answered', async () => {
  const asked = mockFetch((request) => ({ asked: request.url }));
  expect(await (await call(plugin, '/')).json()).toEqual({ asked: 'https://api.example.com/offers' });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.method).toBe('GET');
});
it('is refused again', async () => { await expect(call(plugin, '/')).rejects.toThrow(TypeError); });`;
    const manifest = JSON.stringify({ egress: ['api.example.com'] });
    assert.equal((await passes(test, { 'plugin.ts': plugin, 'nbox.json': manifest }))?.passed, 3);
  });

  it('start each from the state after the modules were evaluated', async () => {
    const test = `let count = 0;
const seen: string[] = [];
before(() => { seen.push('before'); });
describe('inside', () => {
  beforeEach(() => { seen.push('each'); });
  for (let i = 0; i < 5; i += 1) {
    it('counts ' + i, () => {
      count += 1;
      (globalThis as { leak?: number }).leak = (globalThis as { leak?: number }).leak ?? i;
      Array.prototype.includes = () => true;
      expect(count).toBe(1);
      expect((globalThis as { leak?: number }).leak).toBe(i);
      expect(seen).toEqual(['before', 'each']);
    });
  }
});`;
    assert.equal((await passes(test))?.passed, 5);
  });

  it('are run alone where one is marked so, and not where they are told to be skipped', async () => {
    const marked = await passes(`it.only('this', () => {});\nit('not this', () => { throw new Error('no'); });`);
    assert.deepEqual([marked?.passed, marked?.skipped, marked?.only], [1, 1, true]);
    const skipped = await passes(
      `it.skip('this', () => { throw new Error('no'); });\ndescribe.skip('all', () => { it('that', () => { throw new Error('no'); }); });\nit.todo('later');`,
    );
    assert.deepEqual([skipped?.passed, skipped?.skipped, skipped?.only], [0, 3, undefined]);
  });

  it('run their hooks around each, whatever fails', async () => {
    const hooks = `const seen: string[] = [];
const note = (what: string) => () => { seen.push(what); };
after(() => { expect(seen.join()).toBe('outer,inner,outer each,inner each,test,inner after each,outer after each,inner after'); });
before(note('outer'));
beforeEach(async () => { await Promise.resolve(); note('outer each')(); });
afterEach(note('outer after each'));
describe('inside', () => {
  afterAll(note('inner after'));
  beforeEach(note('inner each'));
  beforeAll(note('inner'));
  afterEach(note('inner after each'));
  it('passes', note('test'));
  it('fails', () => { note('test')(); throw new Error('first'); });
});
describe('with a hook that fails', () => {
  before(() => { throw new Error('no start'); });
  it('does not begin', () => { throw new Error('it began'); });
});`;
    const { tests } = await fails(hooks);
    assert.equal(tests.passed, 1);
    assert.deepEqual(
      tests.failures.map(({ test, message }) => [test, message]),
      [
        ['inside › fails', 'Error: first'],
        ['with a hook that fails › does not begin', 'Error: no start'],
      ],
    );
  });

  it('fail by what nobody catches, unless the plugin does', async () => {
    const late =
      "import { call } from 'nbox:test';\nimport plugin from './late.ts';\nconst pause = () => new Promise((resolve) => setTimeout(resolve, 20));\n";
    const throws = "export default () => { setTimeout(() => { throw new Error('late'); }, 1); };";
    const test = `${late}it('throws later', async () => { await call(plugin, '/'); await pause(); });`;
    const { tests } = await fails(test, { 'late.ts': throws });
    assert.deepEqual([tests.failures[0]?.message, tests.failures[0]?.file], ['Error: late', 'late.ts']);
    assert.equal(
      (await passes(test, { 'late.ts': `addEventListener('error', (event) => event.preventDefault());\n${throws}` }))?.passed,
      1,
    );
  });

  it('may be of a plugin whose modules read the clock and randomness', async () => {
    const test = `const id = crypto.randomUUID();
let count = 0;
for (const n of [1, 2]) it('has its own ' + n, () => {
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(Date.now() - started).toBeLessThan(60_000);
  expect(count += 1).toBe(1);
});
const started = Date.now();`;
    assert.equal((await passes(test))?.passed, 2);
  });

  it('may lie in folders, with what they import', async () => {
    const more = {
      'test/fixtures.json': '{"name":"Ada"}',
      'test/deep/b.test.ts':
        "import data from '../fixtures.json';\nimport assert from 'node:assert/strict';\nit('reads', () => { assert.equal(data.name, 'Ada'); });",
    };
    assert.equal((await passes(passing, more))?.passed, 2);
  });

  it('fail by errors that say very much', async () => {
    const long = `it('is long', () => { throw new Error('x'.repeat(100_000)); });`;
    const answer = await host.put('demo/tests/long', { files: { 'index.ts': index('one'), 'a.test.ts': long } });
    const problem = (await answer.json()) as Failed;
    assert.match(problem.diagnostics?.[0]?.message ?? '', /^is long: Error: x{1000,2000}$/);
  });

  it('tell where and how values differ', async () => {
    const { tests } = await fails(`it('differs', () => {
  const order = { id: 1, lines: [{ sku: 'mug', count: 2, gift: false }, { sku: 'kettle', count: 1, gift: true }] };
  expect(order).toEqual({ id: 1, lines: [{ sku: 'mug', count: 3, gift: false }, { sku: 'kettle', count: 1, gift: true }] });
});
it('throws', () => {
  (undefined as unknown as { x: number }).x;
});
it('is not awaited', () => {
  expect(Promise.resolve(1)).resolves.toBe(2);
});`);
    assert.deepEqual(
      tests.failures.map(({ test, file, line }) => [test, file, line]),
      [
        ['differs', 'a.test.ts', 3],
        ['throws', 'a.test.ts', 6],
        ['is not awaited', 'a.test.ts', 9],
      ],
    );
    assert.match(tests.failures[0]?.diff ?? '', /^- .*count: 3.*\n\+ .*count: 2/m);
    assert.match(tests.failures[1]?.message ?? '', /^TypeError: /);
  });

  it('fail where the files themselves fail', async () => {
    const thrown = await fails("it('a', () => {});\nthrow new Error('broken');");
    assert.match(thrown.detail, /The tests could not be started: Error: broken/);
    assert.equal(thrown.position?.line, 2);
    assert.match((await fails("describe('a', async () => {});")).detail, /takes no async function/);
    const many = await fails("for (let i = 0; i < 5000; i += 1) it('test ' + i, () => {});");
    assert.match(many.detail, /There are more than 500 tests/);
  });

  it('count the same on the plugin that is live: not at all', async () => {
    await host.push('demo/tests/quiet', { files: { 'index.ts': index('x'), 'a.test.ts': passing } });
    await host.text('demo/tests/quiet');
    const usage = (await (await host.admin('GET', '/v1/plugins/demo/tests/quiet/usage')).json()) as {
      invocations?: number;
      calls?: number;
    };
    assert.equal(usage.invocations ?? usage.calls, 1, JSON.stringify(usage));
  });
});
