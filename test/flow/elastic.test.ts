/**
 * Executors that become more and fewer while a host has traffic of all kinds: no call fails, no reply is cut, nothing that goes
 * on after a reply is lost, no call finds its release gone, and those that left are gone.
 */

import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { RunningHost } from '../support/running-host.ts';

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await wait(5);
}

/** What a busy machine takes to start processes, or leaves calls waiting for it, many times over. */
const limits = { deadlineMs: 30_000, cpuMs: 5_000 };
const plain = (version: number) => `
let n = 0;
export default async (request: Request) => {
  const url = new URL(request.url);
  for (let i = 0; i < 500; i++) n += i % 7;
  const ms = Number(url.searchParams.get('wait'));
  if (ms > 0) await new Promise((ok) => setTimeout(ok, ms));
  return { version: ${version}, text: await request.text() };
};`;
const stream = `
export default () => new Response(new ReadableStream({
  async start(controller) {
    for (let i = 0; i < 20; i++) {
      controller.enqueue(new TextEncoder().encode(i + '\\n'));
      await new Promise((ok) => setTimeout(ok, 25));
    }
    controller.close();
  },
}));`;
const goesOn = `
export default { fetch(_request: Request, _env: unknown, ctx: { waitUntil(p: Promise<unknown>): void }) {
  ctx.waitUntil(new Promise((ok) => setTimeout(ok, 100)));
  return 'now';
} };`;
const chunks = Array.from({ length: 20 }, (_, i) => `${i}\n`).join('');

interface Usage {
  readonly calls: number;
  readonly coldStarts: number;
  readonly outcomes: Record<string, number>;
}

