/** Canaries, overrides and rollbacks over the whole host: which release answers which request. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningHost } from '../support/running-host.ts';

const plugin = 'demo/releases/which';
const path = `/v1/plugins/${plugin}`;
const source = (answer: number) => `export default () => ${answer};`;
const manifest = { releaseKey: { header: 'X-User' } };

describe('deployments', () => {
  let host: RunningHost;
  let data: string;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-'));
    host = await RunningHost.start([], data);
    await host.push(plugin, { source: source(1), manifest });
    await host.push(plugin, { source: source(2), manifest });
  });
  after(async () => {
    await host.close();
    await rm(data, { recursive: true, force: true });
  });

  /** The release that answered: its reply and its header say the same. */
  async function ask(headers: Record<string, string> = {}): Promise<number> {
    const answer = await host.call(`${plugin}/`, { headers });
    const number = (await answer.json()) as number;
    assert.equal(answer.status, 200, JSON.stringify(number));
    assert.equal(answer.headers.get('nbox-release'), String(number));
    return number;
  }
  async function deploy(...pairs: [number: number, percentage: number][]): Promise<void> {
    const releases = pairs.map(([number, percentage]) => ({ number, percentage }));
    const answer = await host.admin('POST', `${path}/deployments`, { releases });
    assert.ok(answer.ok, await answer.text());
  }

  it('a release with 0% answers those who force it, and nobody else', async () => {
    await deploy([1, 100], [2, 0]);
    for (let i = 0; i < 50; i += 1) assert.equal(await ask(), 1);
    assert.equal(await ask({ 'nbox-release-override': '2' }), 2);
    const refused = await host.problem(`${plugin}/`, { headers: { 'nbox-release-override': '3' } });
    assert.deepEqual([refused.status, refused.code], [404, 'release_not_deployed']);
  });

  it('keyed requests get the same release again and again, and keep the new one while its part rises', async () => {
    const users = Array.from({ length: 100 }, (_, i) => `user-${i}`);
    let had = new Set<string>();
    for (const percentage of [10, 50, 90]) {
      await deploy([1, 100 - percentage], [2, percentage]);
      const now = new Set<string>();
      for (const user of users) {
        const number = await ask({ 'x-user': user });
        assert.equal(await ask({ cookie: `nbox-release-key=${user}` }), number);
        if (number === 2) now.add(user);
      }
      assert.ok(Math.abs(now.size - percentage) <= 25, `${now.size} of 100 at ${percentage}%`);
      for (const user of had) assert.ok(now.has(user), user);
      had = now;
    }
  });

  it('unkeyed requests get each by its part', async () => {
    await deploy([1, 50], [2, 50]);
    const seen = { 1: 0, 2: 0 } as Record<number, number>;
    for (let i = 0; i < 200; i += 1) {
      const number = await ask();
      seen[number] = (seen[number] ?? 0) + 1;
    }
    assert.ok((seen[1] ?? 0) > 50 && (seen[2] ?? 0) > 50, JSON.stringify(seen));
  });

  it('after a deployment was acknowledged, no request reaches what is not deployed, however many are under way', async () => {
    for (let round = 0; round < 10; round += 1) {
      const number = (round % 2) + 1;
      const under = Array.from({ length: 20 }, () => ask());
      await deploy([number, 100]);
      for (let i = 0; i < 20; i += 1) assert.equal(await ask(), number);
      await Promise.all(under);
    }
  });

  it('is the same after a restart of the host, and can be rolled back then', async () => {
    await deploy([1, 100], [2, 0]);
    await host.close();
    host = await RunningHost.start([], data);
    assert.equal(await ask(), 1);
    assert.equal(await ask({ 'nbox-release-override': '2' }), 2);
    await deploy([2, 100]);
    const answer = await host.admin('POST', `${path}/rollback`, { message: 'worse' });
    assert.equal(answer.status, 201);
    assert.equal(await ask(), 1);
  });
});

describe('streams of a release that is replaced', () => {
  const name = 'demo/releases/stream';
  const code = (n: number) => `export default () => {
    let timer: ReturnType<typeof setInterval>;
    return new Response(new ReadableStream({
      start(controller) { timer = setInterval(() => controller.enqueue(new TextEncoder().encode('${n};')), 10); },
      cancel() { clearInterval(timer); console.log('canceled ${n}'); },
    }));
  };`;
  const manifest = { limits: { streamMs: 600_000 } };

  async function open(host: RunningHost) {
    const answer = await host.call(name);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    // Those that nobody waits for are cut when their host ends.
    rest.catch(() => {});
    return { answer, rest };
  }

  it('go on until the bound, and then their connections are cut and their guests told', async () => {
    const host = await RunningHost.start(['--swap-drain', '1']);
    try {
      await host.push(name, { source: code(1), manifest });
      const stream = await open(host);
      await host.push(name, { source: code(2), manifest });
      assert.equal((await open(host)).answer.headers.get('nbox-release'), '2');
      await assert.rejects(stream.rest);
      while (!host.lines.some(({ msg }) => msg === 'canceled 1')) await new Promise((resolve) => setTimeout(resolve, 10));
      const usage = (await (await host.admin('GET', `/v1/plugins/${name}/usage`)).json()) as { outcomes: Record<string, number> };
      assert.equal(usage.outcomes['release_replaced'], 1);
    } finally {
      await host.close();
    }
  });

  it('of the release before the last are cut at once, and those of the last where it is evicted', async () => {
    const host = await RunningHost.start(['--swap-drain', '3600']);
    try {
      await host.push(name, { source: code(1), manifest });
      const first = await open(host);
      await host.push(name, { source: code(2), manifest });
      const second = await open(host);
      await host.push(name, { source: code(3), manifest });
      await assert.rejects(first.rest);
      assert.deepEqual((await open(host)).answer.headers.get('nbox-release'), '3');
      const evict = async () => (await host.admin('POST', `/v1/plugins/${name}/evict`)).status;
      assert.equal(await evict(), 204);
      await assert.rejects(second.rest);
      assert.equal(await evict(), 204);
      assert.equal((await host.admin('POST', '/v1/plugins/demo/releases/none/evict')).status, 404);
    } finally {
      await host.close();
    }
  });
});
