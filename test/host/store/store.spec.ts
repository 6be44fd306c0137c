/** What every store must do. Each implementation runs it over its own. */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import type { PublishInput, Store } from '../../../host/store/store.ts';
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
    deployedAt: 2_000 + number,
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
      await assert.rejects(store.bundle(hello, 1), (error) => isNboxError(error, 'no_such_plugin'));
      await assert.rejects(store.source(hello, 1), (error) => isNboxError(error, 'no_such_plugin'));
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

    it('remove(plugin) of what never was is false', async () => {
      assert.equal(await store.remove(hello, 'someone', 1), false);
    });

    it('setAdminTokenHash(hash) replaces', async () => {
      await store.setAdminTokenHash('a');
      await store.setAdminTokenHash('b');
      assert.equal(await store.adminTokenHash(), 'b');
    });
  });
}
