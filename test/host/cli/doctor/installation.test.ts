/** host/cli/doctor/installation.ts */

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { installationFindings } from '../../../../host/cli/doctor/installation.ts';
import { readConfig } from '../../../../host/config/read-config.ts';
import { createHttpServer, listen } from '../../../../host/http-server.ts';
import { schemaVersion } from '../../../../host/store/schema.ts';
import { SqliteStore } from '../../../../host/store/sqlite-store.ts';
import { TempDir } from '../../doubles.ts';

describe('installationFindings(config)', () => {
  let temp: TempDir;
  beforeEach(() => {
    temp = new TempDir();
  });
  afterEach(() => temp[Symbol.dispose]());

  async function find(name: string, ...flags: string[]) {
    const config = readConfig(['--port', '0', '--admin-port', '0', '--data', join(temp.path, 'data'), ...flags], {});
    const found = (await installationFindings(config)).find((one) => one.name === name);
    return `${found?.state}: ${found?.what}`;
  }

  it('of what is not there yet says that it will be made', async () => {
    assert.match(await find('data'), /^good: .*made at the first start/);
    assert.match(await find('libraries'), /^good: \d+ are approved/);
  });

  it('reads the schema of a store that is there, and tells one that is too new, or is none', async () => {
    const data = join(temp.path, 'data');
    await new SqliteStore(data).close();
    assert.equal(await find('store'), `good: schema ${schemaVersion}`);
    {
      using db = new DatabaseSync(join(data, 'nbox.db'));
      db.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
    }
    assert.match(await find('store'), /^wrong: it was written by a newer nbox/);
    temp.write('data/nbox.db', 'nonsense '.repeat(2_000));
    assert.match(await find('store'), /^wrong: .*cannot be read/);
  });

  it('tells a directory that others can read, one that cannot be written, and a file in its place', async () => {
    mkdirSync(join(temp.path, 'data'), { mode: 0o755 });
    chmodSync(join(temp.path, 'data'), 0o755);
    assert.match(await find('data'), /^warning: .*mode 755/);
    assert.match(await find('data', '--data', '/proc/nbox'), /^wrong: .*cannot be written/);
    assert.match(await find('data', '--data', temp.write('file', '')), /^wrong: .*is no directory/);
  });

  it('tells ports that are taken, files that are not there, and a collector that does not answer', async () => {
    const server = createHttpServer({}, () => {});
    const { port } = await listen(server, '127.0.0.1', 0);
    assert.match(await find('admin port', '--admin-port', String(port)), /^warning: .*is in use/);
    assert.match(await find('collector', '--otlp-endpoint', `http://127.0.0.1:${port}`), /^good: /);
    server.close();
    assert.match(await find('collector', '--otlp-endpoint', `http://127.0.0.1:${port}`), /^warning: .*cannot be reached/);
    assert.match(await find('plugins', '--plugins', join(temp.path, 'none')), /^wrong: /);
    assert.match(await find('log file', '--log-file', join(temp.path, 'none/x.log')), /^wrong: /);
    assert.match(await find('admin API', '--admin-host', '0.0.0.0'), /^warning: .*cross the network/);
    const tls = ['--tls-cert', temp.write('tls.pem', '-----BEGIN CERTIFICATE-----'), '--tls-key', join(temp.path, 'none.pem')];
    assert.equal(await find('admin API', '--admin-host', '0.0.0.0', ...tls), 'good: on 0.0.0.0, by TLS');
    assert.match(await find('tls-key', ...tls), /^wrong: .*cannot be read/);
    const scaler = ['--scaler-port', '0', '--scaler-cert', temp.write('cert.pem', 'no'), '--scaler-key', join(temp.path, 'no.pem')];
    assert.match(await find('scaler-cert', ...scaler), /^wrong: .*is not PEM/);
    assert.match(await find('scaler-key', ...scaler), /^wrong: .*cannot be read/);
  });
});
