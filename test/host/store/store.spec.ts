/** What every store must do. Each implementation runs it over its own. */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import type { StoredToken } from '../../../host/access/access-token.ts';
import { mostBudgets } from '../../../host/budgets/budget.ts';
import { deployedAs, type Rollout } from '../../../host/rollout/rollout.ts';
import { type BudgetInput, type DeployInput, mostCapsules, type PublishInput, type Store } from '../../../host/store/store.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { type PluginId, parsePluginId } from '../../../loader/plugin-id.ts';

export const hello = parsePluginId('demo/hello/world');
export const other = parsePluginId('demo/hello/other');

/** Everything in it follows from its arguments, so that a half-written one can be told. */
export function publishInput(number: number, content = `content ${number}`, plugin: PluginId = hello): PublishInput {
  const files = new Map([
    ['index.ts', content],
    ['__proto__', 'a file like any other\0'],
  ]);
  const manifest = parseManifest({ owner: 'team', description: content.slice(0, 100) }, files.keys());
  const hash = Buffer.from(content).toString('hex');
  return {
    release: Object.freeze({ plugin, number, hash, manifest, createdAt: 1_000 + number }),
    files,
    bundle: { code: `code of ${content}`, sourceMap: `map of ${content}`, sites: [{ file: 'index.ts', line: 1, column: number }] },
    interfaces: ['fetch'],
    snapshot: { base: 'prelude', bytes: Uint8Array.of(number, 2, 3) },
    typeErrors: false,
    actor: 'someone',
    message: `why ${number}`,
    timings: { bundleMs: number },
    diagnostics: [{ file: 'index.ts', line: 1, column: 1, severity: 'warning', code: 'TS1', message: 'careful' }],
    gates: { tests: { passed: 1 } },
    shares: [{ number, percentage: 100 }],
    expected: undefined,
    deployedAt: 2_000 + number,
  };
}

/** Release 2 on its way over 1. */
export function rolloutOf(number: number, more: Partial<Rollout> = {}): Rollout {
  const margins = { failures: 0.005, cpu: 1.25, latency: 1.25 };
  const plan = { steps: [1, 100], holdMs: 1, samples: 10, timeoutMs: undefined, margins };
  const started = { kind: 'started', at: 1, actor: 'me', reason: 'why', deployment: 0, percentage: 1, health: undefined } as const;
  return {
    ...{ plugin: hello, number, release: 2, base: 1, plan, state: 'running', step: 0, stepAt: 1, run: 1, deployment: 0 },
    ...{ actor: 'me', message: 'why', startedAt: 1, endedAt: undefined, decisions: [started] },
    ...more,
  };
}

export function budgetInput(scope: string, more: Partial<BudgetInput> = {}): BudgetInput {
  return {
    ...{ scope, window: '1h', calls: undefined, cpuSeconds: undefined, memoryBytes: undefined, mode: 'hard', warnAt: 0.8 },
    ...{ actor: 'me', message: 'why', expected: undefined, setAt: 4_000 },
    ...more,
  };
}

