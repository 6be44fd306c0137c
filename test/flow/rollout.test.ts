/** Progressive rollouts over the whole host: bad releases go back by themselves, good ones get all calls. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endless } from '../support/endless.ts';
import { HostProcess } from '../support/host-process.ts';
import { RunningHost, token } from '../support/running-host.ts';

interface Rollout {
  readonly number: number;
  readonly state: string;
  readonly percentage: number;
  readonly deployment: number;
  readonly health: { readonly run: number; readonly base: { readonly calls: number }; readonly canary: { readonly calls: number } } | null;
  readonly waitingFor: { readonly what: string }[];
  readonly decisions: {
    readonly decision: string;
    readonly actor: string;
    readonly reason: string;
    readonly percentage: number | null;
    readonly health: { readonly canary: { readonly calls: number; readonly failures: number } } | null;
  }[];
}

const plan = { steps: [10, 50, 100], holdSeconds: 0, samples: 20 };
const rounds = (n: number, extra = '') => `let calls = 0;
  export default () => { let sum = 0; for (let i = 0; i < ${n}; i += 1) sum += i % 7; calls += 1; ${extra} return sum; };`;

describe('rollouts', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  const path = (plugin: string) => `/v1/plugins/${plugin}`;

  /** Two releases, of which the second is rolled out. */
  async function begin(plugin: string, base: string, canary: string, manifest = {}, more = {}): Promise<void> {
    await host.push(plugin, { source: base, manifest });
    assert.equal((await host.put(plugin, { source: canary, manifest }, '?percentage=0')).status, 201);
    const answer = await host.admin('POST', `${path(plugin)}/rollout`, { release: 2, ...plan, ...more });
    assert.equal(answer.status, 201, await answer.text());
  }

  async function rolloutOf(plugin: string): Promise<Rollout> {
    const answer = await host.admin('GET', `${path(plugin)}/rollout`);
    return ((await answer.json()) as { rollout: Rollout }).rollout;
  }

  /** Calls it until the rollout has ended. */
  async function callUntilEnded(plugin: string): Promise<Rollout> {
    for (;;) {
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let i = 0; i < 10; i += 1) await host.text(plugin);
        }),
      );
      const rollout = await rolloutOf(plugin);
      if (rollout.state !== 'running') return rollout;
    }
  }

  async function deployed(plugin: string): Promise<{ releases: unknown; cause: string; message: string; actor: string }> {
    const { deployments } = (await (await host.admin('GET', `${path(plugin)}/deployments`)).json()) as { deployments: never[] };
    return deployments[0] as never;
  }

  it('of a release that throws for 5% of its calls is rolled back by itself, and tells why in figures', async () => {
    const plugin = 'demo/rollout/throws';
    await begin(plugin, rounds(10), rounds(10, 'if (calls % 20 === 3) throw new Error("now and then");'));
    const { state, percentage, decisions } = await callUntilEnded(plugin);
    assert.deepEqual([state, percentage], ['rolled_back', 10]);
    const last = decisions.at(-1) ?? assert.fail();
    assert.deepEqual([last.decision, last.actor, last.percentage], ['rolled_back', 'rollout', 0]);
    assert.match(
      last.reason,
      /^failures: \d+ of \d+ calls of release 2 failed, surely over [\d.]+%; of release 1 0 of \d+, so [\d.]+% are let pass$/,
    );
    assert.ok((last.health?.canary.failures ?? 0) > 0);
    const { releases, cause, actor, message } = await deployed(plugin);
    assert.deepEqual([releases, cause, actor], [[{ number: 1, percentage: 100 }], 'rollback', 'rollout']);
    assert.equal(message, `rollout 1 rolled back: ${last.reason}`);
    assert.equal((await host.call(plugin)).headers.get('nbox-release'), '1');
    assert.ok(
      host.lines.some((line) => line['msg'] === 'rollout rolled back' && line['plugin'] === plugin && line['reason'] === last.reason),
    );
  });

  it('of a release that takes twice the CPU is rolled back by itself', async () => {
    const plugin = 'demo/rollout/twice';
    await begin(plugin, rounds(20_000), rounds(40_000));
    const { state, percentage, decisions } = await callUntilEnded(plugin);
    assert.deepEqual([state, percentage], ['rolled_back', 10]);
    assert.match(decisions.at(-1)?.reason ?? '', /^(steps|CPU|latency): \d+ of \d+ calls of release 2 took more than /);
  });

  it('of a release that is as good goes from step to step to all calls', async () => {
    const plugin = 'demo/rollout/good';
    await begin(plugin, rounds(100), rounds(101));
    const { state, decisions } = await callUntilEnded(plugin);
    assert.equal(state, 'completed');
    assert.deepEqual(
      decisions.map(({ decision, percentage }) => [decision, percentage]),
      [
        ['started', 10],
        ['promoted', 50],
        ['completed', 100],
      ],
    );
    const { releases, cause } = await deployed(plugin);
    assert.deepEqual([releases, cause], [[{ number: 2, percentage: 100 }], 'rollout']);
  });

  it('counts no request that names its release: whoever knows one that fails could end it', async () => {
    const plugin = 'demo/rollout/forced';
    const source = (version: number) =>
      `export default (request: Request) => { if (request.url.endsWith('?bad')) throw new Error('bad'); return ${version}; };`;
    await begin(plugin, source(1), source(2), {}, { holdSeconds: 3_600 });
    for (let i = 0; i < 20; i += 1) {
      assert.equal((await host.call(`${plugin}/?bad`, { headers: { 'nbox-release-override': '2' } })).status, 502);
    }
    await host.text(plugin, { headers: { 'nbox-release-override': '1' } });
    const { state, health } = await rolloutOf(plugin);
    assert.deepEqual([state, health?.canary.calls, health?.base.calls], ['running', 0, 0]);
  });

  it('of a release that hangs its executor is rolled back at its first call', async () => {
    const plugin = 'demo/rollout/hangs';
    const manifest = { limits: { cpuMs: 50, deadlineMs: 500 } };
    await begin(plugin, rounds(10), `export default () => ${endless};`, manifest, { holdSeconds: 3_600, samples: 1_000 });
    const { status } = await host.call(plugin, { headers: { 'nbox-release-override': '2' } });
    assert.ok(status >= 500);
    let rollout = await rolloutOf(plugin);
    while (rollout.state === 'running') {
      await host.text(plugin);
      rollout = await rolloutOf(plugin);
    }
    assert.equal(rollout.state, 'rolled_back');
    assert.match(rollout.decisions.at(-1)?.reason ?? '', /^quarantine: the breaker of release 2 is /);
    assert.equal((await host.call(plugin)).headers.get('nbox-release'), '1');
  });

  it('is superseded by a rollback by hand, and steps are made, held and undone by hand', async () => {
    const plugin = 'demo/rollout/manual';
    await begin(plugin, rounds(10), rounds(11), {}, { holdSeconds: 3_600 });
    const change = async (what: string, headers = {}) => {
      const answer = await host.admin('POST', `${path(plugin)}/rollout/${what}`, { message: 'by hand' }, headers);
      return { status: answer.status, json: (await answer.json()) as { code: string; rollout: Rollout } };
    };
    assert.deepEqual(
      (await rolloutOf(plugin)).waitingFor.map(({ what }) => what),
      ['hold', 'samples', 'samples'],
    );
    assert.equal((await change('pause')).json.rollout.state, 'paused');
    assert.equal((await change('promote', { 'if-match': '"3"' })).json.rollout.percentage, 50);
    assert.equal((await change('promote', { 'if-match': '"3"' })).json.code, 'precondition_failed');
    assert.equal((await change('resume')).json.rollout.state, 'running');
    assert.equal((await host.admin('POST', `${path(plugin)}/rollback`, {})).status, 201);
    const { state, decisions } = await rolloutOf(plugin);
    assert.deepEqual([state, decisions.at(-1)?.decision], ['superseded', 'superseded']);
    const late = await change('abort');
    assert.deepEqual([late.status, late.json.code], [409, 'rollout_over']);
    assert.deepEqual((await deployed(plugin)).releases, [{ number: 1, percentage: 100 }]);
    await host.admin('POST', `${path(plugin)}/rollout`, { release: 2 });
    assert.equal((await change('abort')).json.rollout.state, 'aborted');
    const { rollouts } = (await (await host.admin('GET', `${path(plugin)}/rollouts`)).json()) as { rollouts: Rollout[] };
    assert.deepEqual(
      rollouts.map((one) => [one.number, one.state]),
      [
        [2, 'aborted'],
        [1, 'superseded'],
      ],
    );
  });
});