describe('executors that become more and fewer', () => {
  let host: RunningHost;
  before(async () => {
    // Hints that come too late for this: a busy machine would have them ask for other numbers meanwhile.
    const hints = ['--hints-tick', '600', '--hints-panic', '600', '--hints-window', '3600'];
    host = await RunningHost.start(['--executors', '1', '--executors-max', '4', '--lanes', 'critical=1-3', ...hints]);
  });
  after(() => host.close());

  const resize = (count: number, lane = 'standard') => host.host.lanes.resize(lane, count);
  const ofLane = (lane = 'standard') => host.host.lanes.executors().filter((one) => one.lane === lane && !one.apart);
  /** So many are there, and no other. */
  const settled = (count: number, lane = 'standard') =>
    until(() => ofLane(lane).length === count && ofLane(lane).every(({ state }) => state === 'ready'));
  /** Executors that were killed: nothing does that here but a machine on which they get no time for seconds. */
  const killed = () => JSON.stringify(host.lines.filter(({ level, msg }) => Number(level) > 30 && String(msg).includes('executor')));
  const usage = async (plugin: string): Promise<Usage> => (await (await host.admin('GET', `/v1/plugins/${plugin}/usage`)).json()) as Usage;

  it('start as few as asked for, and their number stays within the bounds of their lane', async () => {
    assert.equal(ofLane().length, 1);
    assert.equal(ofLane('critical').length, 1);
    assert.equal(resize(99), 4);
    assert.equal(resize(1.2), 2);
    assert.equal(resize(0), 1);
    assert.equal(resize(Number.POSITIVE_INFINITY, 'critical'), 3);
    assert.equal(resize(1, 'critical'), 1);
    assert.throws(() => resize(Number.NaN), RangeError);
    assert.throws(() => resize(1, 'nowhere'), RangeError);
    await Promise.all([settled(1), settled(1, 'critical')]);
    assert.deepEqual(
      [...host.host.lanes.sizes()],
      [
        ['standard', { count: 1, least: 1, most: 4 }],
        ['critical', { count: 1, least: 1, most: 3 }],
      ],
    );
  });

  it('go from 1 to 4 and back, again and again, under calls of all kinds and pushes: no call fails', async function () {
    this.timeout(300_000);
    const many = Array.from({ length: 12 }, (_, n) => `grow/many/p${n}`);
    for (const plugin of many) await host.push(plugin, { source: plain(0), manifest: { limits } });
    await host.push('grow/kinds/stream', { source: stream, manifest: { limits } });
    await host.push('grow/kinds/until', { source: goesOn, manifest: { limits } });
    await host.push('grow/kinds/each', { source: plain(0), manifest: { limits, isolation: 'request' } });
    await host.push('grow/kinds/pushed', { source: plain(0), manifest: { limits } });

    let over = false;
    /** The version that any later call must have, at least. */
    let version = 0;
    const failures: string[] = [];
    const made = new Map<string, number>();
    const call = async (plugin: string, path: string, init: RequestInit, isRight: (text: string) => boolean) => {
      try {
        const answer = await host.call(`${plugin}${path}`, init);
        const text = await answer.text();
        made.set(plugin, (made.get(plugin) ?? 0) + 1);
        if (answer.status !== 200 || !isRight(text)) failures.push(`${plugin}: ${answer.status} ${text.slice(0, 300)}`);
      } catch (error) {
        failures.push(`${plugin}: ${String(error)} ${String((error as Error).cause)}`);
      }
    };
    const client = async (one: (n: number) => Promise<void>) => {
      // Rests, so that it is not the clients that leave the executors no processor.
      for (let n = 0; !over; n += 1) await Promise.all([one(n), wait(40)]);
    };
    const post = (plugin: string, waitMs: number) => (n: number) =>
      call(plugin, `?wait=${waitMs}`, { method: 'POST', body: `body ${n}` }, (text) => JSON.parse(text).text === `body ${n}`);
    const notReady: string[] = [];
    const clients = [
      ...many.map((plugin) => client(post(plugin, 0))),
      client(post('grow/many/p0', 300)),
      client(post('grow/many/p1', 1_000)),
      client(post('grow/kinds/each', 0)),
      client(post('grow/kinds/each', 50)),
      client(() => call('grow/kinds/until', '', { method: 'POST' }, (text) => text === '"now"')),
      ...[1, 2, 3].map(() => client(() => call('grow/kinds/stream', '', {}, (text) => text === chunks))),
      client(() => {
        const least = version;
        return call('grow/kinds/pushed', '', { method: 'POST' }, (text) => JSON.parse(text).version >= least);
      }),
      client(async () => {
        const answer = await fetch(`${host.adminUrl}/readyz`);
        const text = await answer.text();
        if (answer.status !== 200) notReady.push(text);
        await wait(5);
      }),
    ];
    const push = async () => {
      await host.push('grow/kinds/pushed', { source: plain(version + 1), manifest: { limits } });
      version += 1;
    };
    const pids = new Set<number | undefined>();
    for (let round = 0; round < 3; round += 1) {
      assert.equal(resize(4), 4);
      await push();
      await settled(4);
      for (const { pid } of ofLane()) pids.add(pid);
      await wait(300);
      assert.equal(resize(1), 1);
      await push();
      await settled(1);
      await wait(100);
    }
    // Faster than any of it can be done.
    for (const count of [4, 1, 3, 2, 4, 1, 4, 2, 1, 3, 1, 4, 1]) {
      resize(count);
      await wait(count * 10);
    }
    await push();
    await settled(1);
    over = true;
    await Promise.all(clients);

    assert.deepEqual(failures, [], killed());
    // The watchdog ends one that a busy machine has given no time for seconds: then the lane is not whole for a moment.
    if (killed() === '[]') assert.deepEqual(new Set(notReady), new Set());
    assert.ok(pids.size > 4, 'executors came and went');
    for (const [plugin, calls] of made) {
      // The rest of those that go on after their reply.
      await until(async () => (await usage(plugin)).calls === calls);
      assert.deepEqual((await usage(plugin)).outcomes, { ok: calls }, plugin);
    }
  });

  it('leave no call with a release that has to be made first, but one that was pushed', async () => {
    resize(3);
    await settled(3);
    const idle = Array.from({ length: 20 }, (_, n) => `grow/idle/p${n}`);
    for (const plugin of idle) await host.push(plugin, { source: plain(0), manifest: { limits } });
    // They are spread, since each went to the one with the fewest.
    assert.ok(ofLane().every(({ releases }) => releases >= 5));
    resize(1);
    await settled(1);
    for (const plugin of idle) {
      assert.equal((await host.call(plugin)).status, 200);
      assert.deepEqual({ cold: (await usage(plugin)).coldStarts }, { cold: 0 }, plugin);
    }
  });

  it('have a stream end that was open in one which leaves, and take that one back where it is needed meanwhile', async () => {
    resize(2);
    await settled(2);
    const before = new Map(ofLane().map(({ pid, releases }) => [pid, releases]));
    await host.push('grow/back/stream', { source: stream, manifest: { limits } });
    const home = ofLane().find(({ pid, releases }) => releases > (before.get(pid) ?? 0));
    const answer = await host.call('grow/back/stream');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let text = new TextDecoder().decode((await reader.read()).value);
    resize(1);
    await until(() => ofLane().some(({ state }) => state === 'leaving'));
    const left = ofLane().find(({ state }) => state === 'leaving');
    resize(2);
    // It is the same process, and at once.
    assert.deepEqual(new Set(ofLane().map(({ pid }) => pid)), new Set(before.keys()));
    assert.ok(ofLane().every(({ state }) => state === 'ready'));
    assert.ok([home?.pid, ...before.keys()].includes(left?.pid));
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += new TextDecoder().decode(part.value);
    assert.equal(text, chunks);
    assert.equal(await host.text('grow/back/stream'), chunks);
    resize(1);
    await settled(1);
  });

  it('are as many as asked for in the end, and lose no call that may be run again, where they are killed meanwhile', async function () {
    this.timeout(120_000);
    await host.push('grow/chaos/calls', { source: plain(0), manifest: { limits } });
    let over = false;
    const failures: string[] = [];
    const client = async (waitMs: number) => {
      while (!over) {
        const answer = await host.call(`grow/chaos/calls?wait=${waitMs}`);
        const text = await answer.text();
        if (answer.status !== 200) failures.push(`${answer.status} ${text.slice(0, 300)}`);
      }
    };
    const clients = Promise.all([0, 0, 0, 0, 30, 30].map(client));
    let kills = 0;
    for (const [round, count] of [4, 1, 3, 1, 4, 2, 4, 1, 3, 4].entries()) {
      resize(count);
      await wait(round * 20);
      // One that starts, leaves, or serves: whichever is next.
      const alive = ofLane().filter(({ pid }) => pid !== undefined);
      const victim = alive[round % alive.length];
      try {
        process.kill(victim?.pid as number, 'SIGKILL');
        kills += 1;
      } catch {
        // It has ended meanwhile.
      }
      if (round % 3 === 2) await settled(count);
    }
    resize(1);
    await settled(1);
    over = true;
    await clients;
    assert.deepEqual(failures, []);
    assert.ok(kills > 5, `${kills} kills`);
    assert.ok(host.host.lanes.ready);
    const breakers = (await (await host.admin('GET', '/v1/breakers')).json()) as { breakers: unknown[] };
    assert.deepEqual(breakers, { breakers: [], next: null });
  });

  it('are closed with the host while they come and go', async () => {
    const other = await RunningHost.start(['--executors', '2', '--executors-min', '1', '--executors-max', '4']);
    const source = 'export default () => { console.log("begun"); return new Promise((ok) => setTimeout(ok, 300, "kept")) }';
    await other.push('grow/closed/slow', { source, manifest: { limits } });
    const slow = other.text('grow/closed/slow', { method: 'POST' });
    await until(() => other.lines.some(({ msg }) => msg === 'begun'));
    for (const count of [4, 1, 3]) other.host.lanes.resize('standard', count);
    await Promise.all([slow.then((text) => assert.equal(text, '"kept"')), other.close()]);
    assert.equal(other.host.lanes.resize('standard', 4), 3);
  });
});