/** @param open gives an empty store, which the suite closes */
export function storeSpec(name: string, open: () => Promise<Store>): void {
  describe(`${name} as a Store`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => store.close());

    it('is empty at first', async () => {
      assert.deepEqual(await store.live(), []);
      assert.equal(await store.plugin(hello), undefined);
      assert.deepEqual(await store.releases(hello), []);
      assert.equal(await store.nextNumber(hello), 1);
      assert.equal(await store.adminTokenHash(), undefined);
    });

    it('publish(input) stores a release and makes it live', async () => {
      const input = publishInput(1);
      assert.deepEqual(await store.publish(input), { release: input.release, deployment: 1, created: true });
      const live = await store.plugin(hello);
      assert.deepEqual(live?.release, input.release);
      assert.deepEqual(live?.deployment, {
        number: 1,
        releases: [{ number: 1, percentage: 100 }],
        createdAt: 2_001,
        actor: 'someone',
        cause: 'push',
        message: 'why 1',
        replaced: undefined,
      });
      assert.deepEqual(live?.interfaces, ['fetch']);
      assert.deepEqual(await store.bundle(hello, 1), input.bundle);
      assert.deepEqual([...(await store.source(hello, 1))], [...input.files]);
      assert.equal(await store.nextNumber(hello), 2);
    });

    it('publish(input) of content that was there makes a deployment and no release', async () => {
      await store.publish(publishInput(1, 'one'));
      await store.publish(publishInput(2, 'two'));
      assert.deepEqual((await store.findRelease(hello, publishInput(1, 'one').release.hash))?.release.number, 1);
      const again = await store.publish({ ...publishInput(1, 'one'), actor: 'another', deployedAt: 9_000 });
      assert.deepEqual([again.release.number, again.deployment, again.created], [1, 3, false]);
      const live = await store.plugin(hello);
      assert.equal(live?.release.number, 1);
      assert.deepEqual([live?.deployment.replaced, live?.deployment.actor, live?.actor], [2, 'another', 'someone']);
      assert.deepEqual(
        (await store.releases(hello)).map(({ release }) => release.number),
        [2, 1],
      );
      assert.deepEqual(
        (await store.deployments(hello)).map(({ number, replaced }) => [number, replaced]),
        [
          [3, 2],
          [2, 1],
          [1, undefined],
        ],
      );
    });

    it('publish(input) with a number that is taken changes nothing', async () => {
      await store.publish(publishInput(1, 'one'));
      for (const input of [publishInput(1, 'two'), publishInput(3, 'two'), publishInput(2, 'one')]) {
        await assert.rejects(store.publish(input), (error) => isNboxError(error, 'publish_failed'));
      }
      assert.deepEqual((await store.plugin(hello))?.release, publishInput(1, 'one').release);
      assert.equal((await store.deployments(hello)).length, 1);
      assert.equal(await store.nextNumber(hello), 2);
    });

    it('release(plugin, number) has what was said of it when it was pushed', async () => {
      const input = publishInput(1);
      await store.publish(input);
      const { message, sourceBytes, bundleBytes, timings, diagnostics, gates } = (await store.release(hello, 1)) ?? assert.fail();
      assert.deepEqual([message, timings, diagnostics, gates], ['why 1', { bundleMs: 1 }, input.diagnostics, { tests: { passed: 1 } }]);
      assert.equal(sourceBytes, 'content 1'.length + 'a file like any other\0'.length);
      assert.equal(bundleBytes, input.bundle.code.length);
      assert.equal(await store.release(hello, 2), undefined);
    });

    it('publish(input) without shares stores the release and deploys nothing', async () => {
      const outcome = await store.publish({ ...publishInput(1), shares: [] });
      assert.deepEqual([outcome.deployment, outcome.created], [undefined, true]);
      assert.equal(await store.plugin(hello), undefined);
      assert.equal((await store.releases(hello)).length, 1);
      assert.equal(await store.nextNumber(hello), 2);
    });

    const both = [
      { number: 2, percentage: 0.01 },
      { number: 1, percentage: 99.99 },
    ];
    const deploy = (more: Partial<DeployInput> = {}): DeployInput => ({
      ...{ plugin: hello, shares: both, cause: 'deploy', actor: 'me', message: 'slowly', expected: undefined, deployedAt: 5_000 },
      ...more,
    });

    it('deploy(input) gives two releases their parts, the greater one first', async () => {
      await store.publish(publishInput(1, 'one'));
      await store.publish({ ...publishInput(2, 'two'), shares: [] });
      assert.equal(await store.deploy(deploy()), 2);
      const live = (await store.plugin(hello)) ?? assert.fail();
      assert.deepEqual([live.release.number, live.second?.release.number], [1, 2]);
      assert.deepEqual(live.deployment, {
        ...{ number: 2, releases: [both[1], both[0]], createdAt: 5_000, actor: 'me', cause: 'deploy', message: 'slowly', replaced: 1 },
      });
      assert.deepEqual((await store.live())[0], live);
      await store.deploy(deploy({ shares: [{ number: 2, percentage: 100 }], cause: 'rollback' }));
      const after = (await store.plugin(hello)) ?? assert.fail();
      assert.deepEqual([after.release.number, after.second, after.deployment.cause], [2, undefined, 'rollback']);
    });

    it('deploy(input) and publish(input) of what is not there, or not expected, change nothing', async () => {
      await assert.rejects(store.deploy(deploy()), (error) => isNboxError(error, 'no_such_plugin'));
      await store.publish(publishInput(1, 'one'));
      await assert.rejects(store.deploy(deploy()), (error) => isNboxError(error, 'no_such_release'));
      const one = [{ number: 1, percentage: 100 }];
      for (const expected of [0, 2]) {
        await assert.rejects(store.deploy(deploy({ shares: one, expected })), (error) => isNboxError(error, 'precondition_failed'));
        await assert.rejects(store.publish({ ...publishInput(2, 'two'), expected }), (error) => isNboxError(error, 'precondition_failed'));
        await assert.rejects(store.remove(hello, 'someone', 1, expected), (error) => isNboxError(error, 'precondition_failed'));
      }
      await assert.rejects(store.publish({ ...publishInput(2, 'two'), shares: [{ number: 9, percentage: 100 }] }), (error) =>
        isNboxError(error, 'no_such_release'),
      );
      assert.deepEqual([(await store.deployments(hello)).length, (await store.releases(hello)).length], [1, 1]);
      assert.equal(await store.nextNumber(hello), 2);
      assert.equal(await store.deploy(deploy({ shares: one, expected: 1 })), 2);
      assert.equal(await store.remove(hello, 'someone', 1, 2), true);
      assert.equal((await store.publish({ ...publishInput(2, 'two'), expected: 0 })).deployment, 3);
    });

    it('publishAll(inputs) publishes all, or nothing', async () => {
      await store.publish(publishInput(1, 'one', hello));
      await assert.rejects(store.publishAll([publishInput(1, 'new', other), { ...publishInput(2, 'two', hello), expected: 9 }]), (error) =>
        isNboxError(error, 'precondition_failed'),
      );
      assert.equal(await store.plugin(other), undefined);
      assert.deepEqual([await store.nextNumber(other), await store.nextNumber(hello)], [1, 2]);
      const outcomes = await store.publishAll([publishInput(1, 'new', other), publishInput(2, 'two', hello)]);
      assert.deepEqual(
        outcomes.map(({ release, deployment }) => [release.plugin, release.number, deployment]),
        [
          [other, 1, 1],
          [hello, 2, 2],
        ],
      );
      assert.deepEqual(await store.publishAll([]), []);
    });

    it('done(key, plugin) has what was published under the key, for a day and as long as the plugin is there', async () => {
      const once = { key: 'me\nk', fingerprint: 'f' };
      await store.publish({ ...publishInput(1, 'one'), once });
      assert.deepEqual(await store.done(once.key, hello), { fingerprint: 'f', release: 1, deployment: 1 });
      assert.deepEqual([await store.done(once.key, other), await store.done('k', hello)], [undefined, undefined]);
      assert.equal((await store.deployment(hello, 1))?.number, 1);
      assert.equal(await store.deployment(hello, 2), undefined);
      await store.publish({ ...publishInput(2, 'two'), once: { ...once, key: 'later' }, deployedAt: 2_001 + 24 * 3_600_000 + 1 });
      assert.equal(await store.done(once.key, hello), undefined);
      await store.remove(hello, 'someone', 1);
      assert.equal(await store.done('later', hello), undefined);
    });

    it('dropOld(plugin, retention) drops what is beyond both bounds, and nothing that is deployed or was of late', async () => {
      for (let n = 1; n <= 9; n += 1) await store.publish({ ...publishInput(n), shares: n === 4 ? [{ number: 4, percentage: 100 }] : [] });
      await store.deploy(
        deploy({
          shares: [
            { number: 1, percentage: 60 },
            { number: 2, percentage: 40 },
          ],
          deployedAt: 3_000,
        }),
      );
      await store.publish(publishInput(1, 'x', other));
      const kept = async () => (await store.releases(hello)).filter((one) => one.kept).map(({ release }) => release.number);
      // Release n was published at 1,000 + n, and 4 deployed at 2,004.
      assert.equal(await store.dropOld(hello, { releases: 9, since: 9_000 }), 0);
      assert.equal(await store.dropOld(hello, { releases: 1, since: 1_000 }), 0);
      assert.equal(await store.dropOld(hello, { releases: 3, since: 1_006 }), 2);
      assert.deepEqual(await kept(), [9, 8, 7, 6, 4, 2, 1]);
      assert.equal(await store.dropOld(hello, { releases: 3, since: 2_500 }), 2);
      assert.deepEqual(await kept(), [9, 8, 7, 2, 1]);
      for (const one of [store.bundle(hello, 3), store.source(hello, 3)]) {
        await assert.rejects(one, (error) => isNboxError(error, 'release_dropped'));
      }
      assert.equal(await store.snapshot(hello, 3), undefined);
      assert.equal((await store.deployments(hello)).length, 2);
      // What is published again is whole again, under its number.
      const again = await store.publish(publishInput(3));
      assert.deepEqual([again.release.number, again.created], [3, false]);
      assert.deepEqual(await store.bundle(hello, 3), publishInput(3).bundle);
    });

    it('changes(after) tells of every deployment and removal, in order', async () => {
      assert.deepEqual(await store.changes(0), []);
      await store.publish(publishInput(1, 'x', hello));
      await store.publish(publishInput(1, 'x', other));
      await store.publish({ ...publishInput(2, 'y', other), shares: [] });
      await store.deploy(deploy({ shares: [{ number: 1, percentage: 100 }] }));
      await store.remove(other, 'someone', 7_000);
      const all = await store.changes(0);
      assert.deepEqual(
        all.map(({ plugin, deployment, at }) => [plugin, deployment, at]),
        [
          [hello, 1, 2_001],
          [other, 1, 2_001],
          [hello, 2, 5_000],
          [other, undefined, 7_000],
        ],
      );
      assert.deepEqual(await store.changes(all[1]?.number ?? 0), all.slice(2));
      assert.ok(all.every(({ number }, i) => i === 0 || number > (all[i - 1]?.number ?? 0)));
    });

    it('history(before, most) has the newest changes with what they made, but for what was removed since', async () => {
      assert.deepEqual(await store.history(undefined, 10), []);
      await store.publish(publishInput(1, 'x', hello));
      await store.publish(publishInput(1, 'x', other));
      await store.deploy(deploy({ shares: [{ number: 1, percentage: 100 }] }));
      await store.remove(other, 'someone', 7_000);
      const all = await store.history(undefined, 10);
      assert.deepEqual(
        all.map(({ plugin, at, isRemoval, deployment }) => [plugin, at, isRemoval, deployment?.number]),
        [
          [other, 7_000, true, undefined],
          [hello, 5_000, false, 2],
          [other, 2_001, false, undefined],
          [hello, 2_001, false, 1],
        ],
      );
      assert.deepEqual(all[1]?.deployment, await store.deployment(hello, 2));
      assert.deepEqual(await store.history(undefined, 2), all.slice(0, 2));
      assert.deepEqual(await store.history(all[1]?.number, 2), all.slice(2));
    });

    it('deploy(input) stores a rollout with the deployment’s number, both or neither', async () => {
      await store.publish(publishInput(1, 'one'));
      await store.publish({ ...publishInput(2, 'two'), shares: [] });
      assert.deepEqual([await store.nextRolloutNumber(hello), await store.rollouts(hello), await store.rolloutsUnderWay()], [1, [], []]);
      assert.equal(await store.deploy(deploy({ cause: 'rollout', rollout: rolloutOf(1) })), 2);
      const first = deployedAs(rolloutOf(1), 2);
      assert.deepEqual([await store.rollouts(hello), await store.rolloutsUnderWay()], [[first], [first]]);
      assert.deepEqual([first.deployment, first.decisions[0]?.deployment, await store.nextRolloutNumber(hello)], [2, 2, 2]);
      // Of a plugin one is under way at most.
      await assert.rejects(store.deploy(deploy({ rollout: rolloutOf(2) })), (error) => isNboxError(error, 'rollout_under_way'));
      await assert.rejects(store.deploy(deploy({ expected: 1, rollout: rolloutOf(1, { step: 1 }) })), (error) =>
        isNboxError(error, 'precondition_failed'),
      );
      assert.equal((await store.deployments(hello)).length, 2);
      assert.deepEqual(await store.rollouts(hello), [first]);
    });

    it('saveRollout(rollout) replaces the one with its number, and the last 50 stay', async () => {
      await store.publish(publishInput(1, 'one'));
      await store.saveRollout(rolloutOf(1));
      const ended = rolloutOf(1, { state: 'aborted', step: 1, stepAt: 2, run: 2, deployment: 3, endedAt: 4, decisions: [] });
      await assert.rejects(store.saveRollout(rolloutOf(2, { state: 'paused' })), (error) => isNboxError(error, 'rollout_under_way'));
      await store.saveRollout(ended);
      assert.deepEqual([await store.rollouts(hello), await store.rolloutsUnderWay()], [[ended], []]);
      for (let number = 2; number <= 52; number += 1) {
        await store.saveRollout(rolloutOf(number));
        await store.saveRollout({ ...ended, number });
      }
      assert.deepEqual(
        (await store.rollouts(hello)).map(({ number }) => number),
        Array.from({ length: 50 }, (_, i) => 52 - i),
      );
      assert.equal(await store.nextRolloutNumber(hello), 53);
      await store.saveRollout(rolloutOf(53));
      await store.remove(hello, 'someone', 3_000);
      await assert.rejects(store.saveRollout(rolloutOf(53)), (error) => isNboxError(error, 'no_such_plugin'));
      assert.deepEqual([await store.rollouts(hello), await store.rolloutsUnderWay()], [[], []]);
      assert.equal(await store.nextRolloutNumber(hello), 54);
    });

    it('keeps plugins apart, in order of their ids', async () => {
      await store.publish(publishInput(1, 'x', hello));
      await store.publish(publishInput(1, 'x', other));
      assert.deepEqual(
        (await store.live()).map(({ release }) => release.plugin),
        [other, hello],
      );
    });

    it('remembers type errors', async () => {
      await store.publish({ ...publishInput(1), typeErrors: true });
      assert.equal((await store.plugin(hello))?.typeErrors, true);
    });

    it('remove(plugin) leaves no content, and numbers that go on', async () => {
      await store.publish(publishInput(1, 'one'));
      await store.publish(publishInput(2, 'two'));
      assert.equal(await store.remove(hello, 'someone', 3_000), true);
      assert.equal(await store.remove(hello, 'someone', 3_000), false);
      assert.equal(await store.plugin(hello), undefined);
      assert.deepEqual(await store.live(), []);
      assert.deepEqual(await store.releases(hello), []);
      assert.equal(await store.findRelease(hello, publishInput(1, 'one').release.hash), undefined);
      await assert.rejects(store.bundle(hello, 1), (error) => isNboxError(error, 'no_such_release'));
      await assert.rejects(store.source(hello, 1), (error) => isNboxError(error, 'no_such_release'));
      assert.equal(await store.nextNumber(hello), 3);
      const { deployment } = await store.publish(publishInput(3, 'one'));
      assert.equal(deployment, 3);
      assert.equal((await store.plugin(hello))?.deployment.replaced, undefined);
    });

    it('snapshot(plugin, number) gives what was stored last', async () => {
      await store.publish(publishInput(1, 'one'));
      assert.deepEqual(await store.snapshot(hello, 1), { base: 'prelude', bytes: Uint8Array.of(1, 2, 3) });
      await store.saveSnapshot(hello, 1, { base: 'another', bytes: undefined });
      assert.deepEqual(await store.snapshot(hello, 1), { base: 'another', bytes: undefined });
      await store.publish(publishInput(1, 'one'));
      assert.equal((await store.snapshot(hello, 1))?.base, 'prelude');
      await store.saveSnapshot(hello, 9, { base: 'another', bytes: undefined });
      assert.equal(await store.snapshot(hello, 9), undefined);
      await store.remove(hello, 'someone', 1);
      assert.equal(await store.snapshot(hello, 1), undefined);
    });

    it('keepCapsule(capsule) keeps it with its release, as long as there are not too many', async () => {
      await store.publish(publishInput(1, 'one'));
      const capsule = { plugin: hello, id: 'a', release: 1, keptAt: 5_000, actor: 'someone', message: 'look', summary: '{}' };
      await store.keepCapsule(capsule, '{"a":1}');
      await store.keepCapsule({ ...capsule, message: 'again' }, '{}');
      await store.keepCapsule({ ...capsule, id: 'b', keptAt: 6_000 }, '{"b":1}');
      assert.deepEqual(await store.capsules(hello), [{ ...capsule, id: 'b', keptAt: 6_000 }, capsule]);
      assert.equal(await store.capsule(hello, 'a'), '{"a":1}');
      assert.equal(await store.capsule(other, 'a'), undefined);
      await assert.rejects(store.keepCapsule({ ...capsule, id: 'c', release: 9 }, '{}'), (error) => isNboxError(error, 'no_such_release'));
      for (let i = 2; i < mostCapsules; i += 1) await store.keepCapsule({ ...capsule, id: `n${i}` }, '{}');
      await assert.rejects(store.keepCapsule({ ...capsule, id: 'one more' }, '{}'), (error) => isNboxError(error, 'too_many_capsules'));
      assert.equal((await store.capsules(hello)).length, mostCapsules);
      assert.deepEqual([await store.dropCapsule(hello, 'b'), await store.dropCapsule(hello, 'b')], [true, false]);

      for (let number = 2; number < 5; number += 1) await store.publish(publishInput(number, `${number}`));
      assert.equal(await store.dropOld(hello, { releases: 1, since: 9_000 }), 2, 'but the one of the capsules');
      assert.ok((await store.release(hello, 1))?.kept);
      await store.remove(hello, 'someone', 1);
      assert.deepEqual(await store.capsules(hello), []);
    });

    it('remove(plugin) of what never was is false', async () => {
      assert.equal(await store.remove(hello, 'someone', 1), false);
    });

    it('setBudget(input) replaces the scope’s budget under a new version, held to what is expected', async () => {
      const input = budgetInput('demo/hello', { calls: 5 });
      const first = await store.setBudget(input);
      const { expected: _, ...terms } = input;
      assert.deepEqual(first, { ...terms, version: first.version });
      const second = await store.setBudget({ ...input, cpuSeconds: 0.5, calls: undefined, expected: first.version });
      assert.deepEqual(await store.budgets(), [second]);
      assert.ok(second.version > first.version);
      for (const expected of [0, first.version, 99]) {
        await assert.rejects(store.setBudget({ ...input, expected }), (error) => isNboxError(error, 'precondition_failed'));
        await assert.rejects(store.removeBudget('demo/hello', expected), (error) => isNboxError(error, 'precondition_failed'));
      }
      await store.removeBudget('demo/hello', second.version);
      await assert.rejects(store.removeBudget('demo/hello', undefined), (error) => isNboxError(error, 'no_such_budget'));
      assert.deepEqual(await store.budgets(), []);
      const third = await store.setBudget({ ...input, expected: 0 });
      assert.ok(third.version > second.version);
      await store.setBudget(budgetInput('a', { memoryBytes: 7 }));
      assert.deepEqual(
        (await store.budgets()).map(({ scope }) => scope),
        ['a', 'demo/hello'],
      );
    });

    it('setBudget(input) takes so many scopes and no more, and still changes those', async () => {
      for (let i = 0; i < mostBudgets; i += 1) await store.setBudget(budgetInput(`a${i}`));
      await assert.rejects(store.setBudget(budgetInput('one-more')), (error) => isNboxError(error, 'too_many_budgets'));
      await store.setBudget(budgetInput('a7', { calls: 3 }));
      assert.equal((await store.budgets()).length, mostBudgets);
    });

    it('saveBudgetCounts(all) replaces, of scopes that have a budget, and they go with it', async () => {
      await store.setBudget(budgetInput('a'));
      const counts = { scope: 'a', savedAt: 5, history: [[60_000, 3, 70]] } as const;
      await store.saveBudgetCounts([counts, { ...counts, scope: 'b' }]);
      assert.deepEqual(await store.budgetCounts(), [counts]);
      const later = { scope: 'a', savedAt: 6, history: [] };
      await store.saveBudgetCounts([later]);
      await store.setBudget(budgetInput('a', { calls: 2 }));
      assert.deepEqual(await store.budgetCounts(), [later]);
      await store.removeBudget('a', undefined);
      await store.setBudget(budgetInput('a'));
      assert.deepEqual(await store.budgetCounts(), []);
    });

    it('saveInterfaceUses(uses) replaces, of plugins that are live, and they go with them', async () => {
      const use = { plugin: hello, interface: 'fetch', seenAt: 1, usedAt: undefined, calls: 0, callers: [] };
      await store.saveInterfaceUses([use]);
      assert.deepEqual(await store.interfaceUses(), []);
      await store.publish(publishInput(1));
      const later = { ...use, usedAt: 5, calls: 7, callers: [{ name: 'header:shop', count: 7, overBy: 1 }] };
      const queue = { ...use, interface: 'queue' };
      await store.saveInterfaceUses([queue, use]);
      await store.saveInterfaceUses([later]);
      assert.deepEqual(await store.interfaceUses(), [later, queue]);
      await store.dropInterfaceUses([queue, { plugin: other, interface: 'fetch' }]);
      assert.deepEqual(await store.interfaceUses(), [later]);
      await store.remove(hello, 'me', 1);
      assert.deepEqual(await store.interfaceUses(), []);
    });

    it('addToken(token, most) keeps tokens until they are removed, each name and hash once', async () => {
      const token: StoredToken = {
        ...{ id: 'b', name: 'second', hash: 'f'.repeat(64), scope: 'deploy', reach: 'demo/hello', createdAt: 1, createdBy: 'me' },
        ...{ expiresAt: undefined, usedAt: undefined },
      };
      const first = { ...token, id: 'a', name: 'first', hash: 'e'.repeat(64), expiresAt: 9, usedAt: 5 };
      await store.addToken(token, 2);
      await store.addToken(first, 2);
      assert.deepEqual(await store.tokens(), [first, token]);
      const same = { ...token, id: 'c', hash: 'd'.repeat(64) };
      await assert.rejects(store.addToken(same, 9), (error) => isNboxError(error, 'token_exists'));
      await assert.rejects(store.addToken({ ...same, name: 'third' }, 2), (error) => isNboxError(error, 'too_many_tokens'));
      await assert.rejects(store.addToken({ ...token, id: 'c', name: 'third' }, 9), (error) => isNboxError(error, 'publish_failed'));
      await store.saveTokenUses([
        { id: 'b', usedAt: 7 },
        { id: 'gone', usedAt: 7 },
      ]);
      await store.removeToken('a');
      await store.removeToken('a');
      assert.deepEqual(await store.tokens(), [{ ...token, usedAt: 7 }]);
    });

    it('addSession(session) keeps sessions until they or their token are removed', async () => {
      const times = { createdAt: 1, seenAt: 1, expiresAt: 9 };
      const mine = { id: 'a', hash: 'a'.repeat(64), of: { tokenHash: 'f'.repeat(64) }, ...times };
      const member = { id: 'b', hash: 'b'.repeat(64), of: { actor: 'oidc:ann', scope: 'read', reach: '*' }, ...times } as const;
      const operators = { id: 'c', hash: 'c'.repeat(64), of: { tokenHash: 'e'.repeat(64) }, ...times };
      const token = { id: 't', name: 't', hash: 'f'.repeat(64), scope: 'read', reach: '*', createdAt: 1, createdBy: 'me' } as const;
      await store.addToken({ ...token, expiresAt: undefined, usedAt: undefined }, 9);
      for (const session of [mine, member, operators]) await store.addSession(session);
      await store.saveSessionUses([
        { id: 'b', seenAt: 5 },
        { id: 'gone', seenAt: 5 },
      ]);
      assert.deepEqual(await store.sessions(), [mine, { ...member, seenAt: 5 }, operators]);
      await store.removeToken('t');
      await store.removeSessions(['c', 'gone']);
      assert.deepEqual(await store.sessions(), [{ ...member, seenAt: 5 }]);
    });

    it('appendAudit(entries) adds all or nothing, and dropAudit(before) keeps where the chain begins', async () => {
      const entry = (at: number, plugin: string | null = hello) => ({
        ...{ at, actor: 'me', tokenId: 't', address: '::1', method: 'PUT', route: '/x', plugin, outcome: 'ok' },
        ...{ before: null, after: '{}', requestId: 'r' },
      });
      const start = { number: 0, hash: '0'.repeat(64) };
      assert.deepEqual(await store.auditEnds(), { head: start, tip: start });
      const tip = await store.appendAudit([entry(1), entry(2, null), entry(3)]);
      assert.deepEqual(await store.auditEnds(), { head: start, tip });
      await assert.rejects(store.appendAudit([entry(4), { ...entry(5), actor: null as never }]), (error) =>
        isNboxError(error, 'publish_failed'),
      );
      assert.deepEqual(await store.auditEnds(), { head: start, tip });
      const rows = await store.audit({ limit: 10 });
      assert.deepEqual(
        rows.map(({ number, hash: _, ...row }) => [number, row]),
        [
          [3, entry(3)],
          [2, entry(2, null)],
          [1, entry(1)],
        ],
      );
      assert.deepEqual([rows[0]?.number, rows[0]?.hash], [tip.number, tip.hash]);
      assert.equal(await store.dropAudit(3), 2);
      assert.equal(await store.dropAudit(3), 0);
      assert.deepEqual(await store.auditEnds(), { head: { number: 2, hash: rows[1]?.hash }, tip });
      assert.equal((await store.appendAudit([entry(4)])).number, 4);
    });

    it('setAdminTokenHash(hash) replaces', async () => {
      await store.setAdminTokenHash('a');
      await store.setAdminTokenHash('b');
      assert.equal(await store.adminTokenHash(), 'b');
    });
  });
}
