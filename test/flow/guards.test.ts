/** What a plugin does to itself ends in its code, while its neighbour keeps answering, and its own next call works. */

import assert from 'node:assert/strict';
import { endless } from '../support/endless.ts';
import { RunningHost } from '../support/running-host.ts';

/** A handler that misbehaves when asked to, and is well otherwise: the next call of the guilty plugin must work. */
const guilty = (body: string) => `export default (request: Request): unknown => { if (request.url.endsWith('/ok')) return 'ok'; ${body} }`;

/** For what takes memory: its clearing may take longer than the default of CPU time where the machine is slow. */
const patient = { cpuMs: 5_000, deadlineMs: 20_000 };

const cases: readonly [name: string, body: string, codes: readonly string[], limits?: object][] = [
  ['an endless loop', 'while (true) {}', ['cpu_exceeded', 'loop_budget_exceeded']],
  ['an endless loop that catches', 'try { while (true) {} } catch {} return 1', ['cpu_exceeded', 'loop_budget_exceeded']],
  ['an endless loop in finally', 'try { while (true) {} } finally { while (true) {} }', ['cpu_exceeded', 'loop_budget_exceeded']],
  ['an allocation without end', 'const all: unknown[] = []; for (;;) all.push(new ArrayBuffer(1 << 20))', ['memory_exceeded'], patient],
  [
    'an allocation that catches',
    'const all: unknown[] = []; for (;;) try { all.push(new ArrayBuffer(1 << 20)) } catch {}',
    ['memory_exceeded', 'cpu_exceeded', 'loop_budget_exceeded'],
  ],
  ['a native loop that never polls', `return ${endless}`, ['cpu_exceeded', 'deadline_exceeded']],
  ['runaway recursion', 'const f = (): number => f() + 1; return f()', ['plugin_error']],
  [
    'a microtask flood',
    'const p = () => { void Promise.resolve().then(p) }; p(); return new Promise(() => {})',
    ['cpu_exceeded', 'loop_budget_exceeded'],
  ],
  [
    'a microtask flood beside a reply',
    'const p = () => { void Promise.resolve().then(p) }; p(); return "replied"',
    ['cpu_exceeded', 'loop_budget_exceeded'],
  ],
  [
    'native code in small bites, between timers',
    'const bite = () => { Array.prototype.indexOf.call({ length: 3_000_000 } as never, 1); setTimeout(bite, 1) }; bite(); return new Promise(() => {})',
    ['cpu_exceeded'],
  ],
  ['a promise that is never settled', 'return new Promise(() => {})', ['plugin_error']],
  ['a timer beyond the deadline', 'return new Promise((ok) => setTimeout(ok, 5_000))', ['deadline_exceeded']],
  ['a throw', 'throw new Error("boom")', ['plugin_error']],
  ['a result that loops when it is read', 'return { get a() { for (;;); } }', ['cpu_exceeded', 'loop_budget_exceeded']],
  ['a cyclic result', 'const a: Record<string, unknown> = {}; a["a"] = a; return a', ['plugin_error']],
  ['a reply above its limit', 'return new Response("x".repeat(5_000_000))', ['response_too_large']],
];

const statuses: Record<string, number> = {
  cpu_exceeded: 508,
  loop_budget_exceeded: 508,
  memory_exceeded: 507,
  deadline_exceeded: 504,
  plugin_error: 502,
  response_too_large: 502,
};

