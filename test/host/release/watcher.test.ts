/** host/release/watcher.ts, host/release/plugin-folder.ts */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isNboxError } from '../../../guards/errors.ts';
import { ConfigError } from '../../../host/config/config.ts';
import { isSource, readPluginFolder } from '../../../host/release/plugin-folder.ts';
import { Publisher } from '../../../host/release/publisher.ts';
import { Registry } from '../../../host/release/registry.ts';
import { PluginWatcher } from '../../../host/release/watcher.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import { readSource, sourceExtensions, sourceLimits } from '../../../loader/source.ts';
import { FakeBuilder, FakeLoader, quietLog, StepClock, TempDir } from '../doubles.ts';

describe('PluginWatcher', () => {
  let temp: TempDir;
  let store: SqliteStore;
  let registry: Registry;
  let builder: FakeBuilder;
  let publisher: Publisher;
  let watcher: PluginWatcher;
  let directory: string;

  beforeEach(() => {
    temp = new TempDir();
    directory = join(temp.path, 'plugins');
    mkdirSync(directory);
    store = new SqliteStore(join(temp.path, 'data'));
    registry = new Registry(() => undefined);
    builder = new FakeBuilder();
    publisher = new Publisher({
      builder,
      loader: new FakeLoader(),
      store,
      registry,
      log: quietLog,
      hasLane: (lane) => lane === 'standard',
      clock: new StepClock(),
      dynamicCode: false,
      gates: [],
      keep: { releases: 50, forMs: 86_400_000 },
    });
    watcher = new PluginWatcher({ directory, publisher, log: quietLog, debounceMs: 100 });
  });
  afterEach(async () => {
    await watcher.close();
    await publisher.close();
    await store.close();
    temp[Symbol.dispose]();
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }

  const served = () => registry.list().map(({ release }) => `${release.plugin}@${release.number}`);

  it('start() publishes each folder, and knows again what has not changed', async () => {
    write('demo/hello/world/index.ts', 'one');
    write('demo/hello/app/src/main.ts', 'two');
    write('demo/hello/app/nbox.json', '{"entry":"src/main.ts"}');
    await watcher.start();
    assert.deepEqual(served(), ['demo/hello/app@1', 'demo/hello/world@1']);
    await watcher.close();
    watcher = new PluginWatcher({ directory, publisher, log: quietLog });
    await watcher.start();
    assert.deepEqual(served(), ['demo/hello/app@1', 'demo/hello/world@1']);
    assert.equal(builder.requests.length, 2);
  });

  it('start() tells what fits no plugin', async () => {
    write('README.md', 'fine');
    write('tsconfig.json', '{}');
    write('loose.ts', '');
    write('hello/nbox.json', '{}');
    write('demo/Hello/world/index.ts', 'x');
    write('demo/hello/index.ts', 'x');
    write('.git/a/b/c', 'x');
    write('node_modules/a/b/c.ts', 'x');
    const misfits: string[] = [];
    watcher.on('misfit', (path) => misfits.push(path));
    await watcher.start();
    assert.deepEqual(misfits.sort(), ['demo/Hello/world', 'demo/hello/index.ts', 'hello/nbox.json', 'loose.ts']);
    assert.deepEqual(served(), []);
  });

  it('start() without the directory is a ConfigError', async () => {
    watcher = new PluginWatcher({ directory: join(directory, 'nowhere'), publisher, log: quietLog });
    await assert.rejects(watcher.start(), ConfigError);
  });

  it('publishes a folder that changes, once for many files', async () => {
    write('demo/hello/world/index.ts', 'one');
    await watcher.start();
    const published = once(watcher, 'published');
    for (let i = 0; i < 20; i++) write(`demo/hello/world/file${i}.ts`, 'x');
    write('demo/hello/world/index.ts', 'two');
    const [{ release }] = await published;
    assert.equal(release.number, 2);
    assert.equal(builder.requests.at(-1)?.files.size, 21);
  });

  it('publishes a folder that is new, and one that is moved in whole', async () => {
    await watcher.start();
    const first = once(watcher, 'published');
    mkdirSync(join(temp.path, 'aside/hello/world'), { recursive: true });
    writeFileSync(join(temp.path, 'aside/hello/world/index.ts'), 'one');
    renameSync(join(temp.path, 'aside'), join(directory, 'demo'));
    await first;
    assert.deepEqual(served(), ['demo/hello/world@1']);
  });

  it('keeps the old release of a folder that does not compile, until it does', async () => {
    write('demo/hello/world/index.ts', 'one');
    await watcher.start();
    const rejected = once(watcher, 'rejected');
    write('demo/hello/world/index.ts', 'TYPE ERROR');
    const [plugin, error] = await rejected;
    assert.equal(plugin, 'demo/hello/world');
    assert.ok(isNboxError(error, 'type_errors'));
    assert.deepEqual(served(), ['demo/hello/world@1']);
    const published = once(watcher, 'published');
    write('demo/hello/world/index.ts', 'two');
    await published;
    assert.deepEqual(served(), ['demo/hello/world@2']);
  });

  it('takes up a change that comes while it publishes', async () => {
    write('demo/hello/world/index.ts', 'one');
    await watcher.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    builder.gate = promise;
    const first = once(watcher, 'published');
    write('demo/hello/world/index.ts', 'two');
    while (builder.requests.length < 2) await new Promise((turn) => setImmediate(turn));
    write('demo/hello/world/index.ts', 'three');
    resolve();
    await first;
    await once(watcher, 'published');
    assert.equal(builder.requests.at(-1)?.files.get('index.ts'), 'three');
    assert.deepEqual(served(), ['demo/hello/world@3']);
  });

  it('removes the plugins of a folder that is removed', async () => {
    write('demo/hello/world/index.ts', 'one');
    write('demo/hello/other/index.ts', 'one');
    write('shop/price/list/index.ts', 'one');
    await watcher.start();
    const removed = once(watcher, 'removed');
    rmSync(join(directory, 'demo/hello/world'), { recursive: true });
    assert.deepEqual(await removed, ['demo/hello/world']);
    assert.deepEqual(served(), ['demo/hello/other@1', 'shop/price/list@1']);
    const another = once(watcher, 'removed');
    renameSync(join(directory, 'demo'), join(temp.path, 'away'));
    await another;
    assert.deepEqual(served(), ['shop/price/list@1']);
  });

  it('leaves what someone else pushed since, when the folder goes', async () => {
    write('demo/hello/world/index.ts', 'one');
    await watcher.start();
    await publisher.publish({
      plugin: parsePluginId('demo/hello/world'),
      files: new Map([['index.ts', 'pushed']]),
      typecheck: 'strict',
      actor: 'tester',
    });
    const gone = once(watcher, 'rejected');
    rmSync(directory, { recursive: true });
    await gone;
    assert.deepEqual(served(), ['demo/hello/world@2']);
  });

  it('keeps every plugin when the whole directory goes', async () => {
    write('demo/hello/world/index.ts', 'one');
    await watcher.start();
    const rejected = once(watcher, 'rejected');
    renameSync(directory, join(temp.path, 'away'));
    const [, error] = await rejected;
    assert.match(error.message, /is gone; its plugins are kept/);
    assert.deepEqual(served(), ['demo/hello/world@1']);
  });
});

describe('readPluginFolder(folder)', () => {
  let temp: TempDir;
  beforeEach(() => {
    temp = new TempDir();
  });
  afterEach(() => temp[Symbol.dispose]());

  it('takes the source and nothing else', async () => {
    const names = [
      'index.ts',
      'nbox.json',
      'src/page.html',
      'src/test/fixture.json',
      'index.test.ts',
      'src/a.test.tsx',
      'test/x.ts',
      'README.md',
    ];
    const noise = [
      '.env',
      '.git/config.json',
      'node_modules/a/index.js',
      'index.ts~',
      '.index.ts.swp',
      '#index.ts#',
      '4913',
      'logo.png',
      'package-lock.json',
    ];
    for (const name of [...names, ...noise]) {
      mkdirSync(dirname(join(temp.path, name)), { recursive: true });
      writeFileSync(join(temp.path, name), 'x');
    }
    symlinkSync('/etc/passwd', join(temp.path, 'link.txt'));
    symlinkSync('/etc', join(temp.path, 'etc'));
    const source = names.filter((name) => name !== 'README.md').sort();
    assert.deepEqual([...(await readPluginFolder(temp.path)).keys()], source);
  });

  it('refuses a large file without reading it, too many files, and what is not UTF-8', async () => {
    writeFileSync(join(temp.path, 'large.ts'), Buffer.alloc(sourceLimits.fileBytes + 1, 'x'));
    await assert.rejects(readPluginFolder(temp.path), (error) => isNboxError(error, 'source_too_large') && /large\.ts/.test(error.message));
    rmSync(join(temp.path, 'large.ts'));
    writeFileSync(join(temp.path, 'a.ts'), Buffer.from([0xff, 0xfe]));
    await assert.rejects(readPluginFolder(temp.path), (error) => isNboxError(error, 'invalid_source'));
    for (let i = 0; i <= sourceLimits.files; i++) writeFileSync(join(temp.path, `a${i}.ts`), 'x');
    rmSync(join(temp.path, 'a.ts'));
    await assert.rejects(readPluginFolder(temp.path), (error) => isNboxError(error, 'source_too_large'));
  });

  it('takes the extensions that a push may have', () => {
    for (const extension of sourceExtensions) {
      readSource({ files: { [`a${extension}`]: 'x' } });
      assert.ok(isSource(`a${extension}`));
    }
  });
});
