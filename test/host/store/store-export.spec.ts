/** What every store must do when it is exported and imported. Each implementation runs it over its own. */

import assert from 'node:assert/strict';
import { isNboxError, NboxError } from '../../../guards/errors.ts';
import { deployedAs } from '../../../host/rollout/rollout.ts';
import type { Store } from '../../../host/store/store.ts';
import type { ExportSelection, StoreRow } from '../../../host/store/store-row.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import { budgetInput, hello, other, publishInput, rolloutOf } from './store.spec.ts';

const back = { plugin: hello, cause: 'rollback' as const, actor: 'me', message: 'slowly', expected: undefined, deployedAt: 5_000 };

/** @param open gives an empty store, each time another one, which the suite closes */
export function storeExportSpec(name: string, open: () => Promise<Store>): void {
  describe(`${name}, exported and imported`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => store.close());

    /** A history with everything in it that a store may hold. */
    async function fill(): Promise<void> {
      await store.setAdminTokenHash('f'.repeat(64));
      await store.publish({ ...publishInput(1, 'one'), once: { key: 'me\nk', fingerprint: 'f' } });
      await store.publish({ ...publishInput(2, 'two'), shares: [], typeErrors: true });
      await store.publish(publishInput(3, 'three'));
      await store.deploy({
        ...back,
        shares: [
          { number: 2, percentage: 0.01 },
          { number: 1, percentage: 99.99 },
        ],
      });
      await store.saveRollout(deployedAs(rolloutOf(1, { state: 'rolled_back', endedAt: 6_000 }), 2));
      await store.saveRollout(deployedAs(rolloutOf(2), 3));
      await store.dropOld(hello, { releases: 0, since: 5_000 });
      const kept = { ...{ plugin: hello, id: 'a', release: 1, keptAt: 5_000 }, ...{ actor: 'someone', message: 'look', summary: '{}' } };
      await store.keepCapsule(kept, '{"a":1}');
      await store.publish(publishInput(1, 'x', other));
      await store.publish(publishInput(2, 'y', other));
      await store.remove(other, 'someone', 7_000);
      const gone = parsePluginId('demo/hello/gone');
      await store.publish(publishInput(1, 'x', gone));
      await store.remove(gone, 'someone', 8_000);
      await store.publish(publishInput(3, 'back', other));
      await store.setBudget(budgetInput('demo', { calls: 5 }));
      await store.setBudget(budgetInput(hello, { cpuSeconds: 0.5, memoryBytes: 7 }));
      await store.setBudget(budgetInput('demo', { calls: 6, mode: 'soft' }));
      await store.saveBudgetCounts([{ scope: 'demo', savedAt: 1, history: [[60_000, 1, 1]] }]);
    }

    const everything: ExportSelection = { plugins: undefined, token: true };

    async function rowsOf(from: Store, selection = everything): Promise<StoreRow[]> {
      const rows: StoreRow[] = [];
      for await (const row of from.export(selection)) rows.push(row);
      return rows;
    }

    async function* each(rows: readonly StoreRow[]): AsyncGenerator<StoreRow, void, void> {
      yield* rows;
    }

    it('export(selection) gives the rows in their order', async () => {
      assert.deepEqual(await rowsOf(store), []);
      await fill();
      const rows = await rowsOf(store);
      const shown = rows.map((row) =>
        [
          row.kind,
          'plugin' in row ? row.plugin.split('/')[2] : 'scope' in row ? row.scope : row.name,
          ...('number' in row ? [row.number] : []),
        ].join(' '),
      );
      assert.deepEqual(shown, [
        'setting admin_token_hash',
        'plugin gone',
        'plugin other',
        ...['release other 3', 'content other 3', 'deployment other 3'],
        'plugin world',
        ...['release world 1', 'content world 1', 'release world 2', 'content world 2', 'release world 3'],
        ...['deployment world 1', 'deployment world 2', 'deployment world 3', 'rollout world 1', 'rollout world 2'],
        ...['capsule world', 'once world'],
        ...rows.filter(({ kind }) => kind === 'change').map((row) => `change ${shownPlugin(row)} ${'number' in row ? row.number : ''}`),
        ...['budget demo', `budget ${hello}`],
      ]);
      assert.equal(rows.filter(({ kind }) => kind === 'change').length, (await store.changes(0)).length);
      const { files } = publishInput(1, 'one');
      assert.deepEqual(
        rows.find((row) => row.kind === 'content' && row.plugin === hello),
        { kind: 'content', plugin: hello, number: 1, files: [...files], ...publishInput(1, 'one').bundle },
      );
    });

    const shownPlugin = (row: StoreRow) => ('plugin' in row ? row.plugin.split('/')[2] : '');

    it('export(selection) of some plugins has nothing of others, and no token unless asked', async () => {
      await fill();
      const rows = await rowsOf(store, { plugins: [hello], token: false });
      assert.deepEqual(
        new Set(rows.map((row) => ('plugin' in row ? row.plugin : 'scope' in row ? row.scope : row.kind))),
        new Set([hello]),
      );
      assert.equal(rows.filter(({ kind }) => kind === 'budget').length, 1);
      assert.equal(rows.filter(({ kind }) => kind === 'plugin').length, 1);
      await assert.rejects(rowsOf(store, { plugins: [hello, parsePluginId('demo/never/was')], token: false }), (error) =>
        isNboxError(error, 'no_such_plugin'),
      );
    });

    it('export(selection) gives what there was when it began, and may be ended early', async () => {
      await fill();
      const before = await rowsOf(store);
      const rows: StoreRow[] = [];
      for await (const row of store.export(everything)) {
        if (rows.length === 0) {
          await store.publish(publishInput(4, 'four'));
          await store.remove(other, 'someone', 9_000);
        }
        rows.push(row);
      }
      assert.deepEqual(rows, before);
      for await (const _ of store.export(everything)) break;
      assert.notDeepEqual(await rowsOf(store), before);
    });

    it('import(rows) into an empty store gives the same rows again, and a store that goes on', async () => {
      await fill();
      const rows = await rowsOf(store);
      const before = await store.live();
      await using copy = await another();
      await copy.setAdminTokenHash('0'.repeat(64));
      await copy.import(each(rows));
      assert.deepEqual(await rowsOf(copy), rows);
      assert.deepEqual(await copy.live(), before);
      assert.deepEqual(await copy.deployments(hello), await store.deployments(hello));
      assert.deepEqual(await copy.releases(hello), await store.releases(hello));
      assert.deepEqual(await copy.changes(0), await store.changes(0));
      assert.equal(await copy.adminTokenHash(), 'f'.repeat(64));
      assert.equal(await copy.snapshot(hello, 1), undefined);
      await assert.rejects(copy.bundle(hello, 3), (error) => isNboxError(error, 'release_dropped'));
      assert.deepEqual([await copy.capsules(hello), await copy.capsule(hello, 'a')], [await store.capsules(hello), '{"a":1}']);
      assert.deepEqual(await copy.rollouts(hello), await store.rollouts(hello));
      assert.deepEqual([(await copy.rolloutsUnderWay()).length, await copy.nextRolloutNumber(hello)], [1, 3]);
      assert.deepEqual([await copy.budgets(), await copy.budgetCounts()], [await store.budgets(), []]);
      assert.ok((await copy.setBudget(budgetInput('new'))).version > Math.max(...(await store.budgets()).map(({ version }) => version)));
      assert.equal((await copy.done('me\nk', hello))?.release, 1);
      // Numbers go on where they were, those of what was removed, too.
      const next = await copy.publish(publishInput(4, 'four'));
      assert.deepEqual([next.release.number, next.deployment], [4, 4]);
      assert.equal(await copy.nextNumber(parsePluginId('demo/hello/gone')), 2);
      const numbers = (await copy.changes(0)).map(({ number }) => number);
      assert.equal(numbers.at(-1), (await store.changes(0)).length + 1);
    });

    it('import(rows) is all or nothing, and only into a store that never had a plugin', async () => {
      await fill();
      const rows = await rowsOf(store);
      await using copy = await another();
      for (let cut = 1; cut < rows.length; cut += 3) {
        const broken = (async function* () {
          yield* rows.slice(0, cut);
          throw new NboxError('invalid_export', 'cut off');
        })();
        await assert.rejects(copy.import(broken), (error) => isNboxError(error, 'invalid_export'));
        assert.deepEqual([await rowsOf(copy), await copy.adminTokenHash()], [[], undefined]);
      }
      // What the database itself does not take.
      await assert.rejects(copy.import(each([...rows, ...rows])), (error) => isNboxError(error, 'import_failed'));
      assert.deepEqual(await rowsOf(copy), []);
      await copy.import(each(rows));
      await assert.rejects(copy.import(each(rows)), (error) => isNboxError(error, 'store_not_empty'));
      assert.deepEqual(await rowsOf(copy), rows);
      await assert.rejects(store.import(each([])), (error) => isNboxError(error, 'store_not_empty'));
    });

    async function another(): Promise<Store & AsyncDisposable> {
      const copy = await open();
      return Object.assign(copy, { [Symbol.asyncDispose]: () => copy.close() });
    }
  });
}
