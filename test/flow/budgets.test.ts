/** Budgets over HTTP: requests, previews and calls by hand are held to them, also by a host that was started anew. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningHost } from '../support/running-host.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read it by name
const jsonOf = async (answer: Response): Promise<any> => answer.json();

describe('budgets', () => {
  let host: RunningHost;
  let data: string;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-budgets-'));
    host = await RunningHost.start(['--egress-allow', '127.0.0.1'], data);
  });
  after(async () => {
    await host.close();
    await rm(data, { recursive: true, force: true });
  });
  const set = async (scope: string, body: object) => {
    const answer = await host.admin('PUT', `/v1/budgets/${scope}`, { window: '1d', mode: 'hard', ...body });
    assert.ok(answer.ok, await answer.text());
  };
  const used = async (scope: string) => (await jsonOf(await host.admin('GET', `/v1/budgets/${scope}`))).used;

  it('a hard one lets in as many requests as it has, of those that come at once, and refuses the others with Retry-After', async () => {
    await host.push('rate/some/plugin', 'export default () => "hello"');
    await set('rate/some/plugin', { calls: 20, window: '1h' });
    const answers = await Promise.all(Array.from({ length: 60 }, () => host.call('rate/some/plugin/')));
    const refused = answers.filter(({ status }) => status === 429);
    assert.deepEqual([answers.filter(({ status }) => status === 200).length, refused.length], [20, 40]);
    const [first] = refused as [Response];
    const wait = Number(first.headers.get('retry-after'));
    assert.ok(wait > 3_000 && wait <= 3_660, String(wait));
    const { code, scope, budget, used: taken } = await jsonOf(first);
    assert.deepEqual(
      [code, scope, budget, taken],
      ['budget_exceeded', 'rate/some/plugin', { metric: 'calls', limit: 20, window: '1h' }, 20],
    );
    const usage = await jsonOf(await host.admin('GET', '/v1/plugins/rate/some/plugin/usage'));
    assert.deepEqual(usage.outcomes, { ok: 20, budget_exceeded: 40 });
    assert.equal(host.lines.filter((line) => line['scope'] === 'rate/some/plugin' && line['budget'] === 'exceeded').length, 1);
  });

  it('holds previews and calls by hand to it as well', async () => {
    const source = 'export default { fetch: () => "hello", scheduled() {} }';
    await host.push('hand/some/plugin', source);
    const { preview } = await jsonOf(await host.admin('POST', '/v1/plugins/hand/some/plugin/previews', { source: `${source}\n` }));
    await set('hand', { calls: 3 });
    const visit = () => fetch(`${host.traffic}${preview.url}`, { headers: { 'nbox-preview-token': preview.token } });
    const invoke = () => host.admin('POST', '/v1/plugins/hand/some/plugin/invocations', { interface: 'scheduled' });
    const statuses = [];
    for (const ask of [visit, invoke, () => host.call('hand/some/plugin/'), visit, invoke, () => host.call('hand/some/plugin/')]) {
      const answer = await ask();
      statuses.push([answer.status, answer.status === 429 && answer.headers.has('retry-after')]);
    }
    assert.deepEqual(statuses, [...Array(3).fill([200, false]), ...Array(3).fill([429, true])]);
  });

  it('refuses by CPU time, and a neighbour goes on', async () => {
    await host.push('cpu/some/burner', 'export default () => { let x = 0; for (let i = 0; i < 300_000; i++) x += i % 7; return x; }');
    await host.push('cpu/other/light', 'export default () => "hello"');
    await set('cpu/some', { cpuSeconds: 0.02 });
    let calls = 0;
    while ((await host.call('cpu/some/burner/')).status === 200) calls += 1;
    assert.ok(calls > 0 && calls < 100, String(calls));
    assert.ok((await used('cpu/some')).cpuSeconds >= 0.02);
    assert.equal((await host.call('cpu/other/light/')).status, 200);
  });

  it('counts plugins that call plugins for each of them', async () => {
    // Past the host's own ports, which no plugin may fetch from.
    const relay = createServer((req, res) => {
      void host.call((req.url as string).slice(1)).then(async (answer) => res.writeHead(answer.status).end(await answer.text()));
    });
    await once(relay.listen(0, '127.0.0.1'), 'listening');
    const at = `127.0.0.1:${(relay.address() as AddressInfo).port}`;
    const source = `export default async (request) => {
      const left = Number(new URL(request.url).searchParams.get('left'));
      return left === 0 ? new Response("end") : fetch("http://${at}/again/some/plugin/?left=" + (left - 1));
    }`;
    await host.push('again/some/plugin', { source, manifest: { egress: [at] } });
    await set('again', { calls: 4 });
    assert.equal(await host.text('again/some/plugin/?left=2'), 'end');
    assert.equal((await used('again')).calls, 3);
    // The first is let in, and what it calls is not.
    assert.match(await host.text('again/some/plugin/?left=2'), /budget_exceeded/);
    relay.close();
    relay.closeAllConnections();
  });

  it('a soft one refuses nothing, and is told', async () => {
    await host.push('soft/some/plugin', 'export default () => "hello"');
    await set('soft', { calls: 2, mode: 'soft', window: '1m' });
    for (let i = 0; i < 5; i += 1) assert.equal((await host.call('soft/some/plugin/')).status, 200);
    const { events } = await jsonOf(await host.admin('GET', '/v1/budgets'));
    const mine = events.filter(({ scope }: { scope: string }) => scope === 'soft');
    assert.deepEqual(
      mine.map(({ kind }: { kind: string }) => kind),
      ['exceeded'],
    );
  });

  it('are there after a restart, with what was used', async () => {
    const before = await used('rate/some/plugin');
    await host.close();
    host = await RunningHost.start([], data);
    assert.deepEqual(await used('rate/some/plugin'), { ...before, memoryBytes: 0 });
    assert.equal((await host.call('rate/some/plugin/')).status, 429);
    assert.equal((await host.admin('DELETE', '/v1/budgets/rate/some/plugin')).status, 204);
    assert.equal((await host.call('rate/some/plugin/')).status, 200);
  });
});
