/** host/store/schema.ts: a migration is whole or not at all, wherever it is killed. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { lockDataDirectory } from '../../../host/store/data-directory.ts';
import { migrate, migrations, schemaVersion, versionOf } from '../../../host/store/schema.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { assertWhole, makeOldStore, rowsOf } from '../../support/old-store.ts';
import { TempDir } from '../doubles.ts';
import { hello, other, publishInput } from './store.spec.ts';

const killed = join(import.meta.dirname, '../../support/killed-at-step.ts');

describe('migrations', () => {
  let temp: TempDir;
  before(async () => {
    temp = new TempDir();
    const store = new SqliteStore(join(temp.path, 'newest'));
    await store.setAdminTokenHash('f'.repeat(64));
    await store.publish(publishInput(1));
    await store.publish(publishInput(2));
    await store.publish(publishInput(1, 'x', other));
    await store.remove(other, 'someone', 1);
    await store.close();
  });
  after(() => temp[Symbol.dispose]());

  for (let version = 0; version < schemaVersion; version += 1) {
    it(`from version ${version} on, killed after any of their statements, leave the old schema whole, and go on at the next start`, async () => {
      const old = join(temp.path, `old-${version}`);
      makeOldStore(old, version, join(temp.path, 'newest', 'nbox.db'));
      const before = rowsOf(old);
      let steps = 0;
      // Those of the next migration; each further one is the next one's of another version.
      for (let seen = version; seen === version; steps += 1) {
        const directory = join(temp.path, `killed-${version}-${steps}`);
        cpSync(old, directory, { recursive: true });
        const { signal, stderr } = spawnSync(process.execPath, [killed, directory, String(steps)], { encoding: 'utf8' });
        seen = assertWhole(directory, before);
        if (seen > version) break;
        assert.equal(signal, 'SIGKILL', stderr);
        const store = new SqliteStore(directory);
        assert.equal((await store.releases(hello)).length, version === 0 ? 0 : 2);
        if (version > 0) assert.deepEqual(await store.bundle(hello, 2), publishInput(2).bundle);
        assert.equal(await store.nextNumber(other), version === 0 ? 1 : 2);
        await store.close();
        assert.equal(assertWhole(directory, before), schemaVersion);
      }
      assert.ok(steps >= 2, 'it was never killed within a migration');
    });
  }

  it('run under the lock of the directory, and not beside a host that uses it', () => {
    const old = join(temp.path, 'used');
    makeOldStore(old, 1, join(temp.path, 'newest', 'nbox.db'));
    const before = rowsOf(old);
    {
      using _ = lockDataDirectory(old);
      assert.throws(() => new SqliteStore(old), /another nbox host uses this directory/);
    }
    assert.equal(assertWhole(old, before), 1);
  });

  it('that fail leave the old schema whole', () => {
    using db = new DatabaseSync(':memory:');
    assert.throws(
      () => migrate(db, 'x', [migrations[0] as string, 'CREATE TABLE more (x TEXT) STRICT; SELECT * FROM nowhere']),
      /no such table/,
    );
    assert.deepEqual([versionOf(db), db.isTransaction], [1, false]);
    assert.throws(() => db.prepare('SELECT * FROM more'), /no such table/);
  });
});
