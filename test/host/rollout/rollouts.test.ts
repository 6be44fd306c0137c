/** host/rollout/rollouts.ts and under-way.ts, over a real store and publisher, with a time of its own. */

import assert from 'node:assert/strict';
import type { BreakerState } from '../../../guards/breaker.ts';
import { type ErrorCode, isNboxError, NboxError } from '../../../guards/errors.ts';
import { createLogger } from '../../../host/log.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { Publisher } from '../../../host/release/publisher.ts';
import { Registry } from '../../../host/release/registry.ts';
import { defaultPlan, type RolloutPlan } from '../../../host/rollout/plan.ts';
import { Rollouts } from '../../../host/rollout/rollouts.ts';
import type { RolloutStatus } from '../../../host/rollout/under-way.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import type { DeployInput } from '../../../host/store/store.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import { FakeBuilder, FakeLoader, TempDir } from '../doubles.ts';

const plugin = parsePluginId('demo/hello/world');
const by = { actor: 'tester', message: 'why', expected: undefined };

class FailingStore extends SqliteStore {
  fail: Error | undefined;

  override async deploy(input: DeployInput): Promise<number> {
    if (this.fail !== undefined) throw this.fail;
    return super.deploy(input);
  }
}

/** Goes on when it is told to, and does then what is due. */
class ManualTime {
  #now = 1_000_000;
  readonly #due = new Set<{ readonly at: number; readonly work: () => void }>();

