/** What each call costs is recorded once however it ends, and what all processes use is divided over who caused it. */

import assert from 'node:assert/strict';
import { endless } from '../support/endless.ts';
import { RunningHost } from '../support/running-host.ts';

interface Sums {
  readonly calls: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly cpuUs: number;
  readonly steps: number;
}

interface Shares {
  readonly cpuUs: number;
  readonly callsCpuUs: number;
  readonly pushesCpuUs: number;
}

interface PluginUsage extends Sums {
  readonly division: Shares & { readonly memoryBytes: number };
  readonly sinceStart: Shares;
}

interface Share {
  readonly cpuUs: number;
  readonly memoryBytes: number;
}

interface AllUsage {
  readonly plugins: readonly (Sums & { readonly plugin: string })[];
  readonly trials: Sums;
  readonly division: {
    readonly from: number;
    readonly to: number;
    readonly plugins: readonly (Share & { readonly plugin: string })[];
    readonly host: Readonly<Record<string, Share>>;
    readonly residual: Share;
    readonly total: Share;
  } | null;
  readonly sinceStart: {
    readonly plugins: readonly (Shares & { readonly plugin: string })[];
    readonly removed: Shares;
    readonly host: Readonly<Record<string, { readonly cpuUs: number }>>;
    readonly residual: { readonly cpuUs: number };
    readonly total: { readonly cpuUs: number };
  } | null;
}

const burn = (rounds: number) => `let x = 1; for (let i = 0; i < ${rounds}; i++) x = (x * 31 + i) | 0;`;
const later = 'const later = (ms: number) => new Promise((done) => setTimeout(done, ms));';

