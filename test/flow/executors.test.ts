/** Executors die and are replaced; what had not begun in them is not lost. */

import assert from 'node:assert/strict';
import { endless } from '../support/endless.ts';
import { type Problem, RunningHost } from '../support/running-host.ts';

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('executors', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());
  /** Without those for what is quarantined. */
  const ownExecutors = () => host.host.lanes.executors().filter(({ apart }) => !apart);

  it('a killed executor is replaced, and no call is lost that may be run again', async () => {
    await host.push('demo/kill/get', 'export default () => "fine"');
    let stop = false;
    const failures: string[] = [];
    let answered = 0;
    const client = async () => {
      while (!stop) {
        const answer = await host.call('demo/kill/get');
        const text = await answer.text();
        if (text === '"fine"') answered += 1;
        else failures.push(`${answer.status} ${text}`);
      }
    };
    const clients = Promise.all(Array.from({ length: 16 }, client));
    const killed = new Set<number>();
    for (let round = 0; round < 5; round += 1) {
      const target = answered + 200;
      await until(() => answered >= target);
      const victim = host.host.lanes.executors().find(({ pid, state }) => state === 'ready' && pid !== undefined && !killed.has(pid));
      killed.add(victim?.pid as number);
      process.kill(victim?.pid as number, 'SIGKILL');
      await until(() => host.host.lanes.ready && !host.host.lanes.executors().some(({ pid }) => pid === victim?.pid));
    }
    stop = true;
    await clients;
    assert.deepEqual(failures, []);
    assert.equal(killed.size, 5);
  });

  it('a call that may not be run again fails as executor_lost when it had begun, and is run when it had not', async () => {
    const manifest = { limits: { concurrency: 1, deadlineMs: 20_000 } };
    const source =
      'export default async (r: Request) => { console.log("begun " + r.url); await new Promise((ok) => setTimeout(ok, 300)); return "done" }';
    await host.push('demo/kill/post', { source, manifest });
    const post = (name: string) => host.call(`demo/kill/post/${name}`, { method: 'POST' });
    const first = post('first');
    await until(() => host.lines.some(({ msg }) => String(msg).startsWith('begun')));
    const second = post('second');
    await until(() => host.host.lanes.waiting === 1);
    for (const { pid } of host.host.lanes.executors()) process.kill(pid as number, 'SIGKILL');
    const lost = await first;
    assert.deepEqual([lost.status, lost.headers.get('retry-after')], [503, '1']);
    assert.equal(((await lost.json()) as { code: string }).code, 'executor_lost');
    assert.equal(await (await second).text(), '"done"');
  });

  it('a call that an executor has but has not begun survives its death, whatever its method', async () => {
    // Hangs where no poll comes, so that what was sent behind it in the same turn waits in the executor.
    const manifest = { limits: { cpuMs: 300, deadlineMs: 20_000 } };
    const source = `export default (r: Request) => {
      if (r.url.endsWith('/hang')) return ${endless};
      return 'fine';
    }`;
    await host.push('demo/kill/behind', { source, manifest });
    await until(() => host.host.lanes.ready);
    // It is known for short calls.
    for (let i = 0; i < 5; i += 1) assert.equal(await host.text('demo/kill/behind/ok'), '"fine"');
    const hangs = [1, 2].map(() => host.problem('demo/kill/behind/hang', { method: 'POST' }));
    const posts = Array.from({ length: 20 }, () => host.text('demo/kill/behind/ok', { method: 'POST' }));
    assert.deepEqual(new Set(await Promise.all(posts)), new Set(['"fine"']));
    assert.deepEqual(
      (await Promise.all(hangs)).map(({ code }) => code),
      ['cpu_exceeded', 'cpu_exceeded'],
    );
  });

  it('a call that waits behind a long one in an executor ends at its own deadline', async () => {
    const long = { limits: { cpuMs: 2_000, deadlineMs: 20_000, loopBudget: 2_000_000_000 } };
    const source = 'export default (r: Request) => { if (r.url.endsWith("/spin")) for (;;); return 1; }';
    await host.push('demo/behind/short', { source: 'export default () => 1', manifest: { limits: { deadlineMs: 200 } } });
    await until(() => host.host.lanes.ready);
    let running: Promise<Problem>[] = [];
    for (let attempt = 1; ; attempt += 1) {
      const plugin = `demo/behind/long-${attempt}`;
      await host.push(plugin, { source, manifest: long });
      // It is known for short calls: of others, one executor would be left free. A machine that holds one of them up spoils that.
      for (let i = 0; i < 5; i += 1) assert.equal(await host.text(plugin), '1');
      running = [host.problem(`${plugin}/spin`)];
      await until(() => ownExecutors().some((one) => one.running));
      running.push(host.problem(`${plugin}/spin`));
      let over = false;
      void Promise.race(running).then(() => {
        over = true;
      });
      await until(() => over || ownExecutors().every((one) => one.running));
      if (!over) break;
      await Promise.all(running);
    }
    assert.equal((await host.problem('demo/behind/short')).code, 'deadline_exceeded');
    assert.deepEqual(
      (await Promise.all(running)).map(({ code }) => code),
      ['cpu_exceeded', 'cpu_exceeded'],
    );
  });

  it('an executor that is stopped is replaced; calls and pushes go on', async () => {
    await until(() => host.host.lanes.ready);
    const before = new Map(host.host.lanes.executors().map(({ pid, releases }) => [pid, releases]));
    await host.push('demo/stop/get', 'export default () => "fine"');
    // The one that its calls go to: a stopped executor that nobody asks for anything is nobody's harm.
    const victim = host.host.lanes.executors().find(({ pid, releases }) => releases > (before.get(pid) ?? 0));
    assert.ok(victim);
    process.kill(victim?.pid as number, 'SIGSTOP');
    const answers = await Promise.all(Array.from({ length: 40 }, () => host.call('demo/stop/get', { method: 'POST' })));
    for (const answer of answers) assert.ok([200, 504].includes(answer.status), `${answer.status}`);
    await host.push('demo/stop/again', 'export default () => "pushed"');
    assert.equal(await host.text('demo/stop/again'), '"pushed"');
    await until(() => host.host.lanes.ready && !host.host.lanes.executors().some(({ pid }) => pid === victim?.pid));
  });

  it('a call whose client has gone is not started', async () => {
    const manifest = { limits: { concurrency: 1, deadlineMs: 5_000 } };
    await host.push('demo/abort/slow', { source: 'export default () => new Promise((ok) => setTimeout(ok, 100, "done"))', manifest });
    const first = host.text('demo/abort/slow');
    const controller = new AbortController();
    const second = host.call('demo/abort/slow', { signal: controller.signal });
    await until(() => host.host.lanes.waiting === 1);
    controller.abort();
    await assert.rejects(second);
    await until(() => host.host.lanes.waiting === 0);
    assert.equal(await first, '"done"');
    const usage = async () =>
      (await (await host.admin('GET', '/v1/plugins/demo/abort/slow/usage')).json()) as { outcomes: Record<string, number> };
    await until(async () => (await usage()).outcomes['aborted'] === 1);
    assert.deepEqual((await usage()).outcomes, { ok: 1, aborted: 1 });
  });

  it('a call whose client goes while it runs is charged for what it has cost', async () => {
    await host.push('demo/abort/costly', {
      source:
        'export default () => { console.log("begun"); for (let i = 0; i < 200_000; i++); return new Promise((ok) => setTimeout(ok, 5_000)); }',
      manifest: { limits: { deadlineMs: 10_000, cpuMs: 1_000 } },
    });
    const controller = new AbortController();
    const call = host.call('demo/abort/costly', { signal: controller.signal });
    const marks = host.lines.length;
    await until(() => host.lines.slice(marks).some(({ msg }) => msg === 'begun'));
    controller.abort();
    await assert.rejects(call);
    const usage = async () =>
      (await (await host.admin('GET', '/v1/plugins/demo/abort/costly/usage')).json()) as {
        outcomes: Record<string, number>;
        cpuUs: number;
      };
    await until(async () => (await usage()).outcomes['aborted'] === 1);
    assert.ok((await usage()).cpuUs > 500);
  });

  it('calls in flight finish on the release that they began with; later ones never reach it', async () => {
    const source = (name: string) =>
      `export default () => { console.log("begun ${name}"); return new Promise((ok) => setTimeout(ok, 900, "${name}")) }`;
    await host.push('demo/swap/slow', source('old'));
    const running = Array.from({ length: 8 }, () => host.text('demo/swap/slow'));
    await until(() => host.lines.filter(({ msg }) => msg === 'begun old').length === 8);
    await host.push('demo/swap/slow', source('new'));
    const later = Array.from({ length: 8 }, () => host.text('demo/swap/slow'));
    assert.deepEqual(new Set(await Promise.all(later)), new Set(['"new"']));
    assert.deepEqual(new Set(await Promise.all(running)), new Set(['"old"']));
  });

  it('what a call goes on with after its reply (waitUntil) is run and metered', async () => {
    const source = `export default { fetch(_r: Request, _env: unknown, ctx: { waitUntil(p: Promise<unknown>): void }) {
      ctx.waitUntil(new Promise((ok) => setTimeout(ok, 30)).then(() => console.log('after the reply')));
      return 'now';
    } }`;
    await host.push('demo/wait/until', source);
    assert.equal(await host.text('demo/wait/until'), '"now"');
    await until(() => host.lines.some(({ msg }) => msg === 'after the reply'));
    const usage = async () =>
      (await (await host.admin('GET', '/v1/plugins/demo/wait/until/usage')).json()) as { calls: number; outcomes: object };
    await until(async () => (await usage()).calls === 1);
    assert.deepEqual((await usage()).outcomes, { ok: 1 });
  });

  it('a call that another wakes after its reply ends all the same', async () => {
    const source = `let wake: (() => void) | undefined;
    export default { fetch(r: Request, _env: unknown, ctx: { waitUntil(p: Promise<unknown>): void }) {
      if (r.url.endsWith('/wake')) { wake?.(); return 'woken'; }
      ctx.waitUntil(new Promise<void>((ok) => { wake = ok; setTimeout(ok, 60_000); }));
      return 'waiting';
    } }`;
    await host.push('demo/wait/woken', source);
    assert.equal(await host.text('demo/wait/woken'), '"waiting"');
    const usage = async () => (await (await host.admin('GET', '/v1/plugins/demo/wait/woken/usage')).json()) as { calls: number };
    await until(async () => {
      await host.text('demo/wait/woken/wake');
      return (await usage()).calls > 1;
    });
  });

  it('their number stays what was asked for', async () => {
    await until(() => host.host.lanes.ready);
    assert.equal(ownExecutors().length, 2);
  });
});
