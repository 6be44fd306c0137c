/** host/release/publisher.ts */

import assert from 'node:assert/strict';
import { type ErrorCode, isNboxError, NboxError } from '../../../guards/errors.ts';
import { Publisher } from '../../../host/release/publisher.ts';
import type { PublishRequest } from '../../../host/release/push.ts';
import { Registry } from '../../../host/release/registry.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import type { PublishInput, PublishOutcome } from '../../../host/store/store.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import { FakeBuilder, FakeLoader, quietLog, StepClock, TempDir } from '../doubles.ts';

const hello = parsePluginId('demo/hello/world');

class FailingStore extends SqliteStore {
  fail: Error | undefined;

  override async publishAll(inputs: readonly PublishInput[]): Promise<PublishOutcome[]> {
    if (this.fail !== undefined) throw this.fail;
    return super.publishAll(inputs);
  }
}

function push(code: string, more: Partial<PublishRequest> = {}): PublishRequest {
  return { plugin: hello, files: new Map([['index.ts', code]]), typecheck: 'strict', actor: 'tester', ...more };
}

const rejects = (promise: Promise<unknown>, code: ErrorCode) => assert.rejects(promise, (error) => isNboxError(error, code));

describe('Publisher', () => {
  let temp: TempDir;
  let store: FailingStore;
  let registry: Registry;
  let builder: FakeBuilder;
  let loader: FakeLoader;
  let removed: string[];
  let publisher: Publisher;

  function start(dynamicCode = false): void {
    loader = new FakeLoader();
    registry = new Registry((closed) => loader.unload(closed));
    builder = new FakeBuilder();
    removed = [];
    publisher = new Publisher({
      builder,
      loader,
      store,
      registry,
      log: quietLog,
      hasLane: (lane) => lane === 'standard',
      clock: new StepClock(),
      dynamicCode,
      gates: [],
      keep: { releases: 4, forMs: 100 },
      onRemoved: (plugin) => removed.push(plugin),
    });
  }

  beforeEach(() => {
    temp = new TempDir();
    store = new FailingStore(temp.path);
    start();
  });
  afterEach(async () => {
    await store.close();
    temp[Symbol.dispose]();
  });

  /** The one release that serves, in the registry, the executors and the store. */
  async function assertServes(number: number): Promise<void> {
    assert.equal(registry.get(hello)?.release.number, number);
    assert.deepEqual(
      [...loader.loaded].map(({ release }) => release.number),
      [number],
    );
    assert.equal((await store.plugin(hello))?.release.number, number);
  }

  it('publish(request) builds, probes, loads, stores and swaps', async () => {
    const { timings, ...published } = await publisher.publish(push('one'));
    const { hash } = registry.get(hello)?.release ?? {};
    assert.deepEqual(published, {
      plugin: hello,
      release: { number: 1, hash },
      deployment: 1,
      releases: [{ number: 1, percentage: 100 }],
      created: true,
      diagnostics: [],
      interfaces: ['fetch'],
      gates: {},
    });
    assert.deepEqual(Object.keys(timings).sort(), [
      'bundleMs',
      'gatesMs',
      'instrumentMs',
      'loadMs',
      'probeMs',
      'storeMs',
      'totalMs',
      'typecheckMs',
    ]);
    assert.deepEqual(loader.probed, [1]);
    await assertServes(1);
  });

  it('publish(request) replaces, and the old release is unloaded when its last lease is back', async () => {
    await publisher.publish(push('one'));
    const old = registry.get(hello);
    old?.lease();
    await publisher.publish(push('two'));
    assert.equal(old?.state, 'draining');
    assert.equal(loader.loaded.size, 2);
    old?.giveBack();
    await assertServes(2);
  });

  it('publish(request) of live content changes nothing and builds nothing', async () => {
    await publisher.publish(push('one'));
    const again = await publisher.publish(push('one'));
    assert.deepEqual([again.created, again.release.number, again.deployment, again.interfaces], [false, 1, 1, ['fetch']]);
    assert.equal(builder.requests.length, 1);
  });

  it('publish(request) of earlier content deploys that release again, without a build', async () => {
    await publisher.publish(push('one'));
    await publisher.publish(push('two'));
    const back = await publisher.publish(push('one'));
    assert.deepEqual([back.created, back.release.number, back.deployment], [true, 1, 3]);
    assert.equal(builder.requests.length, 2);
    await assertServes(1);
  });

  it('publish(request) takes the manifest beside a source, or the one among the files', async () => {
    await publisher.publish(push('one', { manifest: { owner: 'a' } }));
    assert.equal(registry.get(hello)?.release.manifest.owner, 'a');
    await publisher.publish(
      push('', {
        files: new Map([
          ['index.ts', 'one'],
          ['nbox.json', '{"owner":"b"}'],
        ]),
      }),
    );
    assert.equal(registry.get(hello)?.release.manifest.owner, 'b');
    await rejects(publisher.publish(push('one', { manifest: { nonsense: 1 } })), 'invalid_manifest');
  });

  it('publish({typecheck}) is not part of the content, but strict fails what warn let through', async () => {
    const warned = await publisher.publish(push('TYPE ERROR', { typecheck: 'warn' }));
    assert.equal(warned.diagnostics[0]?.severity, 'warning');
    await rejects(publisher.publish(push('TYPE ERROR')), 'type_errors');
    const again = await publisher.publish(push('TYPE ERROR', { typecheck: 'warn' }));
    assert.deepEqual([again.created, again.diagnostics.length], [false, 1]);
    await publisher.publish(push('two'));
    await rejects(publisher.publish(push('TYPE ERROR')), 'type_errors');
    await assertServes(2);
    assert.equal((await publisher.publish(push('TYPE ERROR', { typecheck: 'warn' }))).release.number, 1);
  });

  for (const [stage, sabotage] of [
    ['build', () => undefined],
    [
      'probe',
      () => {
        loader.failProbe = new NboxError('probe_failed', 'x');
      },
    ],
    [
      'load',
      () => {
        loader.failLoad = new NboxError('publish_failed', 'x');
      },
    ],
    [
      'store',
      () => {
        store.fail = new NboxError('publish_failed', 'disk full');
      },
    ],
  ] as const) {
    it(`a publish whose ${stage} fails leaves the old release everywhere, and its number free`, async () => {
      await publisher.publish(push('one'));
      sabotage();
      await assert.rejects(publisher.publish(push(stage === 'build' ? 'TYPE ERROR' : 'two')), NboxError);
      await assertServes(1);
      assert.equal(registry.get(hello)?.state, 'live');
      loader.failProbe = loader.failLoad = store.fail = undefined;
      assert.equal((await publisher.publish(push('three'))).release.number, 2);
    });
  }

  it('publishes of one plugin run one by one in order; those of others beside them', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    builder.gate = promise;
    const first = publisher.publish(push('one'));
    const second = publisher.publish(push('two'));
    const other = publisher.publish(push('one', { plugin: parsePluginId('demo/hello/other') }));
    while (builder.requests.length < 2) await new Promise((turn) => setImmediate(turn));
    assert.deepEqual(
      builder.requests.map(({ plugin }) => plugin),
      [hello, 'demo/hello/other'],
    );
    resolve();
    assert.deepEqual(
      (await Promise.all([first, second, other])).map(({ release }) => release.number),
      [1, 2, 1],
    );
    await assertServesLast();

    async function assertServesLast(): Promise<void> {
      assert.equal(registry.get(hello)?.release.number, 2);
      assert.equal((await store.plugin(hello))?.release.number, 2);
    }
  });

  it('two pushes of the same content at once are one release and one deployment', async () => {
    const both = await Promise.all([publisher.publish(push('one')), publisher.publish(push('one'))]);
    assert.deepEqual(
      both.map(({ created, deployment }) => [created, deployment]),
      [
        [true, 1],
        [false, 1],
      ],
    );
    assert.equal(builder.requests.length, 1);
  });

  it('a line of too many pushes is refused with builder_busy', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    builder.gate = promise;
    const waiting = Array.from({ length: 16 }, (_, i) => publisher.publish(push(`content ${i}`)));
    await rejects(publisher.publish(push('one too many')), 'builder_busy');
    resolve();
    await Promise.all(waiting);
    await publisher.publish(push('one more'));
  });

  it('remove(plugin) ends it in the store and the registry, and numbers go on', async () => {
    await publisher.publish(push('one'));
    await publisher.remove(hello, 'tester');
    assert.equal(registry.get(hello), undefined);
    assert.equal(loader.loaded.size, 0);
    assert.deepEqual(removed, [hello]);
    await rejects(publisher.remove(hello, 'tester'), 'no_such_plugin');
    assert.equal((await publisher.publish(push('one'))).release.number, 2);
  });

  it('remove(plugin) behind a running publish waits for it', async () => {
    const publishing = publisher.publish(push('one'));
    await publisher.remove(hello, 'tester');
    await publishing;
    assert.equal(registry.get(hello), undefined);
    assert.equal(await store.plugin(hello), undefined);
  });

  it('removeContent(plugin, hash) leaves what was published since', async () => {
    const { release } = await publisher.publish(push('one'));
    await publisher.publish(push('two'));
    assert.equal(await publisher.removeContent(hello, release.hash, 'tester'), false);
    assert.equal(registry.get(hello)?.release.number, 2);
  });

  it('restore() brings back what was live, without loading it', async () => {
    await publisher.publish(push('one'));
    await publisher.publish(push('two'));
    start();
    assert.equal(await publisher.restore(), 1);
    assert.equal(registry.get(hello)?.release.number, 2);
    assert.deepEqual(registry.get(hello)?.interfaces, new Set(['fetch']));
    assert.equal(loader.loaded.size, 0);
    assert.equal((await publisher.publish(push('two'))).created, false);
    assert.equal(builder.requests.length, 0);
  });

  it('close() lets what runs end, and refuses what comes', async () => {
    const running = publisher.publish(push('one'));
    const closing = publisher.close();
    await rejects(publisher.publish(push('two')), 'stopping');
    await closing;
    assert.equal((await running).release.number, 1);
  });

  describe('deployments', () => {
    const table = async () => (await store.plugin(hello))?.deployment.releases.map(({ number, percentage }) => [number, percentage]);
    const resident = () => [...loader.loaded].map(({ release }) => release.number).sort();
    const change = { plugin: hello, actor: 'tester', message: 'why', expected: undefined };
    const deploy = (...pairs: [number: number, percentage: number][]) =>
      publisher.deploy({ ...change, shares: pairs.map(([number, percentage]) => ({ number, percentage })) });
    const rollback = (to?: number) => publisher.rollback({ ...change, to });
    beforeEach(async () => {
      for (const code of ['one', 'two', 'three']) await publisher.publish(push(code));
    });

    it('deploy(request) of two releases brings what is not there, and keeps both', async () => {
      const before = registry.get(hello);
      const { deployment, created } = await deploy([3, 90], [1, 10]);
      assert.deepEqual([deployment.number, deployment.cause, deployment.message, created], [4, 'deploy', 'why', true]);
      assert.equal(registry.get(hello), before);
      assert.deepEqual(resident(), [1, 3]);
      assert.equal(registry.deployed(hello)?.find(1)?.state, 'live');
      await deploy([1, 100]);
      assert.deepEqual([resident(), before?.state], [[1], 'closed']);
    });

    it('deploy(request) of what is deployed changes nothing', async () => {
      const { deployment, created } = await deploy([3, 100]);
      assert.deepEqual([deployment.number, created], [3, false]);
      assert.equal((await store.deployments(hello)).length, 3);
    });

    it('deploy(request) that fails leaves what was deployed, and nothing behind', async () => {
      await rejects(deploy([9, 100]), 'no_such_release');
      await rejects(deploy([3, 99]), 'invalid_deployment');
      await rejects(publisher.deploy({ ...change, shares: [{ number: 1, percentage: 100 }], expected: 2 }), 'precondition_failed');
      loader.failLoad = new NboxError('publish_failed', 'no');
      await rejects(deploy([3, 50], [1, 50]), 'publish_failed');
      loader.failLoad = undefined;
      await rejects(deploy([1, 50], [9, 50]), 'no_such_release');
      assert.deepEqual([await table(), resident(), registry.get(hello)?.release.number], [[[3, 100]], [3], 3]);
      await rejects(
        publisher.deploy({ ...change, plugin: parsePluginId('a/b/c'), shares: [{ number: 1, percentage: 100 }] }),
        'no_such_plugin',
      );
    });

    it('rollback(request) goes back, and further back, and no further than there is', async () => {
      assert.equal((await rollback()).deployment.cause, 'rollback');
      await assertServes(2);
      await rollback();
      await assertServes(1);
      await rejects(rollback(), 'nothing_to_roll_back');
      await rollback(3);
      await assertServes(3);
      await rejects(rollback(9), 'no_such_release');
    });

    it('rollback(request) drops a canary', async () => {
      await publisher.publish(push('four', { percentage: 5 }));
      assert.deepEqual(await table(), [
        [3, 95],
        [4, 5],
      ]);
      await rollback();
      await assertServes(3);
    });

    it('publish(request) with a percentage is a canary, which a push without one makes whole', async () => {
      const { deployment, releases } = await publisher.publish(push('four', { percentage: 0 }));
      assert.deepEqual(
        [deployment, releases],
        [
          4,
          [
            { number: 3, percentage: 100 },
            { number: 4, percentage: 0 },
          ],
        ],
      );
      assert.equal(registry.get(hello)?.release.number, 3);
      assert.deepEqual(resident(), [3, 4]);
      const again = await publisher.publish(push('four', { percentage: 0 }));
      assert.equal(again.created, false);
      await publisher.publish(push('four'));
      await assertServes(4);
    });

    it('publish(request) of the first release with a percentage is refused', async () => {
      await rejects(publisher.publish(push('x', { plugin: parsePluginId('a/b/c'), percentage: 10 })), 'invalid_deployment');
    });

    it('publish(request), deploy(request) and remove(plugin) are held to what is expected', async () => {
      for (const expected of [0, 2, 9]) {
        await rejects(publisher.publish(push('four', { expected })), 'precondition_failed');
        await rejects(publisher.rollback({ ...change, to: undefined, expected }), 'precondition_failed');
        await rejects(publisher.remove(hello, 'tester', expected), 'precondition_failed');
      }
      await assertServes(3);
      await publisher.publish(push('four', { expected: 3 }));
      await publisher.remove(hello, 'tester', 4);
      await publisher.publish(push('five', { expected: 0 }));
      await rejects(publisher.publish(push('six', { expected: 0 })), 'precondition_failed');
    });

    it('publishAll(requests) publishes all at once, and what is live already stays', async () => {
      const there = parsePluginId('demo/hello/there');
      const published = await publisher.publishAll([
        push('x', { plugin: there }),
        push('three'),
        push('y', { plugin: parsePluginId('a/b/c') }),
      ]);
      assert.deepEqual(
        published.map(({ plugin, deployment, created }) => [plugin, deployment, created]),
        [
          [there, 1, true],
          [hello, 3, false],
          ['a/b/c', 1, true],
        ],
      );
      assert.equal(registry.size, 3);
    });

    it('publishAll(requests) of which one fails publishes none, and says which', async () => {
      const there = parsePluginId('demo/hello/there');
      const bad: [requests: PublishRequest[], code: ErrorCode, pointer: string][] = [
        [[push('four'), push('TYPE ERROR', { plugin: there })], 'type_errors', '/plugins/1'],
        [[push('four'), push('x', { plugin: there, manifest: { lane: 'no' } })], 'invalid_manifest', '/plugins/1/manifest/lane'],
        [[push('four'), push('x', { plugin: there, expected: 4 })], 'precondition_failed', '/plugins/1'],
      ];
      for (const [requests, code, pointer] of bad) {
        await assert.rejects(publisher.publishAll(requests), (error) => isNboxError(error, code) && error.details.pointer === pointer);
      }
      store.fail = new NboxError('publish_failed', 'disk full');
      await rejects(publisher.publishAll([push('four'), push('x', { plugin: there })]), 'publish_failed');
      store.fail = undefined;
      assert.deepEqual([resident(), registry.get(there), (await store.releases(hello)).length], [[3], undefined, 3]);
      await assertServes(3);
    });

    it('publishAll(requests) that name the same plugins in other orders do not wait for each other for ever', async () => {
      const plugins = ['a/b/c', 'a/b/d', 'a/b/e'].map((id) => parsePluginId(id));
      const all = (order: readonly (typeof hello)[], code: string) => publisher.publishAll(order.map((plugin) => push(code, { plugin })));
      await Promise.all([all(plugins, '1'), all(plugins.toReversed(), '2'), all([plugins[1], plugins[0]] as (typeof hello)[], '3')]);
      assert.equal(registry.size, 4);
    });

    it('publish(request) drops the content of old releases, which rollback(request) passes over and a push brings back', async () => {
      await deploy([1, 100]);
      for (let n = 0; n < 60; n += 1) await publisher.publish(push(`more ${n % 6}`));
      const kept = (await store.releases(hello)).filter((one) => one.kept).map(({ release }) => release.number);
      assert.ok(!kept.includes(1) && !kept.includes(2) && kept.length >= 4, `${kept}`);
      await rejects(deploy([2, 100]), 'release_dropped');
      await rejects(rollback(1), 'release_dropped');
      const { release, created } = await publisher.publish(push('one'));
      assert.deepEqual([release.number, created], [1, true]);
      await assertServes(1);
      await rejects(rollback(), 'nothing_to_roll_back');
    });

    it('restore() brings both releases back', async () => {
      await publisher.publish(push('four', { percentage: 25 }));
      start();
      await publisher.restore();
      const deployed = registry.deployed(hello);
      assert.deepEqual(
        [
          deployed?.number,
          deployed?.main.release.number,
          deployed?.shares.map(({ live, percentage }) => [live.release.number, percentage]),
        ],
        [
          4,
          3,
          [
            [4, 25],
            [3, 75],
          ],
        ],
      );
    });
  });
});
