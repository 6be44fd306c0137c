/** Push, call, swap, see what it cost: over HTTP, on a whole host. */

import assert from 'node:assert/strict';
import { initialPages, wasmPageBytes } from '../../guards/memory.ts';
import { type Problem, type Pushed, RunningHost } from '../support/running-host.ts';

const hello = 'export default (request: Request) => ({ hello: new URL(request.url).pathname })';

describe('publishing over HTTP', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  it('PUT makes a plugin live; a second PUT changes its answer; a PUT with a type error changes nothing', async () => {
    const first = await host.put('demo/hello/world', { source: hello });
    assert.equal(first.status, 201);
    const pushed = (await first.json()) as Pushed;
    assert.deepEqual([pushed.plugin, pushed.release.number, pushed.deployment, pushed.interfaces], ['demo/hello/world', 1, 1, ['fetch']]);
    const answer = await host.call('demo/hello/world/x');
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.equal(answer.headers.get('nbox-release'), '1');
    assert.equal(await answer.text(), '{"hello":"/x"}');

    await host.push('demo/hello/world', hello.replace('hello:', 'bye:'));
    assert.equal(await host.text('demo/hello/world/x'), '{"bye":"/x"}');

    const refused = await host.put('demo/hello/world', { source: 'const n: number = "x";\nexport default () => n;' });
    const problem = (await refused.json()) as Problem;
    assert.deepEqual([refused.status, problem.code], [422, 'type_errors']);
    const [diagnostic] = problem.diagnostics ?? [];
    assert.deepEqual([diagnostic?.file, diagnostic?.line, diagnostic?.column, diagnostic?.code], ['index.ts', 1, 7, 'TS2322']);
    assert.equal(await host.text('demo/hello/world/x'), '{"bye":"/x"}');
  });

  it('PUT of what is live already answers 200 and makes no release', async () => {
    await host.push('demo/hello/same', hello);
    const again = await host.put('demo/hello/same', hello);
    assert.equal(again.status, 200);
    assert.equal(((await again.json()) as { release: { number: number } }).release.number, 1);
  });

  it('PUT of an earlier content makes it live again without a new release', async () => {
    await host.push('demo/hello/back', 'export default () => 1');
    await host.push('demo/hello/back', 'export default () => 2');
    const back = await host.push('demo/hello/back', 'export default () => 1');
    assert.deepEqual([back.release.number, back.deployment], [1, 3]);
    assert.equal(await host.text('demo/hello/back'), '1');
  });

  it('PUT …?typecheck=warn publishes in spite of type errors, and says so', async () => {
    const answer = await host.put('demo/hello/warn', 'export default () => { const n: number = "x"; return n }', '?typecheck=warn');
    assert.equal(answer.status, 201);
    const { diagnostics } = (await answer.json()) as { diagnostics: { code: string; severity: string }[] };
    assert.deepEqual([diagnostics[0]?.code, diagnostics[0]?.severity], ['TS2322', 'warning']);
    assert.equal(await host.text('demo/hello/warn'), '"x"');
  });

  it('takes projects of several files, JavaScript unchecked, and strictness from a tsconfig.json', async () => {
    const files = {
      'index.ts':
        "import { double } from './lib/double.js';\nimport { name } from './lib/name.ts';\nexport default { fetch: () => Response.json([double(21), name]) };",
      'lib/double.js': 'export const double = (n) => { const unchecked = n.nope; return n * 2 };',
      'lib/name.ts': "export const name: string = 'nbox';",
    };
    await host.push('demo/projects/several', { files });
    assert.equal(await host.text('demo/projects/several'), '[42,"nbox"]');

    const strict = await host.put('demo/projects/strict', {
      files: {
        'index.ts': 'export default () => { const list = [1]; return list[0].toFixed(); }',
        'tsconfig.json': '{ "compilerOptions": { "noUncheckedIndexedAccess": true } }',
      },
    });
    assert.equal(strict.status, 422);
    assert.equal(((await strict.json()) as Problem).diagnostics?.[0]?.code, 'TS2532');
  });

  it('runs a Hono app with zod validation', async () => {
    const source = [
      "import { Hono } from 'hono';",
      "import { z } from 'zod';",
      'const body = z.object({ n: z.number() });',
      'const app = new Hono();',
      "app.get('/hi/:name', (c) => c.text('hi ' + c.req.param('name')));",
      "app.post('/double', async (c) => { const r = body.safeParse(await c.req.json()); return r.success ? c.json(r.data.n * 2) : c.json({ bad: true }, 400) });",
      'export default app;',
    ].join('\n');
    await host.push('demo/apps/hono', source);
    assert.equal(await host.text('demo/apps/hono/hi/you'), 'hi you');
    const post = (body: string) =>
      host.call('demo/apps/hono/double', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    assert.equal(await (await post('{"n":4}')).text(), '8');
    assert.equal((await post('{"n":"4"}')).status, 400);
    assert.equal((await host.call('demo/apps/hono/nowhere')).status, 404);
  });

  it('DELETE ends a plugin; its numbers go on when it comes back', async () => {
    await host.push('demo/hello/gone', 'export default () => 1');
    assert.equal((await host.admin('DELETE', '/v1/plugins/demo/hello/gone')).status, 204);
    assert.equal((await host.problem('demo/hello/gone')).code, 'no_such_plugin');
    assert.equal((await host.admin('DELETE', '/v1/plugins/demo/hello/gone')).status, 404);
    assert.equal((await host.push('demo/hello/gone', 'export default () => 2')).release.number, 2);
  });

  it('GET lists what is live', async () => {
    await host.push('demo/hello/listed', { source: hello, manifest: { owner: 'team-a', description: 'listed' } });
    const { plugins } = (await (await host.admin('GET', '/v1/plugins')).json()) as { plugins: Record<string, unknown>[] };
    const mine = plugins.find(({ plugin }) => plugin === 'demo/hello/listed');
    assert.deepEqual([mine?.['owner'], mine?.['description']], ['team-a', 'listed']);
  });

  it('refuses a plugin whose top level fails, with its place', async () => {
    await host.push('demo/hello/top', 'export default () => "old"');
    for (const [source, detail] of [
      ['export default 42 as never', /default export must be a handler/],
      ['export default { other: 1 } as never', /none of fetch, queue and scheduled/],
      ['throw new Error("boom"); export default () => 1', /boom/],
      ['while (true) {}\nexport default () => 1', /startupMs|loopBudget/],
      ['await new Promise(() => {});\nexport default () => 1', /never settles/],
      ['export default { get fetch(): () => number { for (;;); } }', /startupMs|loopBudget/],
      ['setTimeout(() => {}, 1);\nexport default () => 1', /top level/],
    ] as const) {
      const answer = await host.put('demo/hello/top', source, '?typecheck=warn');
      const problem = (await answer.json()) as Problem;
      assert.deepEqual([answer.status, problem.code], [422, 'probe_failed'], source);
      assert.match(problem.detail, detail);
      if (source.startsWith('throw') || source.startsWith('while'))
        assert.deepEqual([problem.position?.file, problem.position?.line], ['index.ts', 1]);
    }
    assert.equal(await host.text('demo/hello/top'), '"old"');
  });

  it('GET …/usage tells what the calls have cost', async () => {
    await host.push(
      'demo/hello/usage',
      'export default (request: Request) => { let n = 0; for (let i = 0; i < 1000; i++) n += i; return n }',
    );
    for (let i = 0; i < 20; i += 1) await host.text('demo/hello/usage');
    const usage = (await (await host.admin('GET', '/v1/plugins/demo/hello/usage/usage')).json()) as Record<string, never> & {
      calls: number;
      outcomes: Record<string, number>;
      cpuUs: number;
      steps: number;
      memoryPeakBytes: number;
      bytesOut: number;
      percentiles: { cpuUs: { p50: number; p99: number } };
    };
    assert.equal(usage.calls, 20);
    assert.deepEqual(usage.outcomes, { ok: 20 });
    // A thousand rounds each time.
    assert.equal(usage.steps, 20 * 1_000);
    assert.ok(usage.cpuUs > 0 && usage.memoryPeakBytes >= initialPages * wasmPageBytes);
    assert.equal(usage.bytesOut, 20 * '499500'.length);
    assert.ok(usage.percentiles.cpuUs.p50 > 0 && usage.percentiles.cpuUs.p99 >= usage.percentiles.cpuUs.p50);
  });
});
