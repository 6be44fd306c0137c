/** When new calls wait for a hand-over, and what becomes of a push whose hand-over fails. */

import assert from 'node:assert/strict';
import { isNboxError, NboxError } from '../../../guards/errors.ts';
import { Deployed } from '../../../host/release/deployed.ts';
import { HandOverError } from '../../../host/release/hand-over-error.ts';
import { Publisher } from '../../../host/release/publisher.ts';
import type { PublishRequest } from '../../../host/release/push.ts';
import { Registry } from '../../../host/release/registry.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { hotName } from '../../../loader/builder/esbuild-options.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import { FakeBuilder, FakeLoader, quietLog, StepClock, TempDir } from '../doubles.ts';

const plugin = parsePluginId('demo/hello/world');
const other = parsePluginId('demo/hello/other');

function push(code: string, more: Partial<PublishRequest> = {}): PublishRequest {
  return { plugin, files: new Map([['index.ts', `${code} ${hotName}`]]), typecheck: 'strict', actor: 'tester', ...more };
}

describe('a hand-over', () => {
  let temp: TempDir;
  let store: SqliteStore;
  let registry: Registry;
  let loader: FakeLoader;
  let publisher: Publisher;
  beforeEach(() => {
    temp = new TempDir();
    store = new SqliteStore(temp.path);
    loader = new FakeLoader();
    loader.hot = true;
    registry = new Registry((closed) => loader.unload(closed));
    publisher = new Publisher({
      ...{ builder: new FakeBuilder(), loader, store, registry, log: quietLog, clock: new StepClock(), dynamicCode: false },
      ...{ hasLane: () => true, gates: [], keep: { releases: 4, forMs: 100 } },
    });
  });
  afterEach(async () => {
    await store.close();
    temp[Symbol.dispose]();
  });

  const numbers = () => [...loader.loaded].map(({ release }) => `${release.plugin.split('/')[2]} ${release.number}`).sort();
  const live = (id = plugin) => registry.get(id);

  it('has new calls wait until the swap, which they then see', async () => {
    await publisher.publish(push('one'));
    const old = live();
    assert.deepEqual(loader.heldWhenGiven, []);
    let seen: number | undefined;
    loader.whenGiven = () => {
      old?.held?.then(() => {
        seen = live()?.release.number;
      });
    };
    await publisher.publish(push('two'));
    assert.deepEqual(loader.heldWhenGiven, [true]);
    assert.deepEqual([seen, old?.held, live()?.held], [2, undefined, undefined]);
  });

  it('comes after all that takes time: no call waits for a build or a probe', async () => {
    await publisher.publish(push('one'));
    const old = live();
    const held: boolean[] = [];
    loader.whenProbed = () => held.push(old?.held !== undefined);
    await publisher.publishAll([push('two'), push('two', { plugin: other })]);
    assert.deepEqual(held, [false, false]);
    assert.deepEqual(loader.heldWhenGiven, [true]);
  });

  it('that fails is a failure of the push: the old release serves on, and calls go to it', async () => {
    await publisher.publish(push('one'));
    loader.failLoad = new HandOverError('dispose', 'Error: no');
    await assert.rejects(publisher.publish(push('two')), (error) => {
      assert.ok(isNboxError(error, 'handover_failed'));
      assert.equal(error.message, 'Release 1 cannot hand its state over: Error: no');
      assert.deepEqual(error.details.extensions, { handover: { step: 'dispose', from: 1 } });
      return error.status === 422 && error.fault === 'author';
    });
    assert.deepEqual([live()?.release.number, live()?.held, numbers()], [1, undefined, ['world 1']]);
    assert.equal((await store.releases(plugin)).length, 1);
    loader.failLoad = undefined;
    await publisher.publish(push('two'));
    assert.equal(live()?.release.number, 2);
  });

  it('whose push fails in the store lets calls go on, too', async () => {
    await publisher.publish(push('one'));
    store.publishAll = () => Promise.reject(new NboxError('publish_failed', 'the disk is full'));
    await assert.rejects(publisher.publish(push('two')), (error) => isNboxError(error, 'publish_failed'));
    assert.deepEqual([live()?.release.number, live()?.held, numbers()], [1, undefined, ['world 1']]);
  });

  it('of several plugins that fails for one fails for all, and says for which', async () => {
    await publisher.publishAll([push('one'), push('one', { plugin: other })]);
    loader.failLoad = new HandOverError('evaluate', 'Error: no');
    await assert.rejects(publisher.publishAll([push('two'), push('two', { plugin: other })]), (error) => {
      return isNboxError(error, 'handover_failed') && error.details.pointer === '/plugins/0';
    });
    assert.deepEqual(numbers(), ['other 1', 'world 1']);
    assert.deepEqual([live()?.held, live(other)?.held], [undefined, undefined]);
  });

  it('is not, where it is skipped, where the new release does not look, or where the old one has nothing', async () => {
    await publisher.publish(push('one'));
    await publisher.publish(push('two', { handover: 'skip' }));
    await publisher.publish({ ...push(''), files: new Map([['index.ts', 'three']]) });
    await publisher.publish(push('four', { manifest: { isolation: 'request' } }));
    loader.hot = false;
    await publisher.publish(push('five'));
    assert.deepEqual(loader.heldWhenGiven, []);
  });

  it('goes to releases that are deployed and rolled back to, unless they are there already', async () => {
    await publisher.publish(push('one'));
    await publisher.publish(push('two', { handover: 'skip' }));
    const change = { plugin, actor: 'tester', message: '', expected: undefined };
    await publisher.rollback({ ...change, to: undefined });
    assert.deepEqual(loader.heldWhenGiven, [true]);
    await publisher.deploy({
      ...change,
      shares: [
        { number: 1, percentage: 50 },
        { number: 2, percentage: 50 },
      ],
    });
    await publisher.deploy({ ...change, shares: [{ number: 2, percentage: 100 }] });
    assert.deepEqual(loader.heldWhenGiven, [true, true]);
    await publisher.rollback({ ...change, to: 1, handover: 'skip' });
    assert.deepEqual(loader.heldWhenGiven, [true, true]);
    loader.failLoad = new HandOverError('evaluate', 'Error: no');
    await assert.rejects(publisher.rollback({ ...change, to: 2 }), (error) => isNboxError(error, 'handover_failed'));
    assert.deepEqual([live()?.release.number, live()?.held, numbers()], [1, undefined, ['world 1']]);
  });
});

describe('live.hold()', () => {
  it('is there until it is disposed of, and once', async () => {
    const registry = new Registry(() => {});
    const live = registry.admit({ plugin, number: 1, hash: '', manifest: { limits: {} }, createdAt: 0 } as never, ['fetch']);
    registry.swap(new Deployed(1, [{ live, percentage: 100 }]));
    const held = live.hold();
    assert.throws(() => live.hold(), /held twice/);
    const waiting = live.held;
    assert.ok(waiting instanceof Promise);
    held[Symbol.dispose]();
    await waiting;
    assert.equal(live.held, undefined);
    const again = live.hold();
    // That of before ends nothing of this one.
    held[Symbol.dispose]();
    assert.notEqual(again, held);
    assert.equal(typeof live.held, 'object');
    again[Symbol.dispose]();
  });
});
