/** host/cli/export.ts and import.ts, against the real admin API and real data directories. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';
import { NboxError } from '../../../guards/errors.ts';
import { migrate, migrations } from '../../../host/store/schema.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { TempDir } from '../doubles.ts';
import { CliHost } from './cli-host.ts';
import { cliEntry, runCli } from './run-cli.ts';

describe('nbox export and import', () => {
  let host: CliHost;
  let temp: TempDir;
  const at = (...names: string[]) => join(temp.path, ...names);
  before(async () => {
    temp = new TempDir();
    host = await CliHost.start();
    await host.admin.store.setAdminTokenHash('f'.repeat(64));
    await host.admin.push({ source: 'export default 1' });
    await host.admin.push({ source: 'export default 2', message: 'why' });
    await host.admin.push({ source: 'export default 3' }, { path: '/v1/plugins/demo/hello/other' });
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  async function ran(args: readonly string[], code = 0): Promise<string> {
    const result = await host.run(args);
    assert.equal(result.code, code, result.stderr + result.stdout);
    assert.doesNotMatch(result.stderr, /\n {4}at /);
    return code === 0 ? result.stdout : result.stderr;
  }

  it('export of a running host, import into a new directory, and export of that again are the same', async () => {
    assert.match(await ran(['export', '-o', at('one.nbox')]), /one\.nbox {2}2 plugins, 3 releases, 3 deployments, 0\.0 MiB\n$/);
    assert.equal(statSync(at('one.nbox')).mode & 0o777, 0o600);
    assert.match(await ran(['import', at('one.nbox'), '--data', at('new')]), /new {2}2 plugins, 3 releases, 3 deployments\n$/);
    const { rows } = JSON.parse(await ran(['export', '--data', at('new'), '-o', at('two.nbox'), '--json']));
    assert.deepEqual([rows.plugin, rows.release, rows.content, rows.deployment, rows.change, rows.setting], [2, 3, 3, 3, 3, 0]);
    const body = (file: string) => gunzipSync(readFileSync(file)).toString().split('\n').slice(1, -2);
    assert.deepEqual(body(at('two.nbox')), body(at('one.nbox')));

    const store = new SqliteStore(at('new'));
    const { live, releases } = { live: await store.live(), releases: await store.releases('demo/hello/world' as never) };
    await store.close();
    assert.deepEqual(live, await host.admin.store.live());
    assert.deepEqual(releases, await host.admin.store.releases('demo/hello/world' as never));
    assert.deepEqual(readdirSync(temp.path).sort(), ['new', 'one.nbox', 'two.nbox']);
  });

  it('export --plugin and --with-token choose', async () => {
    const { rows } = JSON.parse(await ran(['export', '-o', at('some.nbox'), '--plugin', 'demo/hello/world', '--with-token', '--json']));
    assert.deepEqual([rows.plugin, rows.release, rows.setting], [1, 2, 1]);
    assert.match(
      await ran(['import', at('some.nbox'), '--data', at('some')]),
      /1 plugin, 2 releases, 2 deployments, the hash of the token/,
    );
    assert.match(await ran(['export', '-o', at('x.nbox'), '--plugin', 'demo/never/was'], 1), /^nbox: no_such_plugin: /);
    assert.match(
      await ran(['export', '-o', at('x.nbox'), '--data', at('some'), '--plugin', 'demo/never/was'], 1),
      /^nbox: no_such_plugin: /,
    );
    assert.equal((await host.run(['export', '-o', at('x.nbox'), '--data', at('some'), '--url', host.url])).code, 2);
    assert.ok(!readdirSync(temp.path).some((name) => name.startsWith('x.nbox')));
  });

  it('import refuses a directory with plugins, and a file that is not whole, and changes nothing', async () => {
    await ran(['export', '-o', at('whole.nbox')]);
    await ran(['import', at('whole.nbox'), '--data', at('taken')]);
    assert.match(await ran(['import', at('whole.nbox'), '--data', at('taken')], 1), /^nbox: store_not_empty: /);
    const bytes = readFileSync(at('whole.nbox'));
    writeFileSync(at('cut.nbox'), bytes.subarray(0, -20));
    writeFileSync(at('newer.nbox'), gzipSync('{"format":"nbox-export","version":99}\n'));
    for (const [file, words] of [
      ['cut.nbox', /^nbox: invalid_export: It is cut off/],
      ['newer.nbox', /^nbox: invalid_export: A newer nbox wrote it/],
      ['nothing.nbox', /^nbox: ENOENT/],
    ] as const) {
      assert.match(await ran(['import', at(file), '--data', at('empty')], 1), words);
    }
    await ran(['import', at('whole.nbox'), '--data', at('empty')]);
    assert.equal((await host.run(['import', at('whole.nbox')])).code, 2);
    assert.equal((await host.run(['import', at('whole.nbox'), '--data', at('x'), '--max-gib', '0'])).code, 2);
  });

  it('export --data and import refuse a directory that a host uses; export one without a store, or of another version', async () => {
    const used = host.admin.temp.path;
    assert.match(await ran(['export', '-o', at('x.nbox'), '--data', used], 1), /another nbox host uses this directory/);
    await ran(['export', '-o', at('whole.nbox')]);
    assert.match(await ran(['import', at('whole.nbox'), '--data', used], 1), /another nbox host uses this directory/);
    assert.match(await ran(['export', '-o', at('x.nbox'), '--data', at('nowhere')], 1), /there is no nbox\.db in it/);
    assert.ok(!existsSync(at('nowhere')));
    mkdirSync(at('old'));
    {
      using db = new DatabaseSync(at('old', 'nbox.db'));
      migrate(db, at('old'), migrations.slice(0, 1));
    }
    assert.match(
      await ran(['export', '-o', at('x.nbox'), '--data', at('old')], 1),
      /an older nbox wrote it \(schema 1, this one has \d+\)/,
    );
    using db = new DatabaseSync(at('old', 'nbox.db'));
    assert.equal(db.prepare('PRAGMA user_version').get()?.['user_version'], 1);
  });

  it('export onto a full disk leaves what was there', async function () {
    if (spawnSync('prlimit', ['--version']).status !== 0) this.skip();
    writeFileSync(at('before.nbox'), 'a backup of before');
    // No file of the process may be larger: its writes fail as those of a disk do.
    const limited = await host.run(['export', '-o', at('before.nbox')], { fileBytes: 100 });
    assert.equal(limited.code, 1);
    assert.match(limited.stderr, /^nbox: EFBIG/);
    assert.equal(readFileSync(at('before.nbox'), 'utf8'), 'a backup of before');
    assert.ok(!readdirSync(temp.path).some((name) => name.endsWith('.part')));
    await ran(['export', '-o', at('before.nbox')]);
  });

  it('import onto a full disk leaves an empty store', async function () {
    if (spawnSync('prlimit', ['--version']).status !== 0) this.skip();
    const source = `export default ${JSON.stringify(randomBytes(300_000).toString('base64'))}`;
    await host.admin.push({ source }, { path: '/v1/plugins/demo/hello/large' });
    await ran(['export', '-o', at('large.nbox')]);
    const limited = await host.run(['import', at('large.nbox'), '--data', at('small')], { fileBytes: 300_000 });
    assert.equal(limited.code, 1);
    assert.match(limited.stderr, /^nbox: import_failed: The export could not be stored: disk I\/O error\n$/);
    await ran(['import', at('large.nbox'), '--data', at('small')]);
  });

  it('import that is killed half-way leaves an empty store', async function () {
    if (spawnSync('mkfifo', [at('pipe')]).status !== 0) this.skip();
    await ran(['export', '-o', at('large.nbox')]);
    const bytes = readFileSync(at('large.nbox'));
    const child = spawn(process.execPath, [cliEntry, 'import', at('pipe'), '--data', at('killed')], { stdio: 'ignore' });
    const ended = once(child, 'close');
    // More than a pipe holds: when all of it is written, rows were read.
    const pipe = await open(at('pipe'), 'w');
    await pipe.writeFile(bytes.subarray(0, -1_000));
    child.kill('SIGKILL');
    await ended;
    await pipe.close();
    assert.equal(child.signalCode, 'SIGKILL');
    assert.match(await ran(['import', at('large.nbox'), '--data', at('killed')]), /3 plugins, 4 releases/);
  });

  it('export tells what is in its way, and leaves what was there', async () => {
    assert.match(await ran(['export', '-o', at('nowhere', 'x.nbox')], 1), /^nbox: ENOENT/);
    writeFileSync(at('before.nbox'), 'a backup of before');
    const { store } = host.admin;
    const real = store.export;
    store.export = async function* (selection) {
      yield* real.call(store, selection);
      throw new NboxError('internal_error', 'The store could not be read');
    };
    assert.match(await ran(['export', '-o', at('before.nbox')], 1), /^nbox: The host has cut the export off; its log says why\n$/);
    store.export = real;
    assert.equal(readFileSync(at('before.nbox'), 'utf8'), 'a backup of before');
  });

  it('tells what is wrong of a host that is not there', async () => {
    const { code, stderr } = await runCli(['export', '-o', at('x.nbox'), '--url', 'http://127.0.0.1:1'], { env: { NBOX_TOKEN: 't' } });
    assert.equal(code, 3);
    assert.match(stderr, /No nbox host answers/);
  });
});
