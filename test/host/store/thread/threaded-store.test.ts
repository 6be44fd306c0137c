/** The store's own spec, and what is the thread's alone. */

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNboxError } from '../../../../guards/errors.ts';
import { ConfigError } from '../../../../host/config/config.ts';
import { SqliteStore } from '../../../../host/store/sqlite-store.ts';
import { openThreadedStore } from '../../../../host/store/thread/threaded-store.ts';
import { pluginId } from '../../../../loader/plugin-id.ts';
import { TempDir } from '../../doubles.ts';
import { publishInput, storeSpec } from '../store.spec.ts';
import { storeExportSpec } from '../store-export.spec.ts';

let temp: TempDir;
beforeEach(() => {
  temp = new TempDir();
});
afterEach(() => temp[Symbol.dispose]());

const open = () => openThreadedStore(mkdtempSync(join(temp.path, 'store-')));
storeSpec('a store in a thread of its own', open);
storeExportSpec('a store in a thread of its own', open);

describe('openThreadedStore(directory)', () => {
  it('refuses what the store refuses, in its words', async () => {
    const store = new SqliteStore(temp.path);
    try {
      await assert.rejects(
        openThreadedStore(temp.path),
        (error) => error instanceof ConfigError && /another nbox host uses this directory/.test(error.message),
      );
    } finally {
      await store.close();
    }
    const file = join(temp.path, 'file');
    writeFileSync(file, '');
    await assert.rejects(openThreadedStore(file), ConfigError);
  });

  it('gives the directory back when it is closed, and answers nothing afterwards', async () => {
    const store = await openThreadedStore(temp.path);
    await store.publish(publishInput(1));
    await store.close();
    await assert.rejects(store.live(), (error) => isNboxError(error, 'internal_error') && /has ended/.test(error.message));
    const again = new SqliteStore(temp.path);
    assert.equal((await again.live()).length, 1);
    await again.close();
  });

  it('answers in the order in which it is asked', async () => {
    const store = await openThreadedStore(temp.path);
    const { plugin } = publishInput(1).release;
    const [before, , after] = await Promise.all([store.nextNumber(plugin), store.publish(publishInput(1)), store.nextNumber(plugin)]);
    assert.deepEqual([before, after], [1, 2]);
    await store.close();
  });

  it('says why it failed, with the code', async () => {
    const store = await openThreadedStore(temp.path);
    await assert.rejects(store.bundle(pluginId('a', 'b', 'c'), 1), (error) => isNboxError(error, 'no_such_release'));
    await store.close();
  });

  it('leaves an export that nobody reads to its end', async () => {
    const store = await openThreadedStore(temp.path);
    for (let number = 1; number <= 3; number += 1) await store.publish(publishInput(number));
    for await (const row of store.export({ plugins: undefined, token: false })) {
      assert.ok(row);
      break;
    }
    await store.publish(publishInput(4));
    await store.close();
  });
});
