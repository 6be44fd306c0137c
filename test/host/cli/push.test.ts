/** host/cli/push.ts, against the real admin API. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NboxError } from '../../../guards/errors.ts';
import type { Build } from '../../../loader/build.ts';
import { TempDir } from '../doubles.ts';
import { CliHost } from './cli-host.ts';

describe('nbox push', () => {
  let host: CliHost;
  let temp: TempDir;
  before(async () => {
    host = await CliHost.start();
    temp = new TempDir();
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  const write = (path: string, text: string) => temp.write(path, text);

  it('publishes a lone .ts file, and tells release, path and time', async () => {
    const file = write('hello.ts', 'export default () => 1');
    const { code, stdout, stderr } = await host.run(['push', file, '--as', 'demo/hello/world']);
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.match(stdout, /^demo\/hello\/world {2}release 1 {2}live\n/);
    assert.match(stdout, /path +\/demo\/hello\/world\/… on the traffic port/);
    assert.match(stdout, /serves +fetch; release 1 \([0-9a-f]{12}\), deployment 1/);
    assert.match(stdout, /time +\d.*ms.*in the host: typecheck 1.0 ms, bundle 2.0 ms, instrument 3.0 ms/);
    assert.deepEqual([...(host.admin.builder.requests.at(-1)?.files ?? [])], [['index.ts', 'export default () => 1']]);
    assert.match((await host.run(['push', file, '--as', 'demo/hello/world'])).stdout, /release 1 {2}unchanged/);
  });

  it('--rollout publishes without calls, and starts a rollout', async () => {
    const id = ['--as', 'demo/hello/rolled'];
    await host.run(['push', write('rolled.ts', 'export default () => 1'), ...id]);
    const file = write('rolled.ts', 'export default () => 2');
    const { code, stdout, stderr } = await host.run(['push', file, ...id, '--rollout', '--steps', '5,100', '--hold', '0']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^demo\/hello\/rolled {2}release 2 {2}live for 0% of the calls\n/);
    assert.match(stdout, /\ndemo\/hello\/rolled {2}rollout 1 of release 2 over 1: running at 5% of 5, 100\n$/);
    for (const flags of [
      ['--steps', '5,100'],
      ['--rollout', '--percentage', '5'],
      ['--rollout', '--hold', 'x'],
    ]) {
      assert.equal((await host.run(['push', file, ...id, ...flags])).code, 2, flags.join(' '));
    }
  });

  it('sends a lone file of another kind by its own name, as the entry', async () => {
    const { code, stderr } = await host.run(['push', write('hello.js', 'export default () => 2'), '--as', 'demo/hello/js']);
    assert.equal(code, 0, stderr);
    const request = host.admin.builder.requests.at(-1);
    assert.deepEqual([...(request?.files.keys() ?? [])], ['hello.js']);
    assert.equal(request?.manifest.entry, 'hello.js');
  });

  it('sends a folder by the rules of the watcher, with the id that its place gives', async () => {
    write('shop/detail/price/index.ts', 'export { default } from "./src/price.ts"');
    write('shop/detail/price/src/price.ts', 'export default () => 3');
    write('shop/detail/price/nbox.json', '{ "owner": "team-detail" }');
    for (const noise of ['README.md', '.env', 'node_modules/x/index.js']) write(`shop/detail/price/${noise}`, 'x');
    // Tests and what they import are part of the source.
    for (const test of ['index.test.ts', 'test/a.ts']) write(`shop/detail/price/${test}`, 'x');
    const { code, stdout, stderr } = await host.run(['push', '.'], { cwd: join(temp.path, 'shop/detail/price') });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^shop\/detail\/price {2}release 1/);
    assert.deepEqual(
      [...(host.admin.builder.requests.at(-1)?.files.keys() ?? [])],
      ['index.test.ts', 'index.ts', 'nbox.json', 'src/price.ts', 'test/a.ts'],
    );
  });

  it('packs what a project imports of its node_modules, and tells it with its size', async () => {
    const folder = 'shop/detail/packed';
    write(`${folder}/index.ts`, "import a from 'a';\nexport default () => a;");
    write(`${folder}/package.json`, '{ "dependencies": { "a": "*", "absent": "*" } }');
    write(`${folder}/node_modules/a/package.json`, '{ "name": "a", "version": "1.2.3", "main": "b.js" }');
    write(`${folder}/node_modules/a/b.js`, `module.exports = 1; // ${'x'.repeat(2_000)}`);
    write(`${folder}/node_modules/a/unused.js`, '');
    const { code, stdout, stderr } = await host.run(['push', folder], { cwd: temp.path });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /packed +a 1\.2\.3 \(3 KiB\): 2 files, 3 KiB\n/);
    assert.match(stdout, /absent +absent: in package\.json, not installed; the host's own are used/);
    const request = host.admin.builder.requests.at(-1);
    assert.deepEqual(
      [...(request?.files.keys() ?? [])],
      ['index.ts', 'node_modules/a/b.js', 'node_modules/a/package.json', 'package.json'],
    );
    // The hash of the release is that of the libraries, too.
    write(`${folder}/node_modules/a/b.js`, 'module.exports = 2;');
    assert.match((await host.run(['push', folder], { cwd: temp.path })).stdout, /release 2 {2}live/);
  });

  it('refuses what cannot be packed, with the place in the library, and asks no host', async () => {
    const folder = 'shop/detail/unpackable';
    write(`${folder}/index.ts`, "import a from 'a';\nexport default () => a;");
    write(`${folder}/package.json`, '{ "dependencies": { "a": "*" } }');
    write(`${folder}/node_modules/a/package.json`, '{ "name": "a", "version": "1.0.0" }');
    write(`${folder}/node_modules/a/index.js`, "\nmodule.exports = require('fs');");
    const before = host.admin.builder.requests.length;
    const { code, stdout, stderr } = await host.run(['push', folder], { cwd: temp.path });
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /node_modules\/a\/index\.js:2:26 {2}error {2}esbuild {2}node_modules\/a\/index\.js imports "fs": node:fs, .* is not available in plugins/,
    );
    assert.match(stderr, /refused {2}shop\/detail\/unpackable {2}1 error {2}bundle_failed/);
    write(`${folder}/package-lock.json`, '{ "lockfileVersion": 3, "packages": { "node_modules/a": { "version": "2.0.0" } } }');
    write(`${folder}/node_modules/a/index.js`, 'module.exports = 1;');
    assert.match(
      (await host.run(['push', folder], { cwd: temp.path })).stderr,
      /nbox: node_modules\/a is 1\.0\.0, .*package-lock\.json says 2\.0\.0\n {2}Run `npm ci`/,
    );
    assert.equal(host.admin.builder.requests.length, before);
  });

  it('prints diagnostics with their code, and ends with 1; --warn publishes', async () => {
    const file = write('wrong.ts', 'const TYPE ERROR\n');
    const refused = await host.run(['push', file, '--as', 'demo/hello/wrong']);
    assert.equal(refused.code, 1);
    assert.equal(refused.stdout, '');
    assert.ok(refused.stderr.startsWith(`${file}:1:2  error  TS2322  wrong type\n  1 │ const TYPE ERROR\n    │  ^~~~\n`), refused.stderr);
    assert.match(refused.stderr, /refused {2}demo\/hello\/wrong {2}1 error {2}type_errors {2}\(.*ms\)\n$/);

    const warned = await host.run(['push', file, '--as', 'demo/hello/wrong', '--warn']);
    assert.equal(warned.code, 0, warned.stderr);
    assert.match(warned.stderr, /warning {2}TS2322/);
    assert.match(warned.stdout, /checked +1 warning/);
  });

  it('names the file of a folder as the terminal can open it', async () => {
    write('shop/detail/bad/index.ts', '\n TYPE ERROR');
    const { stderr } = await host.run(['push', 'shop/detail/bad'], { cwd: temp.path });
    assert.match(stderr, /^shop\/detail\/bad\/index.ts:1:2 {2}error/);
  });

  it('shows where a plugin failed to start', async () => {
    const { builder } = host.admin;
    const build = builder.build.bind(builder);
    builder.build = async (): Promise<Build> => {
      throw new NboxError('probe_failed', { detail: 'Error: no\u001b[2J', position: { file: 'index.ts', line: 1, column: 1 } });
    };
    try {
      const { code, stderr } = await host.run(['push', write('throws.ts', 'throw new Error("no")'), '--as', 'demo/hello/throws']);
      assert.equal(code, 1);
      assert.match(stderr, /throws\.ts:1:1 {2}error {2}probe_failed {2}Error: no\\u001b\[2J\n {2}1 │ throw new Error/);
    } finally {
      builder.build = build;
    }
  });

  it('has colour on a terminal only', async () => {
    const file = write('wrong.ts', 'const TYPE ERROR\n');
    const args = ['push', file, '--as', 'demo/hello/colour'];
    const colour = /\u001b\[\d+m/;
    assert.match((await host.run(args, { env: { FORCE_COLOR: '1' } })).stderr, colour);
    assert.doesNotMatch((await host.run(args)).stderr, colour);
  });

  for (const [title, args, pattern, expected] of [
    ['a lone file without an id', ['push', 'hello.ts'], /Which plugin is this\?\n.*--as domain\/group\/name/, 2],
    ['an id that is none', ['push', 'hello.ts', '--as', '../x/y'], /invalid_plugin_id: .*"\.\."/, 1],
    ['no such file', ['push', 'nothing.ts', '--as', 'a/b/c'], /There is no file or folder nothing\.ts/, 2],
    ['an empty folder', ['push', 'empty', '--as', 'a/b/c'], /invalid_source: There is no file \(at \/files\)/, 1],
    [
      'a manifest with a field too many',
      ['push', 'manifest', '--as', 'a/b/c'],
      /invalid_manifest: .* \(at \/files\/nbox\.json\/colour\)/,
      1,
    ],
  ] as const) {
    it(`says what is wrong: ${title}`, async () => {
      mkdirSync(join(temp.path, 'empty'), { recursive: true });
      write('hello.ts', 'export default () => 1');
      write('manifest/index.ts', 'export default () => 1');
      write('manifest/nbox.json', '{ "colour": 1 }');
      const { code, stdout, stderr } = await host.run(args, { cwd: temp.path });
      assert.match(stderr, pattern);
      assert.equal(code, expected);
      assert.equal(stdout, '');
    });
  }
});
