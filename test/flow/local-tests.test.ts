/** `nbox test --local`: a plugin's tests where no host runs. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cliEntry, runCli } from '../host/cli/run-cli.ts';
import { TempDir } from '../host/doubles.ts';

describe('nbox test --local', function () {
  this.slow(8_000);
  let temp: TempDir;
  let folder: string;
  let scratch: string;
  beforeEach(() => {
    temp = new TempDir();
    folder = join(temp.path, 'shop/detail/price');
    scratch = join(temp.path, 'scratch');
    mkdirSync(scratch);
    temp.write('shop/detail/price/index.ts', 'export default () => ({ price: 790 });\n');
    write(790);
  });
  afterEach(() => temp[Symbol.dispose]());
  const write = (price: number, before = '') =>
    temp.write(
      'shop/detail/price/price.test.ts',
      `import plugin from './index.ts';\nimport { call } from 'nbox:test';\n\nit('costs', async () => {\n  ${before}expect(await (await call(plugin, '/')).json()).toEqual({ price: ${price} });\n});\n`,
    );
  // No environment names a host, and none has to run.
  const test = (...args: string[]) => runCli(['test', folder, '--local', ...args], { env: { TMPDIR: scratch, HOME: temp.path } });

  it('runs them on a host of its own, of which nothing is left', async () => {
    const { code, stdout, stderr } = await test();
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^shop\/detail\/price {2}1 passed, in \d+ ms\n$/);
    assert.deepEqual(readdirSync(scratch), []);
  });

  it('shows what fails where it stands, and exits with 1', async () => {
    write(800);
    const { code, stdout, stderr } = await test();
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /price\.test\.ts:5:\d+ {2}error {2}nbox\/test {2}costs: /);
    assert.deepEqual(readdirSync(scratch), []);
  });

  it('says what keeps a source from being built', async () => {
    temp.write('shop/detail/price/index.ts', 'export default (): number => "x";\n');
    const { code, stderr } = await test();
    assert.equal(code, 1);
    assert.match(stderr, /index\.ts:1:\d+ {2}error {2}TS2322/);
  });

  it('takes away what it has written where it is interrupted', async () => {
    write(790, 'await new Promise(() => {});\n  ');
    const child: ChildProcess = spawn(process.execPath, [cliEntry, 'test', folder, '--local'], {
      env: { PATH: process.env['PATH'], TMPDIR: scratch, HOME: temp.path },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    // Its data is there, and so is its host soon after.
    while (!readdirSync(scratch).some((name) => readdirSync(join(scratch, name)).includes('nbox.db'))) {
      assert.equal(child.exitCode, null);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill('SIGINT');
    assert.deepEqual(await ended, [1, null]);
    assert.deepEqual(readdirSync(scratch), []);
  });

  it('is for no host that is named', async () => {
    const { code, stderr } = await test('--url', 'http://127.0.0.1:1');
    assert.equal(code, 2);
    assert.match(stderr, /--local.*--url|--url.*--local/);
  });
});
