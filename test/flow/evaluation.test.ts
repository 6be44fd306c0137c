/** Modules that are evaluated anew, and what they take there, are their plugin's calls': in records, budgets and the division alike. */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read it by name
const jsonOf = async (answer: Response): Promise<any> => answer.json();

const burn = (rounds: number) => `let x = 1; for (let i = 0; i < ${rounds}; i++) x = (x * 31 + i) | 0;`;
/** No snapshot may stand for modules that read it. */
const byte = 'crypto.getRandomValues(new Uint8Array(1))[0]!';
const manifest = { isolation: 'request', limits: { startupMs: 5_000, deadlineMs: 20_000, loopBudget: 1_000_000_000 } };

describe('the evaluation of modules', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  const usage = async (plugin: string) => jsonOf(await host.admin('GET', `/v1/plugins/${plugin}/usage`));
  // biome-ignore lint/suspicious/noExplicitAny: tests read it by name
  async function until(plugin: string, reached: (value: any) => boolean) {
    for (;;) {
      const value = await usage(plugin);
      if (reached(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it('is CPU time of the call that the sandbox is made for, and counted once', async () => {
    const source = `const seed = ${byte}; ${burn(500_000)} export default () => seed + x;`;
    await host.push('start/anew/each', { source, manifest });
    for (let i = 0; i < 5; i += 1) assert.equal((await host.call('start/anew/each')).status, 200);
    const { cpuUs, percentiles, steps } = await usage('start/anew/each');
    // None of them went round a loop.
    assert.ok(steps < 1_000, String(steps));
    assert.ok(cpuUs > 5 * 1_000 && percentiles.cpuUs.p50 > 1_000, `${cpuUs}`);
    // One more than there were calls: the next one's is there already.
    const { sinceStart } = await until('start/anew/each', (one) => one.sinceStart.callsCpuUs >= cpuUs);
    assert.ok(sinceStart.callsCpuUs < cpuUs * 1.8, `${sinceStart.callsCpuUs} ${cpuUs}`);
  });

  it('is held to the budget', async () => {
    const source = `const seed = ${byte}; ${burn(500_000)} export default () => seed + x;`;
    await host.push('start/held/burner', { source, manifest });
    await host.admin('PUT', '/v1/budgets/start/held', { window: '1d', mode: 'hard', cpuSeconds: 0.05 });
    let calls = 0;
    while (calls < 60 && (await host.call('start/held/burner')).status === 200) calls += 1;
    assert.ok(calls > 0 && calls < 60, String(calls));
    const { used } = await jsonOf(await host.admin('GET', '/v1/budgets/start/held'));
    assert.ok(used.cpuSeconds >= 0.05, JSON.stringify(used));
  });

  it('is that of a call for which it has failed', async () => {
    // Tried until it comes through where it is pushed.
    const source = `${burn(500_000)} if (${byte} > 127) throw new Error('not this time'); export default () => x;`;
    for (let i = 0; ; i += 1) {
      const answer = await host.put('start/fails/half', { source: `${source} // ${i}`, manifest });
      if (answer.status === 201) break;
      assert.ok(i < 60, await answer.text());
    }
    for (let calls = 0; ; calls += 1) {
      const before = (await usage('start/fails/half')).cpuUs;
      const { status } = await host.call('start/fails/half');
      const { cpuUs } = await until('start/fails/half', (one) => one.calls > calls);
      assert.ok(cpuUs - before > 1_000, `${cpuUs - before} (${status})`);
      if (status === 502) break;
    }
  });

  it('is that of a call that had no time to wait for it', async () => {
    const source = `const seed = ${byte}; ${burn(1_500_000)} export default () => seed + x;`;
    await host.push('start/late/call', { source, manifest: { ...manifest, limits: { ...manifest.limits, deadlineMs: 20 } } });
    // The first finds the sandbox that was made at the push; then there is none until it is evaluated.
    let late = 0;
    for (let calls = 1; late < 2; calls += 1) {
      const { status } = await host.call('start/late/call');
      if (status === 504) late += 1;
      await until('start/late/call', (one) => one.calls >= calls);
    }
    const { outcomes, cpuUs } = await usage('start/late/call');
    assert.ok(outcomes.deadline_exceeded >= 2);
    assert.ok(cpuUs > 2 * 10_000, String(cpuUs));
  });
});