describe('guards over HTTP', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
    await host.push('demo/neighbour/good', 'export default () => "fine"');
  });
  after(() => host.close());

  for (const [index, [name, body, codes, limits = {}]] of cases.entries()) {
    it(`${name} ends as ${codes.join(' or ')}; the neighbour and the next call are well`, async () => {
      const plugin = `demo/guilty/case-${index}`;
      await host.push(plugin, { source: guilty(body), manifest: { limits } });
      const running = host.problem(`${plugin}/bad`);
      const neighbours: string[] = [];
      let over = false;
      const asking = (async () => {
        while (!over) neighbours.push(await host.text('demo/neighbour/good'));
      })();
      const problem = await running;
      over = true;
      await asking;
      assert.ok(neighbours.length > 0);
      assert.ok(codes.includes(problem.code), `${problem.code}: ${problem.detail}`);
      assert.equal(problem.status, statuses[problem.code]);
      assert.deepEqual(new Set(neighbours), new Set(['"fine"']));
      assert.equal(await host.text(`${plugin}/ok`), '"ok"');
    });
  }

  it('a loop budget names the loop by file, line and column', async () => {
    const files = {
      'index.ts': "import { spin } from './spin.ts';\nexport default () => spin();",
      'spin.ts': 'export function spin(): number {\n  let n = 0;\n  for (;;) n += 1;\n}',
    };
    await host.push('demo/guilty/budget', { files, manifest: { limits: { loopBudget: 1_000, cpuMs: 1_000 } } });
    const problem = await host.problem('demo/guilty/budget');
    assert.equal(problem.code, 'loop_budget_exceeded');
    assert.match(problem.detail ?? '', /1000 times, which is its loopBudget/);
    assert.deepEqual([problem.position?.file, problem.position?.line, problem.position?.column], ['spin.ts', 3, 3]);
  });

  it('a length that no array can have ends the call before any of it is gone through', async () => {
    const source = `export default () => {
      try { Array.prototype.indexOf.call({ length: 2 ** 53 - 1 } as never, 1); } catch {}
      return 'went on';
    };`;
    await host.push('demo/guilty/length', {
      source,
      manifest: { limits: { cpuMs: 10_000, deadlineMs: 60_000, loopBudget: 2_000_000_000 } },
    });
    const { code, detail } = await host.problem('demo/guilty/length');
    assert.equal(code, 'loop_budget_exceeded');
    assert.match(detail, /more elements than any array has/);
  });

  it('a CPU limit names the loop in which the plugin was stopped', async () => {
    const files = {
      'index.ts': "import { spin } from './spin.ts';\nexport default () => spin();",
      'spin.ts': '\n\nexport function spin(): number {\n  for (;;);\n}',
    };
    await host.push('demo/guilty/cpu', { files });
    const problem = await host.problem('demo/guilty/cpu');
    assert.deepEqual([problem.code, problem.position?.file], ['cpu_exceeded', 'spin.ts']);
    assert.equal(problem.position?.line, 4);
  });

  it('a plugin’s error is told with its place in the author’s source', async () => {
    await host.push('demo/guilty/throws', 'type A = { a: string };\n\nexport default (): A => {\n  throw new RangeError("no a");\n};');
    const problem = await host.problem('demo/guilty/throws');
    assert.deepEqual(
      [problem.code, problem.detail, problem.position?.file, problem.position?.line],
      ['plugin_error', 'RangeError: no a', 'index.ts', 4],
    );
  });

  it('a request above its limit is refused, however its length is told', async () => {
    const manifest = { limits: { requestBytes: 1_000 } };
    await host.push('demo/limits/request', { source: 'export default async (r: Request) => (await r.text()).length', manifest });
    const send = (bytes: number, chunked: boolean) =>
      host.call('demo/limits/request', {
        method: 'POST',
        body: chunked ? new Blob(['x'.repeat(bytes)]).stream() : 'x'.repeat(bytes),
        ...(chunked ? { duplex: 'half' } : {}),
      } as RequestInit);
    for (const chunked of [false, true]) {
      assert.equal(await (await send(1_000, chunked)).text(), '1000');
      const refused = await send(1_001, chunked);
      assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [413, 'request_too_large']);
    }
  });

  it('a plugin that kills executors again and again is refused for a while, and its neighbours go on', async () => {
    await host.push('demo/guilty/killer', `export default () => ${endless}`);
    const codes: string[] = [];
    let refused: Response | undefined;
    const killer = async () => {
      while (refused === undefined) {
        const answer = await host.call('demo/guilty/killer');
        const { code } = (await answer.json()) as { code: string };
        codes.push(code);
        if (code === 'quarantined') refused = answer;
      }
    };
    const neighbours: string[] = [];
    const neighbour = async () => {
      while (refused === undefined) neighbours.push(await host.text('demo/neighbour/good'));
    };
    await Promise.all([killer(), killer(), killer(), neighbour()]);
    assert.equal(refused?.status, 503);
    assert.ok(Number(refused?.headers.get('retry-after')) >= 1);
    assert.ok(codes.includes('cpu_exceeded'));
    assert.deepEqual(new Set(neighbours), new Set(['"fine"']));
    assert.equal(await host.text('demo/neighbour/good'), '"fine"');
  });

  it('crowds of one plugin are refused with 503 and Retry-After, and only that plugin’s', async () => {
    const manifest = { limits: { queue: 2, concurrency: 1, deadlineMs: 10_000 } };
    const source = 'export default () => new Promise((ok) => setTimeout(ok, 200, "done"))';
    await host.push('demo/limits/queue', { source, manifest });
    const answers = await Promise.all(Array.from({ length: 10 }, () => host.call('demo/limits/queue')));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, 200, 200, 503, 503, 503, 503, 503, 503, 503]);
    assert.equal(answers.find(({ status }) => status === 503)?.headers.get('retry-after'), '1');
    assert.equal(await host.text('demo/neighbour/good'), '"fine"');
  });
});
