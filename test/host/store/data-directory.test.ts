import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { TempDir } from '../doubles.ts';
import { publishInput } from './store.spec.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('the data directory', () => {
  let temp: TempDir;
  let umask: number;
  beforeEach(() => {
    temp = new TempDir();
    umask = process.umask();
  });
  afterEach(() => {
    process.umask(umask);
    temp[Symbol.dispose]();
  });

  async function modesOf(directory: string): Promise<Set<number>> {
    const store = new SqliteStore(directory);
    await store.publish(publishInput(1));
    const names = readdirSync(directory);
    assert.ok(names.includes('lock.db') && names.includes('nbox.db') && names.includes('nbox.db-wal'), names.join());
    const modes = new Set(names.map((name) => modeOf(join(directory, name))));
    await store.close();
    return modes;
  }

  for (const mask of [0o000, 0o022, 0o277]) {
    it(`is its owner's only, under a umask of 0${mask.toString(8)}`, async () => {
      process.umask(mask);
      const directory = join(temp.path, 'made');
      assert.deepEqual(await modesOf(directory), new Set([0o600]));
      assert.equal(modeOf(directory), 0o700);
    });
  }

  it('keeps the mode that the operator gave it, and tightens the files in it', async () => {
    process.umask(0);
    const directory = join(temp.path, 'given');
    mkdirSync(directory);
    chmodSync(directory, 0o755);
    for (const name of ['lock.db', 'nbox.db']) writeFileSync(join(directory, name), '', { mode: 0o644 });
    assert.deepEqual(await modesOf(directory), new Set([0o600]));
    assert.equal(modeOf(directory), 0o755);
  });
});
