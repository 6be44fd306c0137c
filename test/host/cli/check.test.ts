/** host/cli/check.ts and local-build.ts: the host's own builder, without a host. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { TempDir } from '../doubles.ts';
import { runCli } from './run-cli.ts';

describe('nbox check', function () {
  this.slow(4_000);
  let temp: TempDir;
  before(() => {
    temp = new TempDir();
    temp.write('good/index.ts', 'export default () => 1;\n');
    temp.write('good/index.test.ts', "it('is one', () => {\n  expect(1).toBe(1);\n});\n");
    temp.write('types/index.ts', 'const n: number = "x";\nexport default () => n;\n');
    temp.write('manifest/index.ts', 'export default () => 1;\n');
    temp.write('manifest/nbox.json', '{ "ownr": "x" }');
    temp.write('broken/index.ts', 'export default () => 1;\n');
    temp.write('broken/index.test.ts', "import './nowhere.ts';\n");
    temp.write('lone.ts', 'export default () => 1;\n');
  });
  after(() => temp[Symbol.dispose]());
  const check = (...args: string[]) => runCli(['check', ...args], { cwd: temp.path });

  it('says what is good, of several at once, and exits with 0', async () => {
    const { code, stdout, stderr } = await check('good', 'lone.ts');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^good {2}good {2}index\.ts, \d+ KiB, 1 file of tests; type-check .*\ngood {2}lone\.ts {2}.*no tests.*\n$/);
  });

  it('shows what is wrong where it stands, goes on with the others, and exits with 1', async () => {
    const { code, stdout, stderr } = await check('types', 'manifest', 'good');
    assert.equal(code, 1);
    assert.match(stderr, /types\/index\.ts:1:7 {2}error {2}TS2322/);
    assert.match(stderr, / {2}1 │ const n: number = "x";\n {4}│ {7}\^/);
    assert.match(stderr, /refused {2}types {2}1 error {2}type_errors/);
    assert.match(stderr, /refused {2}manifest {2}invalid_manifest: .*ownr/);
    assert.match(stdout, /^good {2}good/);
  });

  it('--warn lets type errors pass, and an import of a test that leads nowhere never does', async () => {
    const warned = await check('types', '--warn');
    assert.equal(warned.code, 0);
    assert.match(warned.stdout, /good {2}types {2}1 warning/);
    const broken = await check('broken');
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /index\.test\.ts:1:\d+ {2}error/);
  });

  it('--json has all of it', async () => {
    const { code, stdout, stderr } = await check('types', 'good', '--json');
    assert.deepEqual([code, stderr], [1, '']);
    const [types, good] = JSON.parse(stdout).plugins;
    assert.deepEqual([types.ok, types.code, types.diagnostics[0].line, types.diagnostics[0].file], [false, 'type_errors', 1, 'index.ts']);
    assert.deepEqual([good.ok, good.code, good.entry, good.tests], [true, null, 'index.ts', 1]);
  });

  it('takes a file or folder that is there, and says so', async () => {
    const { code, stderr } = await check(join(temp.path, 'nowhere'));
    assert.equal(code, 2);
    assert.match(stderr, /There is no file or folder/);
  });
});
