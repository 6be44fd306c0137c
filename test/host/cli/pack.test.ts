/** host/cli/pack.ts and what it stands on: which files of node_modules go with a push. */

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NboxError } from '../../../guards/errors.ts';
import { CliError } from '../../../host/cli/cli-error.ts';
import { type Packed, pack } from '../../../host/cli/pack.ts';
import { readPluginFolder } from '../../../host/release/plugin-folder.ts';
import { Bundler } from '../../../loader/builder/bundle.ts';
import { packedLimits } from '../../../loader/source.ts';
import { TempDir } from '../doubles.ts';

type Tree = Readonly<Record<string, string>>;

const manifest = (fields: object): string => JSON.stringify({ version: '1.0.0', ...fields });

describe('pack(folder, own)', () => {
  let temp: TempDir;
  let count = 0;
  before(() => {
    temp = new TempDir();
  });
  after(() => temp[Symbol.dispose]());

  function write(files: Tree): string {
    const folder = join(temp.path, `${++count}`);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  async function packed(folder: string): Promise<Packed> {
    const result = await pack(folder, await readPluginFolder(folder));
    assert.ok(result !== undefined);
    return result;
  }

  /** The default export of the bundle that a host without libraries makes of what was packed, and of nothing else. */
  async function bundled(folder: string): Promise<unknown> {
    const own = await readPluginFolder(folder);
    const { files } = await packed(folder);
    await using bundler = new Bundler({ dir: temp.path, names: new Set(), roots: [] });
    const { code } = await bundler.bundle(new Map([...own, ...files]), 'index.ts');
    return ((await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { default: unknown }).default;
  }

  async function refusal(folder: string): Promise<CliError> {
    try {
      await packed(folder);
    } catch (error) {
      assert.ok(error instanceof CliError, String(error));
      return error;
    }
    assert.fail('packed');
  }

  const libraries: Tree = {
    'node_modules/cjs/package.json': manifest({ name: 'cjs', main: 'lib/main', dependencies: { deep: '*' } }),
    'node_modules/cjs/lib/main.js': "module.exports = [require('./data.json').n, require('deep')];",
    'node_modules/cjs/lib/data.json': '{"n":1}',
    'node_modules/cjs/lib/unused.js': 'module.exports = 0;',
    'node_modules/cjs/README.md': 'unused',
    'node_modules/deep/package.json': manifest({ name: 'deep', version: '2.0.0' }),
    'node_modules/deep/index.js': "module.exports = 'deep 2';",
    'node_modules/@s/dual/package.json': manifest({
      name: '@s/dual',
      exports: { '.': { types: './t.d.ts', import: './m.mjs', require: './c.cjs' }, './more': './more.js' },
    }),
    'node_modules/@s/dual/t.d.ts': "export { dual } from './inner.js';",
    'node_modules/@s/dual/inner.d.ts': 'export declare const dual: string;',
    'node_modules/@s/dual/unused.d.ts': 'export {};',
    'node_modules/@s/dual/m.mjs': "export const dual = 'import';",
    'node_modules/@s/dual/c.cjs': "exports.dual = 'require';",
    'node_modules/@s/dual/more.js': '',
    'node_modules/never/package.json': manifest({ name: 'never' }),
    'node_modules/never/index.js': '',
  };
  const source = "import cjs from 'cjs';\nimport { dual } from '@s/dual';\nexport default [cjs, dual];";
  const dependencies = { cjs: '*', '@s/dual': '*', never: '*' };
  const project: Tree = {
    'index.ts': source,
    'package.json': manifest({ dependencies: { cjs: '*', never: '*' }, devDependencies: { '@s/dual': '*' } }),
    ...libraries,
  };

  it('takes what the bundle and the type-check reach, and nothing else', async () => {
    const folder = write(project);
    const { files, libraries: told, missing } = await packed(folder);
    assert.deepEqual(
      [...files.keys()],
      [
        'node_modules/@s/dual/inner.d.ts',
        'node_modules/@s/dual/m.mjs',
        'node_modules/@s/dual/package.json',
        'node_modules/@s/dual/t.d.ts',
        'node_modules/cjs/lib/data.json',
        'node_modules/cjs/lib/main.js',
        'node_modules/cjs/package.json',
        'node_modules/deep/index.js',
        'node_modules/deep/package.json',
      ],
    );
    assert.deepEqual(
      told.map(({ name, version, files: n }) => [name, version, n]),
      [
        ['@s/dual', '1.0.0', 4],
        ['cjs', '1.0.0', 3],
        ['deep', '2.0.0', 2],
      ],
    );
    assert.equal(
      told.reduce((sum, { bytes }) => sum + bytes, 0),
      [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    );
    assert.deepEqual(missing, []);
    assert.deepEqual(await bundled(folder), [[1, 'deep 2'], 'import']);
  });

  it('takes what the tests reach, too', async () => {
    const folder = write({
      ...project,
      'test/a.test.ts': "import never from 'never';\nimport { expect } from 'nbox:test';\nexpect(never).toBe(0);",
    });
    const { files } = await packed(folder);
    assert.ok(files.has('node_modules/never/index.js') && files.has('node_modules/cjs/lib/main.js'));
  });

  it('is the same each time', async () => {
    const folder = write(project);
    assert.deepEqual([...(await packed(folder)).files], [...(await packed(folder)).files]);
  });

  it('needs a package.json that lists something', async () => {
    for (const files of [{ 'index.ts': source }, { 'index.ts': source, 'package.json': '{}' }]) {
      assert.equal(await pack(write({ ...libraries, ...files }), new Map([['index.ts', source]])), undefined);
    }
  });

  it('leaves to the host what is not listed, and what is not installed', async () => {
    const folder = write({
      'index.ts': "import a from 'never';\nimport b from 'hono';\nimport c from 'absent';\nexport default [a, b, c];",
      'package.json': manifest({ dependencies: { cjs: '*', absent: '*' } }),
      ...libraries,
    });
    const { files, missing } = await packed(folder);
    assert.deepEqual([[...files.keys()], missing], [[], ['absent']]);
  });

  it('puts two versions of a library apart', async () => {
    const folder = write({
      ...project,
      'index.ts': "import cjs from 'cjs';\nimport deep from 'deep';\nexport default [cjs, deep];",
      'package.json': manifest({ dependencies: { cjs: '*', deep: '*' } }),
      'node_modules/cjs/node_modules/deep/package.json': manifest({ name: 'deep', version: '1.0.0' }),
      'node_modules/cjs/node_modules/deep/index.js': "module.exports = 'deep 1';",
    });
    assert.deepEqual(await bundled(folder), [[1, 'deep 1'], 'deep 2']);
    assert.deepEqual(
      (await packed(folder)).libraries.map(({ name, version }) => `${name} ${version}`),
      ['cjs 1.0.0', 'deep 1.0.0', 'deep 2.0.0'],
    );
  });

  it('follows links, as of workspaces and of installers that keep all packages in one store', async () => {
    const store = 'node_modules/.store';
    const moved = Object.entries(libraries).map(([name, text]): [string, string] => {
      const [, scope = '', part = ''] = name.split('/');
      const owner = scope.startsWith('@') ? `${scope}+${part}` : scope;
      return [name.replace('node_modules/', `${store}/${owner}/node_modules/`), text];
    });
    const folder = write({
      'index.ts': source,
      'package.json': manifest({ dependencies: { cjs: '*', '@s/dual': '*' } }),
      ...Object.fromEntries(moved),
    });
    mkdirSync(join(folder, 'node_modules/@s'));
    symlinkSync(join(folder, store, 'cjs/node_modules/cjs'), join(folder, 'node_modules/cjs'));
    symlinkSync(join(folder, store, '@s+dual/node_modules/@s/dual'), join(folder, 'node_modules/@s/dual'));
    symlinkSync(join(folder, store, 'deep/node_modules/deep'), join(folder, store, 'cjs/node_modules/deep'));
    assert.deepEqual(await bundled(folder), [[1, 'deep 2'], 'import']);
    assert.ok((await packed(folder)).files.has('node_modules/deep/index.js'));
  });

  it('finds what a folder above has installed', async () => {
    const root = write(libraries);
    const folder = join(root, 'packages/one');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.ts'), source);
    writeFileSync(join(folder, 'package.json'), manifest({ dependencies }));
    assert.deepEqual(await bundled(folder), [[1, 'deep 2'], 'import']);
  });

  const lock = (versions: Readonly<Record<string, string>>): string =>
    JSON.stringify({
      lockfileVersion: 3,
      packages: Object.fromEntries(Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }])),
    });
  const good = { cjs: '1.0.0', deep: '2.0.0', '@s/dual': '1.0.0' };

  it('goes by package-lock.json', async () => {
    // What is not reached may differ.
    assert.equal((await packed(write({ ...project, 'package-lock.json': lock({ ...good, never: '9.9.9' }) }))).libraries.length, 3);
    const other = await refusal(write({ ...project, 'package-lock.json': lock({ ...good, deep: '2.1.0' }) }));
    assert.match(other.message, /^node_modules\/deep is 2\.0\.0, .*package-lock\.json says 2\.1\.0$/);
    assert.match(other.hint ?? '', /npm ci/);
    const { deep: _, ...less } = good;
    assert.match((await refusal(write({ ...project, 'package-lock.json': lock(less) }))).message, /^deep is installed, but not in /);
    assert.match((await refusal(write({ ...project, 'package-lock.json': '{"lockfileVersion":1}' }))).message, /old format/);
    assert.match((await refusal(write({ ...project, 'package-lock.json': '{' }))).message, /cannot be read/);
  });

  it("goes by the lock of a workspace, in which the project's own packages are links", async () => {
    const root = write({
      ...libraries,
      'packages/own/package.json': manifest({ name: 'own', version: '5.0.0', main: 'a.js' }),
      'packages/own/a.js': "module.exports = 'own';",
      'packages/one/package.json': manifest({ dependencies: { own: '*', cjs: '*' } }),
      'packages/one/index.ts': "import own from 'own';\nimport cjs from 'cjs';\nexport default [own, cjs];",
      'package-lock.json': JSON.stringify({
        packages: { ...JSON.parse(lock(good)).packages, 'node_modules/own': { resolved: 'packages/own', link: true } },
      }),
    });
    symlinkSync(join(root, 'packages/own'), join(root, 'node_modules/own'));
    assert.deepEqual(await bundled(join(root, 'packages/one')), ['own', [1, 'deep 2']]);
    writeFileSync(join(root, 'package-lock.json'), lock({ ...good, cjs: '1.0.1' }));
    assert.match((await refusal(join(root, 'packages/one'))).message, /node_modules\/cjs is 1\.0\.0/);
  });

  it('refuses a link in a package that leads out of it', async () => {
    const folder = write(project);
    rmSync(join(folder, 'node_modules/cjs/lib/data.json'));
    writeFileSync(join(folder, 'secret.json'), '{"n":"secret"}');
    symlinkSync(join(folder, 'secret.json'), join(folder, 'node_modules/cjs/lib/data.json'));
    assert.match((await refusal(folder)).message, /data\.json is a link that leads out of its package/);
  });

  it('refuses what is no text, by name', async () => {
    const folder = write(project);
    writeFileSync(join(folder, 'node_modules/deep/index.js'), Buffer.from([0x22, 0xff, 0x22]));
    assert.match((await refusal(folder)).message, /deep\/index\.js is not UTF-8/);
  });

  it('refuses too much, and says what is large', async () => {
    const files: Record<string, string> = {};
    const quarter = `/* ${'x'.repeat(packedLimits.totalBytes / 4)} */\nexport {};`;
    for (let i = 0; i < 4; i += 1) files[`node_modules/@s/dual/${i}.d.ts`] = quarter;
    files['node_modules/@s/dual/t.d.ts'] =
      "import './0.js';\nimport './1.js';\nimport './2.js';\nimport './3.js';\nexport declare const dual: string;";
    const { message, hint } = await refusal(write({ ...project, ...files }));
    assert.match(message, /^The packed libraries have \d+ bytes; at most 12582912 are accepted$/);
    assert.match(hint ?? '', /^The largest are @s\/dual \(\d+\), /);
  });

  it('tells as the host would what cannot be bundled, with the file and line', async () => {
    const folder = write({
      ...project,
      'node_modules/deep/index.js': "'use strict';\nconst net = require('node:net');\nmodule.exports = net;",
    });
    await assert.rejects(packed(folder), (error) => {
      assert.ok(error instanceof NboxError);
      const [found] = error.details.diagnostics ?? [];
      assert.deepEqual([found?.file, found?.line], ['node_modules/deep/index.js', 2]);
      assert.match(found?.message ?? '', /node_modules\/deep\/index\.js imports "node:net": node:net, .*is not available in plugins/);
      return true;
    });
  });

  it('packs a real library as it is installed', async () => {
    const root = join(import.meta.dirname, '../../..');
    const folder = write({
      'index.ts':
        "import { z } from 'zod';\nconst schema = z.object({ a: z.string() });\nexport default schema.safeParse({ a: 1 }).success;",
      'package.json': manifest({ dependencies: { zod: '*' } }),
    });
    cpSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'), { recursive: true });
    assert.equal(await bundled(folder), false);
    const { files } = await packed(folder);
    assert.deepEqual(
      [...files.keys()].filter((name) => !name.startsWith('node_modules/zod/')),
      [],
    );
    assert.ok(files.size > 20 && [...files.keys()].some((name) => /\.d\.[mc]?ts$/.test(name)));
  });
});
