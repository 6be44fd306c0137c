/**
 * What code that has got out of its sandbox can do to others by what it tells the host: nothing. Its executor ends, its own call fails,
 * and nothing that it told is in any account.
 */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleExecutor } from '../../loader/builder/executor.ts';
import { RunningHost } from '../support/running-host.ts';
import { betweenStays, deadly, idle } from './escaped/attacks.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read it by name
const jsonOf = async (answer: Response): Promise<any> => answer.json();
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('an executor that tells what it likes', () => {
  let host: RunningHost;
  const told = () => host.lines.filter(({ text }) => /^protocol error/.test(String(text))).length;
  const pids = () => host.host.lanes.executors().map(({ pid }) => pid as number);
  const ready = async () => {
    while (!host.host.lanes.ready) await wait(5);
  };

  before(async () => {
    host = await RunningHost.start();
    const source = `export default (r: Request) => new Promise((done) => {
      setTimeout(() => done(new Response('mine')), Number(new URL(r.url).searchParams.get('ms')));
    })`;
    await host.push('abuse/frames/victim', { source, manifest: { limits: { deadlineMs: 20_000 } } });
    // Those that are started later read it: the two that serve, and the spare one, which takes a place of theirs.
    await writeFile(join(host.data, 'executor.mjs'), await bundleExecutor(join(import.meta.dirname, 'escaped', 'executor.ts')));
    for (let i = 0; i < 2; i += 1) {
      const old = pids();
      for (const pid of old) process.kill(pid, 'SIGKILL');
      while (pids().some((pid) => old.includes(pid))) await wait(5);
      await ready();
    }
  });
  after(() => host.close());

  const victim = async () => (await host.call('abuse/frames/victim?ms=200')).text();
  const attack = (name: string) => host.problem(`abuse/frames/${name.toLowerCase()}?attack=${name}`, { method: 'POST' });
  const push = (name: string) => host.push(`abuse/frames/${name.toLowerCase()}`, 'export default () => new Response("own")');

  for (const name of Object.keys(deadly)) {
    it(`ends: ${name}`, async () => {
      await push(name);
      const before = told();
      const theirs = victim();
      // It has begun by then, most likely; whether it has changes nothing of what is to come.
      await wait(50);
      const problem = await attack(name);
      assert.deepEqual([problem.code, problem.status], ['executor_lost', 503]);
      assert.equal(told(), before + 1);
      assert.equal(await theirs, 'mine');
      await ready();
      assert.equal(await victim(), 'mine');
      const of = async (plugin: string) => (await jsonOf(await host.admin('GET', `/v1/plugins/abuse/frames/${plugin}/breaker`))).state;
      // Where nothing ran when it was told, it may be anyone's.
      assert.deepEqual([await of('victim'), await of(name.toLowerCase())], ['closed', betweenStays.has(name) ? 'closed' : 'quarantined']);
    });
  }

  for (const name of Object.keys(idle)) {
    it(`is not believed: ${name}`, async () => {
      await push(name);
      const before = told();
      assert.equal(await host.text(`abuse/frames/${name.toLowerCase()}?attack=${name}`), 'own');
      assert.equal(told(), before);
    });
  }

  it('costs its own plugin what it can have cost, and no more', async () => {
    await push('costsAll');
    await host.call('abuse/frames/costsall?attack=costsAll', { method: 'POST' });
    const usage = async () => jsonOf(await host.admin('GET', '/v1/plugins/abuse/frames/costsall/usage'));
    let now = await usage();
    while (now.calls === 0) now = await usage();
    assert.ok(now.cpuUs <= 600_000_000 && now.steps <= 10_000_000 && now.memoryPeakBytes <= 64 * 1_048_576, JSON.stringify(now));
  });

  it('has left nothing in any account that is no sound number', async () => {
    const { plugins, sinceStart, division } = await jsonOf(await host.admin('GET', '/v1/usage'));
    const numbers: number[] = [];
    JSON.stringify([plugins, sinceStart, division], (_, value) => {
      if (typeof value === 'number') numbers.push(value);
      assert.notEqual(value, null);
      return value;
    });
    assert.ok(numbers.length > 100);
    for (const one of numbers) assert.ok(Number.isFinite(one) && one < 1e13, String(one));
    const known = new Set(plugins.flatMap(({ outcomes }: { outcomes: object }) => Object.keys(outcomes)));
    assert.deepEqual([...known].sort(), ['executor_lost', 'ok']);
    const total = sinceStart.total.cpuUs;
    for (const { cpuUs } of sinceStart.plugins) assert.ok(cpuUs >= 0 && cpuUs <= total, `${cpuUs} of ${total}`);
    // Hints are made of sums that a single one would have spoilt for good.
    const hints = await jsonOf(await host.admin('GET', '/v1/hints'));
    JSON.stringify(hints, (_, value) => {
      if (typeof value === 'number') assert.ok(value >= 0 && value < 1e13, String(value));
      return value;
    });
  });
});
