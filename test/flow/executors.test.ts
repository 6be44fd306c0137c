/** Executors die and are replaced; what had not begun in them is not lost. */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('executors', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

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
      const victim = host.host.pool.executors().find(({ pid, state }) => state === 'ready' && pid !== undefined && !killed.has(pid));
      killed.add(victim?.pid as number);
      process.kill(victim?.pid as number, 'SIGKILL');
      await until(() => host.host.pool.ready && !host.host.pool.executors().some(({ pid }) => pid === victim?.pid));
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
    await until(() => host.host.pool.waiting === 1);
    for (const { pid } of host.host.pool.executors()) process.kill(pid as number, 'SIGKILL');
    const lost = await first;
    assert.deepEqual([lost.status, lost.headers.get('retry-after')], [503, '1']);
    assert.equal(((await lost.json()) as { code: string }).code, 'executor_lost');
    assert.equal(await (await second).text(), '"done"');
  });

  it('a call whose client has gone is not started', async () => {
    const manifest = { limits: { concurrency: 1, deadlineMs: 5_000 } };
    await host.push('demo/abort/slow', { source: 'export default () => new Promise((ok) => setTimeout(ok, 100, "done"))', manifest });
    const first = host.text('demo/abort/slow');
    const controller = new AbortController();
    const second = host.call('demo/abort/slow', { signal: controller.signal });
    await until(() => host.host.pool.waiting === 1);
    controller.abort();
    await assert.rejects(second);
    await until(() => host.host.pool.waiting === 0);
    assert.equal(await first, '"done"');
    const usage = async () =>
      (await (await host.admin('GET', '/v1/plugins/demo/abort/slow/usage')).json()) as { outcomes: Record<string, number> };
    await until(async () => (await usage()).outcomes['aborted'] === 1);
    assert.deepEqual((await usage()).outcomes, { ok: 1, aborted: 1 });
  });

  it('calls in flight finish on the release that they began with; later ones never reach it', async () => {
    const source = (name: string) => `export default () => new Promise((ok) => setTimeout(ok, 300, "${name}"))`;
    await host.push('demo/swap/slow', source('old'));
    const running = Array.from({ length: 8 }, () => host.text('demo/swap/slow'));
    await until(async () => (await host.admin('GET', '/readyz')).status === 200);
    await host.push('demo/swap/slow', source('new'));
    const later = Array.from({ length: 8 }, () => host.text('demo/swap/slow'));
    assert.deepEqual(new Set(await Promise.all(later)), new Set(['"new"']));
    assert.ok((await Promise.all(running)).every((text) => text === '"old"' || text === '"new"'));
  });

  it('what a call goes on with after its reply (waitUntil) is run and metered', async () => {
    const source = `export default { fetch(_r: Request, _env: unknown, ctx: { waitUntil(p: Promise<unknown>): void }) {
      ctx.waitUntil(new Promise((ok) => setTimeout(ok, 30)).then(() => console.log('after the reply')));
      return 'now';
    } }`;
    await host.push('demo/wait/until', source);
    assert.equal(await host.text('demo/wait/until'), '"now"');
    await until(() => host.lines.some(({ msg }) => msg === 'after the reply'));
  });

  it('their number stays what was asked for', async () => {
    await until(() => host.host.pool.ready);
    assert.equal(host.host.pool.executors().length, 2);
  });
});