  readonly clock = { now: () => this.#now, elapsed: () => this.#now };

  readonly after = (ms: number, work: () => void) => {
    const one = { at: this.#now + ms, work };
    this.#due.add(one);
    return () => void this.#due.delete(one);
  };

  /** What is waited for, in ms from now. */
  get waits(): number[] {
    return [...this.#due].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const one of [...this.#due].filter(({ at }) => at <= this.#now)) {
      this.#due.delete(one);
      one.work();
    }
  }
}

const rejects = (promise: Promise<unknown>, code: ErrorCode) => assert.rejects(promise, (error) => isNboxError(error, code));

describe('Rollouts', () => {
  let temp: TempDir;
  let store: FailingStore;
  let time: ManualTime;
  let registry: Registry;
  let publisher: Publisher;
  let rollouts: Rollouts;
  let lines: Record<string, unknown>[];
  const breakers = new Map<number, BreakerState>();

  /** A host over what the store has. */
  async function boot(): Promise<void> {
    lines = [];
    const log = createLogger({ logLevel: 'info', logFormat: 'json' }, { write: (line) => void lines.push(JSON.parse(line)) });
    registry = new Registry(
      () => {},
      () => {},
      (next) => rollouts.swapped(next),
    );
    publisher = new Publisher({
      ...{ builder: new FakeBuilder(), loader: new FakeLoader(), store, registry, log, clock: time.clock, dynamicCode: false },
      ...{ hasLane: () => true, gates: [], keep: { releases: 50, forMs: 1_000 }, onRemoved: (one) => rollouts.removed(one) },
    });
    rollouts = new Rollouts({
      ...{ store, publisher, log, clock: time.clock, after: time.after, deployed: (one) => registry.deployed(one) },
      breaker: ({ release }) => ({ state: breakers.get(release.number) ?? 'closed' }),
    });
    await publisher.restore();
    await rollouts.restore();
  }

  const push = (code: string, percentage = 100) =>
    publisher.publish({ plugin, files: new Map([['index.ts', code]]), typecheck: 'strict', actor: 'tester', percentage });
  const start = (plan: Partial<RolloutPlan> = {}, release = 2) =>
    rollouts.start({ plugin, release, plan: { ...defaultPlan, holdMs: 0, samples: 10, ...plan }, ...by });
  const shares = () => registry.deployed(plugin)?.shares.map(({ live, percentage }) => [live.release.number, percentage]);

  function calls(release: number, count: number, fields: Partial<UsageRecord> = {}): void {
    for (let i = 0; i < count; i += 1) {
      rollouts.record({
        ...{ plugin, release, interface: 'fetch', executor: 1, lane: 'standard', startedAt: time.clock.now(), outcome: 'ok' },
        ...{ waitUs: 0, initUs: 0, cpuUs: 1_000, wallUs: 2_000, steps: 10, memoryPeakBytes: 0, hostCalls: 0, bytesIn: 0, bytesOut: 0 },
        ...fields,
      });
    }
  }
  /** Enough for a step, of both. */
  function enough(fields: Partial<UsageRecord> = {}): void {
    calls(1, 30);
    calls(2, 20, fields);
  }
  /** Lets time pass; resolves when what was due is done. */
  async function pass(ms = 100): Promise<RolloutStatus> {
    time.pass(ms);
    // Behind it in the queue: changes of one plugin go one after another.
    await rollouts.pause({ ...by, plugin, expected: -1 }).catch(() => {});
    return rollouts.status(plugin);
  }

  beforeEach(async () => {
    temp = new TempDir();
    store = new FailingStore(temp.path);
    time = new ManualTime();
    breakers.clear();
    await boot();
    await push('one');
    await push('two', 0);
  });
  afterEach(async () => {
    await rollouts.close();
    await publisher.close();
    await store.close();
    temp[Symbol.dispose]();
  });

  it('start(request) deploys the first step, and tells what it waits for', async () => {
    const { rollout, health, waiting } = await start({ holdMs: 60_000 });
    assert.deepEqual(shares(), [
      [2, 1],
      [1, 99],
    ]);
    assert.deepEqual([rollout.number, rollout.state, rollout.base, rollout.step, rollout.deployment], [1, 'running', 1, 0, 3]);
    assert.deepEqual([health?.run, health?.canary.calls], [1, 0]);
    assert.deepEqual(
      waiting.map(({ what }) => what),
      ['hold', 'samples', 'samples'],
    );
    assert.deepEqual(await store.rollouts(plugin), [rollout]);
    const { cause, actor, message } = (await store.plugin(plugin))?.deployment ?? assert.fail();
    assert.deepEqual([cause, actor, message], ['rollout', 'tester', 'why']);
  });

  it('start(request) refuses what is no rollout, or one too many', async () => {
    await rejects(start({}, 9), 'no_such_release');
    await rejects(start({}, 1), 'invalid_rollout');
    await rejects(start({ steps: [1, 100.5] }), 'invalid_rollout');
    await rejects(start({ holdMs: 5_000, timeoutMs: 5_000 }), 'invalid_rollout');
    await rejects(rollouts.start({ plugin, release: 2, plan: defaultPlan, ...by, expected: 1 }), 'precondition_failed');
    await rejects(rollouts.start({ plugin: parsePluginId('demo/hello/nobody'), release: 2, plan: defaultPlan, ...by }), 'no_such_plugin');
    await push('three');
    await push('four', 50);
    await rejects(start({}, 2), 'invalid_rollout');
    await rejects(start({}, 4), 'invalid_rollout');
    await start({ steps: [50, 100] }, 4);
    await rejects(start({}, 4), 'rollout_under_way');
    assert.equal((await store.rollouts(plugin)).length, 1);
  });

  it('goes from step to step when both releases have had enough calls and none is worse, and ends with all', async () => {
    await start();
    for (const [percentage, run] of [
      [10, 2],
      [50, 3],
    ] as const) {
      await pass();
      enough();
      const { rollout, health } = await pass();
      assert.deepEqual([registry.deployed(plugin)?.shares[0]?.percentage, rollout.state], [percentage, 'running']);
      // Counted anew.
      assert.deepEqual([health?.run, health?.canary.calls, health?.base.calls], [run, 0, 0]);
    }
    enough();
    const { rollout, health, waiting } = await pass();
    assert.deepEqual([rollout.state, shares(), health, waiting], ['completed', [[2, 100]], undefined, []]);
    assert.deepEqual(
      rollout.decisions.map(({ kind, actor, percentage, deployment, health: seen }) => [
        kind,
        actor,
        percentage,
        deployment,
        seen?.canary.calls,
      ]),
      [
        ['started', 'tester', 1, 3, undefined],
        ['promoted', 'rollout', 10, 4, 20],
        ['promoted', 'rollout', 50, 5, 20],
        ['completed', 'rollout', 100, 6, 20],
      ],
    );
    assert.deepEqual(await store.rollouts(plugin), [rollout]);
    assert.deepEqual(time.waits, []);
    enough({ outcome: 'plugin_error' });
    assert.deepEqual([time.waits, shares()], [[], [[2, 100]]]);
  });

  it('holds each step, and looks when the hold is over without a call', async () => {
    await start({ holdMs: 60_000 });
    await pass();
    enough();
    const { waiting } = await pass(1_000);
    assert.deepEqual(waiting, [{ what: 'hold', detail: 'The step is held for 59 s more' }]);
    assert.deepEqual(time.waits, [58_900]);
    assert.equal((await pass(58_900)).rollout.step, 1);
  });

  it('is rolled back by itself when the new release is worse, and records why in figures', async () => {
    await start();
    enough({ outcome: 'plugin_error' });
    const { rollout } = await pass();
    assert.deepEqual([rollout.state, shares()], ['rolled_back', [[1, 100]]]);
    const last = rollout.decisions.at(-1) ?? assert.fail();
    assert.match(last.reason, /^failures: 20 of 20 calls of release 2 failed, surely over .*%; of release 1 0 of 30/);
    assert.deepEqual([last.actor, last.percentage, last.health?.canary.failures, last.health?.verdict], ['rollout', 0, 20, 'worse']);
    const { cause, actor, message } = (await store.plugin(plugin))?.deployment ?? assert.fail();
    assert.deepEqual([cause, actor, message], ['rollback', 'rollout', `rollout 1 rolled back: ${last.reason}`]);
    const [said] = lines.filter(({ msg }) => msg === 'rollout rolled back');
    assert.deepEqual([said?.['decision'], said?.['reason'], said?.['plugin']], ['rolled_back', last.reason, plugin]);
    await start();
    assert.equal((await rollouts.status(plugin)).rollout.number, 2);
  });

  it('goes on where both releases fail alike', async () => {
    await start();
    await pass();
    calls(1, 30, { outcome: 'plugin_error' });
    calls(2, 20, { outcome: 'plugin_error' });
    assert.equal((await pass()).rollout.step, 1);
  });

  it('is rolled back at once where only the new release is quarantined, and not where both are', async () => {
    await start();
    breakers.set(1, 'refused').set(2, 'quarantined');
    calls(2, 1, { outcome: 'executor_lost' });
    assert.equal((await pass()).rollout.state, 'running');
    breakers.set(1, 'slowed');
    calls(2, 1, { outcome: 'quarantined', executor: 0 });
    const { rollout } = await pass();
    assert.equal(rollout.state, 'rolled_back');
    assert.equal(rollout.decisions.at(-1)?.reason, 'quarantine: the breaker of release 2 is quarantined, that of release 1 slowed');
  });

  it('waits for as long as there are too few calls, or is rolled back after a timeout that says so', async () => {
    await start();
    calls(1, 100);
    calls(2, 9);
    assert.equal((await pass(30 * 86_400_000)).rollout.step, 0);
    await rollouts.abort({ plugin, ...by });
    await start({ timeoutMs: 3_600_000 });
    calls(1, 100);
    calls(2, 3);
    assert.equal((await pass(3_599_999)).rollout.state, 'running');
    const { rollout } = await pass(1);
    assert.equal(rollout.state, 'rolled_back');
    assert.match(rollout.decisions.at(-1)?.reason ?? '', /^timeout: the step was not passed within 3600 s\. Of release 2 2 of 10 calls/);
  });

  it('pause(request) holds it where it is, and does not turn the watching off; resume(request) lets it go on', async () => {
    await start({ timeoutMs: 10_000 });
    assert.equal((await rollouts.pause({ plugin, ...by })).rollout.state, 'paused');
    assert.equal((await rollouts.pause({ plugin, ...by })).rollout.decisions.length, 2);
    enough();
    const { rollout, waiting } = await pass(60_000);
    assert.deepEqual([rollout.step, waiting.map(({ what }) => what)], [0, ['resume']]);
    await rollouts.resume({ plugin, ...by });
    assert.equal((await pass()).rollout.step, 1);
    await rollouts.pause({ plugin, ...by });
    enough({ outcome: 'plugin_error' });
    assert.equal((await pass()).rollout.state, 'rolled_back');
  });

  it('promote(request) goes a step further without samples, abort(request) goes back', async () => {
    await start({ holdMs: 60_000 });
    const { rollout } = await rollouts.promote({ plugin, ...by, message: 'I know' });
    assert.deepEqual([rollout.step, rollout.decisions.at(-1)?.reason], [1, 'I know']);
    await rejects(rollouts.abort({ plugin, ...by, expected: 3 }), 'precondition_failed');
    const aborted = await rollouts.abort({ plugin, ...by, expected: 4 });
    assert.deepEqual([aborted.rollout.state, shares()], ['aborted', [[1, 100]]]);
    for (const change of ['pause', 'resume', 'promote', 'abort'] as const)
      await rejects(rollouts[change]({ plugin, ...by }), 'rollout_over');
    await start({ steps: [50, 100] });
    assert.equal((await rollouts.promote({ plugin, ...by })).rollout.state, 'completed');
    assert.deepEqual(shares(), [[2, 100]]);
  });

  it('is superseded by whatever someone deploys, and leaves that as it is', async () => {
    await start();
    await publisher.rollback({ plugin, to: undefined, ...by });
    const { rollout } = await pass(0);
    assert.deepEqual([rollout.state, rollout.decisions.at(-1)?.reason], ['superseded', 'Deployment 4 was made by tester (rollback)']);
    assert.deepEqual(shares(), [[1, 100]]);
    await start();
    await push('three');
    // Seen by whoever asks, too, before it was looked at.
    assert.equal((await rollouts.status(plugin)).rollout.state, 'superseded');
    await push('four', 0);
    await start({}, 4);
    await push('five', 20);
    await rejects(rollouts.promote({ plugin, ...by }), 'rollout_over');
    assert.deepEqual(
      (await store.rollouts(plugin)).map(({ state }) => state),
      ['superseded', 'superseded', 'superseded'],
    );
    assert.deepEqual(shares()?.[0], [5, 20]);
  });

  it('ends with its plugin', async () => {
    await start();
    await publisher.remove(plugin, 'tester');
    assert.deepEqual(await store.rollouts(plugin), []);
    await rejects(rollouts.status(plugin), 'no_rollout');
    enough({ outcome: 'plugin_error' });
    await push('one');
    await push('two', 0);
    const { rollout } = await start({}, 4);
    assert.equal(rollout.number, 2);
  });

  it('tries again what could not be stored, and says so', async () => {
    await start();
    enough({ outcome: 'plugin_error' });
    store.fail = new NboxError('publish_failed', 'the disk is full');
    for (const wait of [1_000, 2_000, 4_000]) {
      const { rollout, waiting } = await pass(100);
      assert.equal(rollout.state, 'running');
      assert.match(waiting.find(({ what }) => what === 'store')?.detail ?? '', /the disk is full/);
      assert.ok(time.waits.includes(wait), String(time.waits));
      time.pass(wait - 100);
    }
    store.fail = undefined;
    assert.equal((await pass(100)).rollout.state, 'rolled_back');
  });

  it('goes on after a restart from the step that it was in, counting anew', async () => {
    await start();
    await pass();
    enough();
    const before = await pass();
    enough();
    await rollouts.close();
    await publisher.close();
    await store.close();
    store = new FailingStore(temp.path);
    await boot();
    const { rollout, health } = await rollouts.status(plugin);
    assert.deepEqual(rollout, { ...before.rollout, run: 3 });
    assert.deepEqual([health?.run, health?.canary.calls], [3, 0]);
    assert.deepEqual(shares()?.[0], [2, 10]);
    enough();
    assert.equal((await pass()).rollout.step, 2);
  });

  it('is superseded after a restart where something else is live', async () => {
    await start();
    await rollouts.close();
    await store.deploy({
      ...{ plugin, shares: [{ number: 1, percentage: 100 }], cause: 'deploy', actor: 'other', message: '' },
      ...{ expected: undefined, deployedAt: 1 },
    });
    await boot();
    assert.equal((await pass(0)).rollout.state, 'superseded');
  });

  it('stores a step with its deployment or not at all', async () => {
    const { rollout } = await start();
    const broken = { ...rollout, number: 7, decisions: rollout.decisions };
    // Another one is under way: the rollout's row is refused, and with it the deployment.
    const input = {
      plugin,
      shares: [{ number: 1, percentage: 100 }],
      cause: 'rollout',
      actor: 'x',
      message: '',
      expected: 3,
      deployedAt: 1,
    } as const;
    await rejects(store.deploy({ ...input, rollout: broken }), 'rollout_under_way');
    assert.equal((await store.plugin(plugin))?.deployment.number, 3);
    assert.deepEqual(await store.rollouts(plugin), [rollout]);
  });
});