describe('what calls cost', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  const usage = async (plugin: string) => (await (await host.admin('GET', `/v1/plugins/${plugin}/usage`)).json()) as PluginUsage;
  const all = async () => (await (await host.admin('GET', '/v1/usage')).json()) as AllUsage;
  async function until<T>(look: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
    for (;;) {
      const value = await look();
      if (reached(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  /** The plugin's usage when so many of its calls are recorded. */
  const recordsOf = (plugin: string, calls: number) =>
    until(
      () => usage(plugin),
      (one) => one.calls >= calls,
    );

  it('is recorded with what is done after the reply', async () => {
    const source = `${later} export default { async fetch(r: Request, env: unknown, ctx: any) {
      ctx.waitUntil(later(20).then(() => { ${burn(300_000)} return x; }));
      return new Response('early');
    } };`;
    await host.push('cost/calls/later', source);
    assert.equal(await host.text('cost/calls/later'), 'early');
    const { outcomes, steps, cpuUs } = await recordsOf('cost/calls/later', 1);
    assert.deepEqual(outcomes, { ok: 1 });
    assert.ok(steps >= 300_000 && cpuUs > 0);
  });

  it('is recorded of an event whose handler threw, with what it goes on with', async () => {
    const source = `${later} export default { async scheduled(c: unknown, env: unknown, ctx: any) {
      ctx.waitUntil(later(20).then(() => { ${burn(300_000)} return x; }));
      throw new Error('it fails');
    } };`;
    await host.push('cost/calls/event', source);
    const answer = await host.admin('POST', '/v1/plugins/cost/calls/event/invocations', { interface: 'scheduled' });
    assert.equal(((await answer.json()) as { code: string }).code, 'plugin_error');
    const { outcomes, steps } = await recordsOf('cost/calls/event', 1);
    assert.deepEqual(outcomes, { plugin_error: 1 });
    assert.ok(steps >= 300_000);
  });

  it('is recorded once of each that fails, is ended by a guard, or is refused', async () => {
    const source = `export default (r: Request) => {
      if (r.url.endsWith('/throws')) throw new Error('no');
      if (r.url.endsWith('/loops')) for (;;);
      if (r.url.endsWith('/hangs')) return ${endless};
      return 'fine';
    }`;
    await host.push('cost/calls/all', { source, manifest: { limits: { requestBytes: 10, loopBudget: 100_000 } } });
    for (const path of ['fine', 'throws', 'loops', 'hangs']) await host.text(`cost/calls/all/${path}`);
    assert.equal((await host.problem('cost/calls/all/fine', { method: 'POST', body: 'more than ten bytes' })).code, 'request_too_large');
    const { outcomes, cpuUs, calls } = await recordsOf('cost/calls/all', 5);
    const expected = { ok: 1, plugin_error: 1, loop_budget_exceeded: 1, request_too_large: 1 };
    const { cpu_exceeded, deadline_exceeded, ...others } = outcomes;
    assert.deepEqual([others, calls, (cpu_exceeded ?? 0) + (deadline_exceeded ?? 0)], [expected, 5, 1]);
    // The one that hung had 100 ms before its executor was killed.
    assert.ok(cpuUs >= 100_000);
  });

  it('is recorded of one whose executor is lost while it waits, as far as that was told', async () => {
    const source = `${later} export default async () => { ${burn(200_000)} console.log('has burnt'); await later(20_000); return x; };`;
    await host.push('cost/calls/lost', { source, manifest: { limits: { deadlineMs: 30_000 } } });
    const lost = host.problem('cost/calls/lost', { method: 'POST' });
    await until(
      async () => host.lines,
      (lines) => lines.some(({ msg }) => msg === 'has burnt'),
    );
    // Executors tell what they have used before each division.
    const divided = (await all()).division?.to ?? 0;
    await until(all, ({ division }) => division !== null && division.to > divided + 1_000);
    for (const { pid } of host.host.lanes.executors()) process.kill(pid as number, 'SIGKILL');
    assert.equal((await lost).code, 'executor_lost');
    const { outcomes, steps, cpuUs } = await usage('cost/calls/lost');
    assert.deepEqual(outcomes, { executor_lost: 1 });
    assert.ok(steps >= 200_000 && cpuUs > 0);
  });

  it('is recorded of one that waits until its deadline, with what it did before', async () => {
    const source = `${later} export default async () => { ${burn(200_000)} await later(20_000); return x; };`;
    await host.push('cost/calls/late', { source, manifest: { limits: { deadlineMs: 500 } } });
    assert.equal((await host.problem('cost/calls/late')).code, 'deadline_exceeded');
    const { outcomes, steps, cpuUs } = await usage('cost/calls/late');
    assert.deepEqual(outcomes, { deadline_exceeded: 1 });
    assert.ok(steps >= 200_000 && cpuUs > 0);
  });

  it('of tests is their push’s, and none of the plugin’s calls', async () => {
    const before = (await all()).trials.calls;
    const test = `import { it, expect } from 'nbox:test'; it('adds', () => { ${burn(300_000)} expect(x).toBe(x); });`;
    const index = 'export default () => 1;';
    const answer = await host.put('cost/pushes/tested', { files: { 'index.ts': index, 'index.test.ts': test } });
    assert.equal(answer.status, 201, await answer.clone().text());
    const { trials } = await all();
    // One lists them.
    assert.equal(trials.calls - before, 2);
    assert.ok(trials.steps >= 300_000);
    const { calls, sinceStart } = await until(
      () => usage('cost/pushes/tested'),
      (one) => one.sinceStart.pushesCpuUs > 0,
    );
    assert.deepEqual([calls, sinceStart.callsCpuUs], [0, 0]);
  });

  it('is divided: the parts are the total, a plugin’s calls are charged to it, and its sandboxes’ memory', async () => {
    const source = `const kept = new Uint8Array(8 * 1_048_576).fill(7); export default () => { ${burn(300_000)} return x + kept.length; };`;
    await host.push('cost/divided/one', source);
    for (let i = 0; i < 5; i += 1) assert.equal((await host.call('cost/divided/one')).status, 200);
    const { division, sinceStart } = await until(
      () => usage('cost/divided/one'),
      (one) => one.sinceStart.callsCpuUs > 0 && one.division.memoryBytes > 0,
    );
    assert.equal(sinceStart.cpuUs, sinceStart.callsCpuUs + sinceStart.pushesCpuUs);
    assert.ok(division.memoryBytes > 8_000_000 && division.memoryBytes < 40_000_000, String(division.memoryBytes));
    const { division: shown, sinceStart: sums } = await all();
    assert.ok(shown !== null && sums !== null);
    for (const what of ['cpuUs', 'memoryBytes'] as const) {
      const parts: readonly Share[] = [...shown.plugins, ...Object.values(shown.host), shown.residual];
      assert.equal(
        parts.reduce((sum, one) => sum + one[what], 0),
        shown.total[what],
      );
    }
    const summed: readonly { readonly cpuUs: number }[] = [...sums.plugins, sums.removed, ...Object.values(sums.host), sums.residual];
    assert.equal(
      summed.reduce((sum, one) => sum + one.cpuUs, 0),
      sums.total.cpuUs,
    );
    assert.deepEqual(Object.keys(sums.host), ['ingress', 'executors', 'builder']);
  });

  it('of a plugin that is removed stays in the account', async () => {
    await host.push('cost/divided/gone', `export default () => { ${burn(300_000)} return x; }`);
    await host.text('cost/divided/gone');
    const { sinceStart: was } = await until(
      () => usage('cost/divided/gone'),
      (one) => one.sinceStart.callsCpuUs > 0,
    );
    const removed = (await all()).sinceStart?.removed.callsCpuUs ?? 0;
    await host.admin('DELETE', '/v1/plugins/cost/divided/gone');
    const { sinceStart } = await all();
    assert.ok((sinceStart?.removed.callsCpuUs ?? 0) >= removed + was.callsCpuUs);
    assert.equal(
      sinceStart?.plugins.some(({ plugin }) => plugin === 'cost/divided/gone'),
      false,
    );
  });
});
