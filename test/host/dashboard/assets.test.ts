/** Assets: read once, found by their exact names. */

import assert from 'node:assert/strict';
import { Assets } from '../../../host/dashboard/assets.ts';
import { TempDir } from '../doubles.ts';
import { writeBundle } from './bundled.ts';

describe('Assets', () => {
  let temp: TempDir;
  before(() => {
    temp = new TempDir();
    writeBundle(temp);
    temp.write('secret.txt', 'not an asset');
  });
  after(() => temp[Symbol.dispose]());

  it('finds each file in the encoding that is liked best, with an ETag of its own', async () => {
    const assets = await Assets.read(temp.path);
    const [br, gzip, plain] = ['br', 'gzip', undefined].map((accepted) => assets.find('main-1.js', accepted));
    assert.deepEqual([br?.encoding, gzip?.encoding, plain?.encoding], ['br', 'gzip', 'identity']);
    assert.equal(new Set([br?.etag, gzip?.etag, plain?.etag]).size, 3);
    assert.equal(plain?.body.toString(), 'main()');
    assert.equal(br?.body.toString(), 'compressed by br');
    assert.equal(plain?.type, 'text/javascript; charset=utf-8');
  });

  it('has small files uncompressed', async () => {
    const found = (await Assets.read(temp.path)).find('icon-1.svg', 'br');
    assert.deepEqual([found?.encoding, found?.body.toString()], ['identity', '<svg/>']);
  });

  it('finds nothing that the bundle does not list, by whatever path', async () => {
    const assets = await Assets.read(temp.path);
    for (const name of [
      'secret.txt',
      'index.json',
      '../secret.txt',
      '%2e%2e/secret.txt',
      '/etc/passwd',
      '',
      'main-1.js/',
      'main-1.js.br',
      '__proto__',
    ]) {
      assert.equal(assets.find(name, 'br'), undefined, name);
    }
  });

  it('is not read where a file is missing or the index is no index', async () => {
    using broken = new TempDir();
    writeBundle(broken);
    broken.write('index.json', JSON.stringify({ files: [] }));
    await assert.rejects(Assets.read(broken.path));
    using empty = new TempDir();
    await assert.rejects(Assets.read(empty.path));
  });
});
