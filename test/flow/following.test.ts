/** A running host that follows its own hints: its executors become more under a spike, and fewer after it. */

import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { RunningHost } from '../support/running-host.ts';

/** 10 ms of CPU, as the guest counts it: no machine is so fast that a few callers do not keep an executor busy. */
const busy = 'export default () => { const until = Date.now() + 10; let n = 0; while (Date.now() < until) n += 1; return { n: n > 0 }; };';
const hints = ['--hints-tick', '1', '--hints-panic', '2', '--hints-window', '4'];

describe('a host that follows its hints', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start(['--executors', '1', '--executors-min', '1', '--executors-max', '3', ...hints]);
    const limits = { deadlineMs: 20_000, cpuMs: 1_000 };
    await host.push('shop/detail/price', { source: busy, manifest: { limits } });
    await host.push('shop/detail/light', { source: "export default () => new Response('light')", manifest: { limits } });
  });
  after(() => host.close());

  const staying = () => host.host.lanes.executors().filter(({ state, apart }) => state === 'ready' && !apart).length;

  it('has more executors under a spike and fewer after it, and no call fails', async function () {
    this.timeout(180_000);
    const failed: string[] = [];
    let calls = 0;
    let isSpike = true;
    let isOver = false;
    const call = async (plugin: string) => {
      const answer = await host.call(plugin);
      const body = await answer.text();
      calls += 1;
      if (answer.status !== 200) failed.push(`${answer.status} ${body}`);
    };
    const crowd = Array.from({ length: 12 }, async () => {
      while (isSpike) await call('shop/detail/price');
    });
    const steady = (async () => {
      while (!isOver) {
        await call('shop/detail/light');
        await wait(20);
      }
    })();
    assert.equal(staying(), 1);
    while (staying() < 2) await wait(50);
    isSpike = false;
    await Promise.all(crowd);
    while (staying() > 1) await wait(50);
    isOver = true;
    await steady;
    assert.deepEqual(failed, []);
    assert.ok(calls > 50, `${calls}`);
    const lane = (await (await host.admin('GET', '/v1/hints/lanes/standard')).json()) as { wanted: number; reason: string };
    assert.equal(lane.wanted, 1, lane.reason);
  });
});
