/**
 * Executors that are killed again and again under load: no call fails but those that had begun in one that was killed, and of
 * those none that may be run again.
 */

import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { RunningHost } from '../support/running-host.ts';

const killEveryMs = 200;
const chaosMs = Number(process.env['CHAOS_MS'] ?? 60_000);
const users = 8;

interface Load {
  calls: number;
  readonly failed: string[];
  /** Calls that were told that their executor was lost. */
  lost: number;
}

describe('executors that are killed at random', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start(['--log-level', 'warn']);
    // The deadline is what a busy machine takes to start processes, many times over.
    const limits = { deadlineMs: 60_000 };
    const source = `export default async (r: Request) => {
      const wait = Number(new URL(r.url).searchParams.get('wait'));
      let n = 0;
      for (let i = 0; i < 20_000; i++) n += i % 7;
      if (wait > 0) await new Promise((ok) => setTimeout(ok, wait));
      return { n, method: r.method, text: await r.text() };
    }`;
    await host.push('chaos/calls/plain', { source, manifest: { limits } });
    await host.push('chaos/calls/word', { source, manifest: { limits, idempotent: true } });
  });
  after(() => host.close());

  it(`for ${chaosMs / 1_000} s, every ${killEveryMs} ms: only calls that had begun fail, and none that may be run again`, async function () {
    this.timeout(chaosMs + 120_000);
    const until = performance.now() + chaosMs;
    let kills = 0;
    const killing = (async () => {
      while (performance.now() < until) {
        await wait(killEveryMs);
        const alive = host.host.lanes.executors().filter(({ pid }) => pid !== undefined);
        const victim = alive[Math.floor(Math.random() * alive.length)];
        // On a machine that takes longer to start one than from one kill to the next, there would never be any.
        const left = alive.some((one) => one !== victim && one.state === 'ready');
        if (victim === undefined || !left) continue;
        try {
          process.kill(victim.pid as number, 'SIGKILL');
          kills += 1;
        } catch {
          // It has ended meanwhile.
        }
      }
    })();

    const loads = { get: load(), put: load(), word: load(), post: load() };
    const use = async (into: Load, plugin: string, method: string, waitMs: number) => {
      while (performance.now() < until) {
        const text = method === 'GET' ? '' : `body ${into.calls}`;
        const answer = await host.call(`${plugin}?wait=${waitMs}`, { method, ...(text === '' ? {} : { body: text }) });
        const body = (await answer.json()) as { code?: string; method?: string; text?: string; detail?: string };
        into.calls += 1;
        if (answer.status === 200 && body.method === method && body.text === text) continue;
        if (body.code === 'executor_lost') into.lost += 1;
        else into.failed.push(`${answer.status} ${JSON.stringify(body)}`);
      }
    };
    const each = (one: (n: number) => Promise<void>) => Array.from({ length: users }, (_, n) => one(n));
    await Promise.all([
      ...each((n) => use(loads.get, 'chaos/calls/plain', 'GET', n % 2 === 0 ? 0 : 20)),
      ...each((n) => use(loads.put, 'chaos/calls/plain', 'PUT', n % 2 === 0 ? 0 : 20)),
      ...each((n) => use(loads.word, 'chaos/calls/word', 'POST', n % 2 === 0 ? 0 : 20)),
      ...each((n) => use(loads.post, 'chaos/calls/plain', 'POST', n % 2 === 0 ? 0 : 20)),
      killing,
    ]);

    for (const [name, { calls, failed, lost }] of Object.entries(loads)) {
      assert.ok(calls > 20, `${name}: ${calls} calls`);
      assert.deepEqual(failed, [], name);
      if (name !== 'post') assert.equal(lost, 0, name);
    }
    // Some had begun, or the kills were in vain.
    assert.ok(loads.post.lost > 0);
    assert.ok(kills > chaosMs / killEveryMs / 6, `${kills} kills`);
    const breakers = (await (await host.admin('GET', '/v1/breakers')).json()) as { breakers: unknown[] };
    assert.deepEqual(breakers, { breakers: [], next: null });
    console.log(
      `      ${kills} kills; calls ${Object.entries(loads)
        .map(([name, { calls, lost }]) => `${name} ${calls} (${lost} lost)`)
        .join(', ')}`,
    );
  });
});

function load(): Load {
  return { calls: 0, failed: [], lost: 0 };
}
