/** host/store/sqlite-store.ts */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { isNboxError } from '../../../guards/errors.ts';
import { ConfigError } from '../../../host/config/config.ts';
import { leftOut, rowTables } from '../../../host/store/sqlite-rows.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import type { DeployInput } from '../../../host/store/store.ts';
import { TempDir } from '../doubles.ts';
import { hello, publishInput, storeSpec } from './store.spec.ts';
import { storeExportSpec } from './store-export.spec.ts';

let temp: TempDir;
beforeEach(() => {
  temp = new TempDir();
});
afterEach(() => temp[Symbol.dispose]());

const open = async () => new SqliteStore(mkdtempSync(join(temp.path, 'store-')));
storeSpec('SqliteStore', open);
storeExportSpec('SqliteStore', open);

describe('SqliteStore', () => {
  it('keeps everything over a restart', async () => {
    const first = new SqliteStore(join(temp.path, 'made', 'when', 'needed'));
    await first.publish(publishInput(1));
    await first.close();
    const second = new SqliteStore(join(temp.path, 'made', 'when', 'needed'));
    assert.deepEqual(
      (await second.live()).map(({ release }) => release),
      [publishInput(1).release],
    );
    await second.close();
  });

  it('refuses a directory that another host uses, naming it, until that one has closed', async () => {
    const first = new SqliteStore(temp.path);
    assert.throws(
      () => new SqliteStore(temp.path),
      (error) => error instanceof ConfigError && error.message.includes(temp.path) && /another nbox host/.test(error.message),
    );
    await first.close();
    await new SqliteStore(temp.path).close();
  });

  it('refuses a directory that is a file', () => {
    const file = join(temp.path, 'file');
    writeFileSync(file, '');
    assert.throws(() => new SqliteStore(file), ConfigError);
  });

  it('refuses a file that is no database, and lets go of the lock', () => {
    writeFileSync(join(temp.path, 'nbox.db'), 'x'.repeat(4_096));
    assert.throws(
      () => new SqliteStore(temp.path),
      (error) => error instanceof ConfigError && /cannot be opened/.test(error.message),
    );
    assert.throws(() => new SqliteStore(temp.path), /cannot be opened/);
  });

  it('refuses what a newer nbox wrote', async () => {
    await new SqliteStore(temp.path).close();
    const db = new DatabaseSync(join(temp.path, 'nbox.db'));
    db.exec('PRAGMA user_version = 1000');
    db.close();
    assert.throws(() => new SqliteStore(temp.path), /newer nbox/);
  });

  it('leaves nothing of a publish whose last write fails', async () => {
    const store = new SqliteStore(temp.path);
    await store.publish(publishInput(1));
    const saboteur = new DatabaseSync(join(temp.path, 'nbox.db'));
    saboteur.exec("CREATE TRIGGER full BEFORE UPDATE ON plugins BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
    await assert.rejects(
      store.publish(publishInput(2)),
      (error) => isNboxError(error, 'publish_failed') && /disk is full/.test(error.message),
    );
    await assert.rejects(store.remove(hello, 'someone', 1), (error) => isNboxError(error, 'publish_failed'));
    assert.deepEqual(
      (await store.releases(hello)).map(({ release }) => release.number),
      [1],
    );
    assert.equal((await store.deployments(hello)).length, 1);
    saboteur.exec('DROP TRIGGER full');
    saboteur.close();
    assert.equal((await store.publish(publishInput(2))).deployment, 2);
    await store.close();
  });

  it('leaves nothing of changes whose COMMIT fails, and makes the next one', async () => {
    const store = new SqliteStore(temp.path);
    await store.publish(publishInput(1));
    await store.publish(publishInput(2));
    using saboteur = new DatabaseSync(join(temp.path, 'nbox.db'));
    // A constraint that is looked at no sooner than when the transaction ends.
    saboteur.exec(`CREATE TABLE late (plugin TEXT REFERENCES plugins (id) DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER late AFTER INSERT ON changes BEGIN INSERT INTO late VALUES ('nobody'); END;
      CREATE TRIGGER later AFTER UPDATE ON snapshots BEGIN INSERT INTO late VALUES ('nobody'); END;
      CREATE TRIGGER latest AFTER DELETE ON contents BEGIN INSERT INTO late VALUES ('nobody'); END`);
    const one = [{ number: 1, percentage: 100 }];
    const change: DeployInput = {
      plugin: hello,
      shares: one,
      cause: 'rollback',
      actor: 'me',
      message: '',
      expected: undefined,
      deployedAt: 1,
    };
    const changes = [
      () => store.publish(publishInput(3)),
      () => store.publishAll([publishInput(3)]),
      () => store.deploy(change),
      () => store.remove(hello, 'someone', 1),
      () => store.saveSnapshot(hello, 1, { base: 'another', bytes: undefined }),
      () => store.dropOld(hello, { releases: 0, since: 9_000 }),
    ];
    for (const make of changes) {
      await assert.rejects(make(), (error) => isNboxError(error, 'publish_failed') && /FOREIGN KEY/.test(error.message));
      assert.deepEqual([(await store.plugin(hello))?.deployment.number, await store.nextNumber(hello)], [2, 3]);
      assert.equal((await store.snapshot(hello, 1))?.base, 'prelude');
      assert.equal((await store.release(hello, 1))?.kept, true);
    }
    saboteur.exec('DROP TRIGGER late; DROP TRIGGER later; DROP TRIGGER latest; DROP TABLE late');
    assert.equal(await store.deploy(change), 3);
    await store.close();
  });

  it('writes nothing into a database that was taken away', async () => {
    const store = new SqliteStore(temp.path);
    await store.publish(publishInput(1));
    const [file, aside] = [join(temp.path, 'nbox.db'), join(temp.path, 'aside.db')];
    renameSync(file, aside);
    await assert.rejects(
      store.publish(publishInput(2)),
      (error) => isNboxError(error, 'publish_failed') && /no longer/.test(error.message),
    );
    writeFileSync(file, '');
    await assert.rejects(store.remove(hello, 'someone', 1), (error) => isNboxError(error, 'publish_failed'));
    assert.deepEqual((await store.plugin(hello))?.release, publishInput(1).release);
    renameSync(aside, file);
    assert.equal((await store.publish(publishInput(2))).deployment, 2);
    await store.close();
  });

  it('ends the exports that run when it closes, and lets go of the directory', async () => {
    const store = new SqliteStore(temp.path);
    await store.publish(publishInput(1));
    const rows = store.export({ plugins: undefined, token: false });
    assert.equal((await rows.next()).done, false);
    await store.close();
    await assert.rejects(rows.next(), (error) => isNboxError(error, 'internal_error'));
    await new SqliteStore(temp.path).close();
  });

  it('exports every column of every table, but for what is left out', async () => {
    await new SqliteStore(temp.path).close();
    using db = new DatabaseSync(join(temp.path, 'nbox.db'));
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
    const inSchema = tables.map(({ name }) => [name, db.prepare('SELECT name FROM pragma_table_info(?)').all(name as string)] as const);
    const exported = Object.values(rowTables).map(({ table, columns, derived }) => [
      table,
      [...Object.values(columns), ...Object.keys(derived)],
    ]);
    assert.deepEqual(
      new Map(
        inSchema
          .map(([name, columns]) => [name, columns.map((column) => column['name']).sort()] as const)
          .filter(([name]) => !leftOut.includes(name as string)),
      ),
      new Map(exported.map(([name, columns]) => [name, [...(columns as string[])].sort()])),
    );
  });

  it('has whole plugins, and all that was acknowledged, after each of 10 kills', async function () {
    this.timeout(60_000);
    const random = seeded(20_260_101);
    for (let round = 0; round < 10; round++) {
      const acknowledged = await publishUntilKilled(temp.path, 1 + Math.floor(random() * 12), random() * 3);
      const store = new SqliteStore(temp.path);
      for (const { release, deployment } of await store.live()) {
        const { plugin, number } = release;
        assert.ok(number >= (acknowledged.get(plugin) ?? 0), `${plugin} lost release ${acknowledged.get(plugin)}`);
        const content = `content ${number} ${'x'.repeat(20_000)}`;
        const expected = publishInput(number, content, plugin);
        assert.deepEqual(release, expected.release);
        assert.deepEqual(await store.bundle(plugin, number), expected.bundle);
        assert.deepEqual([...(await store.source(plugin, number))], [...expected.files]);
        assert.equal(deployment.number, number);
        assert.equal((await store.releases(plugin)).length, Math.min(number, 1_000));
      }
      await store.close();
    }
  });
});

/** @returns the last release of each plugin that was acknowledged before the kill */
async function publishUntilKilled(directory: string, acknowledgements: number, thenMs: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'publish-forever.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const seen = new Map<string, number>();
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [plugin, number] = line.split(' ');
    seen.set(plugin as string, Number(number));
    count += 1;
    if (count === acknowledgements) setTimeout(() => child.kill('SIGKILL'), thenMs);
  }
  await exit;
  assert.ok(count >= acknowledgements, 'the child ended by itself');
  return seen;
}

/** mulberry32: the same instants in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
