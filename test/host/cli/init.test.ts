/** host/cli/init.ts, templates.ts and editor-files.ts */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { refreshEditorFiles } from '../../../host/cli/editor-files.ts';
import { templates } from '../../../host/templates.ts';
import { readPluginTsconfig } from '../../../loader/builder/plugin-tsconfig.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { TempDir } from '../doubles.ts';
import { runCli } from './run-cli.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const init = (cwd: string, ...args: string[]) => runCli(['init', ...args], { cwd });

describe('nbox init', () => {
  let temp: TempDir;
  beforeEach(() => {
    temp = new TempDir();
  });
  afterEach(() => temp[Symbol.dispose]());

  for (const { name } of templates) {
    it(`${name}: an editor finds the types of everything, and nothing to mind`, async () => {
      assert.equal((await init(temp.path, 'demo/hello/world', '--template', name)).code, 0);
      const folder = join(temp.path, 'demo/hello/world');
      // What npm install would bring.
      if (existsSync(join(folder, 'package.json'))) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error) => error);
      assert.equal(stdout, '');
      writeFileSync(join(folder, 'wrong.ts'), 'export const x: number = new Request("x").method;\n');
      const wrong = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error) => error);
      assert.match(wrong.stdout, /wrong\.ts.*TS2322/);
    });
  }

  it('the libraries of a template are those that a host has', () => {
    const approved = JSON.parse(readFileSync(join(root, 'libraries/package.json'), 'utf8')).dependencies;
    for (const { name } of templates) {
      const file = join(root, 'templates', name, 'package.json');
      const listed = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).dependencies : {};
      for (const [library, version] of Object.entries(listed)) assert.equal(approved[library], version, `${name}: ${library}`);
    }
    assert.deepEqual(readdirSync(join(root, 'templates')).sort(), templates.map(({ name }) => name).sort());
  });

  it('says which plugin it is and what comes next, and writes a manifest that a push takes as it is', async () => {
    const { code, stdout, stderr } = await init(temp.path, 'shop/detail/prices', '--owner', 'team-a', '--description', 'What it costs');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^shop\/detail\/prices {2}made of the template snippet: .*index\.ts/);
    assert.match(stdout, /nbox dev shop\/detail\/prices +a local host/);
    const folder = join(temp.path, 'shop/detail/prices');
    const text = readFileSync(join(folder, 'nbox.json'), 'utf8');
    const { owner, description } = parseManifest(JSON.parse(text), ['index.ts']);
    assert.deepEqual([owner, description], ['team-a', 'What it costs']);
    assert.ok(existsSync(join(folder, JSON.parse(text).$schema)));
    const tsconfig = readPluginTsconfig(new Map([['tsconfig.json', readFileSync(join(folder, 'tsconfig.json'), 'utf8')]]));
    assert.deepEqual(tsconfig.diagnostics, []);
    assert.match(readFileSync(join(folder, '.gitignore'), 'utf8'), /^\.nbox\/$/m);
  });

  it('overwrites nothing, and makes nothing where it would', async () => {
    const kept = temp.write('demo/hello/world/nbox.json', '{"owner":"mine"}');
    const { code, stdout, stderr } = await init(temp.path, 'demo/hello/world');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /has nbox\.json already, and nothing is overwritten/);
    assert.equal(readFileSync(kept, 'utf8'), '{"owner":"mine"}');
    assert.deepEqual(readdirSync(join(temp.path, 'demo/hello/world')), ['nbox.json']);
    // A link that leads nowhere is there, too: writing through it would make a file elsewhere.
    mkdirSync(join(temp.path, 'a/b/c'), { recursive: true });
    symlinkSync(join(temp.path, 'elsewhere'), join(temp.path, 'a/b/c/index.ts'));
    assert.equal((await init(temp.path, 'a/b/c')).code, 1);
    assert.equal(existsSync(join(temp.path, 'elsewhere')), false);
  });

  it('takes the current directory, and one with other files in it; asks nothing where there is no terminal', async () => {
    temp.write('shop/detail/prices/README.md', 'mine');
    const { code, stdout } = await init(join(temp.path, 'shop/detail/prices'), '--json');
    assert.equal(code, 0);
    const { plugin, template, files } = JSON.parse(stdout);
    assert.deepEqual([plugin, template], ['shop/detail/prices', 'snippet']);
    assert.ok(files.includes('index.test.ts'));
  });

  it('says so where the place is no id', async () => {
    const { code, stdout } = await init(temp.path, 'My Plugin');
    assert.equal(code, 0);
    assert.match(stdout, /is no plugin’s id: name one by --as/);
    assert.match(stdout, /nbox push 'My Plugin' --as domain\/group\/name/);
  });

  it('refuses a template that there is none of', async () => {
    const { code, stderr } = await init(temp.path, 'a/b/c', '--template', 'rails');
    assert.equal(code, 2);
    assert.match(stderr, /Allowed choices are snippet, hono, project, worker/);
  });

  it('refreshEditorFiles brings back what a clone has not, and touches no folder that does not ask', async () => {
    await init(temp.path, 'demo/hello/world');
    const folder = join(temp.path, 'demo/hello/world');
    rmSync(join(folder, '.nbox'), { recursive: true });
    await refreshEditorFiles(folder);
    assert.ok(existsSync(join(folder, '.nbox/types/nbox.d.ts')));
    // A link that came with a clone leads nowhere: what it points to stays as it was.
    const outside = temp.write('outside.txt', 'mine');
    rmSync(join(folder, '.nbox/types/nbox.d.ts'));
    symlinkSync(outside, join(folder, '.nbox/types/nbox.d.ts'));
    await refreshEditorFiles(folder);
    assert.equal(readFileSync(outside, 'utf8'), 'mine');
    assert.match(readFileSync(join(folder, '.nbox/types/nbox.d.ts'), 'utf8'), /declare module 'nbox'/);
    rmSync(join(folder, '.nbox'), { recursive: true });
    mkdirSync(join(temp.path, 'elsewhere'));
    symlinkSync(join(temp.path, 'elsewhere'), join(folder, '.nbox'));
    await refreshEditorFiles(folder);
    assert.deepEqual(readdirSync(join(temp.path, 'elsewhere')), []);
    temp.write('other/index.ts', '');
    await refreshEditorFiles(join(temp.path, 'other'));
    assert.deepEqual(readdirSync(join(temp.path, 'other')), ['index.ts']);
  });
});