describe('a rollout whose host is killed', () => {
  const plugin = 'demo/rollout/killed';
  let data: string;
  let host: HostProcess;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-'));
    host = await HostProcess.start(data);
    await host.put(plugin, rounds(10));
    await admin('PUT', '?percentage=0', { source: rounds(11) });
  });
  after(async () => {
    await host.stop('SIGKILL');
    await rm(data, { recursive: true, force: true });
  });

  async function admin(method: string, what: string, body?: unknown) {
    const answer = await fetch(`${host.admin}/v1/plugins/${plugin}${what}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as {
      rollout: Rollout;
      deployments: { number: number; releases: { number: number; percentage: number }[] }[];
    };
  }

  async function kill(): Promise<void> {
    await host.stop('SIGKILL');
    host = await HostProcess.start(data);
  }

  it('goes on from its step, counting anew', async () => {
    await admin('POST', '/rollout', { release: 2, ...plan, holdSeconds: 3_600 });
    const before = (await admin('POST', '/rollout/promote', {})).rollout;
    await kill();
    const { health, decisions, ...after } = (await admin('GET', '/rollout')).rollout;
    assert.deepEqual([after.state, after.percentage, after.deployment], ['running', 50, before.deployment]);
    assert.deepEqual([decisions, health?.run], [before.decisions, 3]);
    await admin('POST', '/rollout/abort', {});
  });

  it('in the middle of a step says the same as what is deployed, whatever has become of the step', async () => {
    const steps = Array.from({ length: 20 }, (_, i) => (i + 1) * 5);
    for (const reached of [3, 7]) {
      await admin('POST', '/rollout', { release: 2, steps, holdSeconds: 3_600 });
      for (let step = 1; step < reached; step += 1) await admin('POST', '/rollout/promote', {});
      const promoting = admin('POST', '/rollout/promote', {}).catch(() => {});
      await kill();
      await promoting;
      const { rollout } = await admin('GET', '/rollout');
      const [live] = (await admin('GET', '/deployments')).deployments;
      assert.deepEqual([rollout.state, rollout.deployment], ['running', live?.number]);
      assert.equal(live?.releases.find(({ number }) => number === 2)?.percentage, rollout.percentage);
      assert.ok([reached, reached + 1].includes(rollout.percentage / 5), `${rollout.percentage}%`);
      assert.equal(rollout.decisions.length, rollout.percentage / 5);
      await admin('POST', '/rollout/abort', {});
    }
  });

  it('ends by itself afterwards', async () => {
    await admin('POST', '/rollout', { release: 2, ...plan });
    await kill();
    let { rollout } = await admin('GET', '/rollout');
    while (rollout.state === 'running') {
      await Promise.all(Array.from({ length: 50 }, () => host.text(plugin)));
      rollout = (await admin('GET', '/rollout')).rollout;
    }
    assert.equal(rollout.state, 'completed');
  });
});
