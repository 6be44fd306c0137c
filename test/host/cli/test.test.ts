/** host/cli/test.ts, against the real admin API. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NboxError } from '../../../guards/errors.ts';
import { TempDir } from '../doubles.ts';
import { CliHost } from './cli-host.ts';

describe('nbox test', () => {
  let host: CliHost;
  let temp: TempDir;
  let folder: string;
  before(async () => {
    host = await CliHost.start();
    temp = new TempDir();
    folder = join(temp.path, 'shop/detail/price');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.ts'), 'export default () => 1;\n');
    writeFileSync(join(folder, 'price.test.ts'), "it('costs', () => {\n  expect(1).toBe(2);\n});\n");
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  it('says how many passed, and which were slow', async () => {
    host.admin.tested = {
      ...{ result: 'passed', passed: 3, failed: 0, skipped: 2, only: true, durationMs: 12 },
      slow: [{ test: 'costs', durationMs: 80 }],
    };
    const { code, stdout, stderr } = await host.run(['test', folder]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, 'shop/detail/price  3 passed, 2 skipped (some are marked to be run alone), in 12 ms\n  slow  80 ms  costs\n');
    assert.deepEqual([...(host.admin.builder.requests.at(-1)?.files.keys() ?? [])], ['index.ts', 'price.test.ts']);
  });

  it('says that there are none', async () => {
    host.admin.tested = undefined;
    const { code, stdout } = await host.run(['test', folder, '--as', 'a/b/c']);
    assert.deepEqual([code, stdout], [0, 'a/b/c  has no tests (*.test.ts)\n']);
  });

  it('shows what failed where it stands, and exits with 1', async () => {
    const diagnostic = {
      severity: 'error',
      file: 'price.test.ts',
      line: 2,
      column: 13,
      code: 'nbox/test',
      message: 'costs: expected 1 to be 2',
    } as const;
    host.admin.tested = new NboxError('tests_failed', { detail: 'one', diagnostics: [diagnostic] });
    const { code, stdout, stderr } = await host.run(['test', folder]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /price\.test\.ts:2:13 {2}error {2}nbox\/test {2}costs: expected 1 to be 2/);
    assert.match(stderr, /expect\(1\)\.toBe\(2\);/);
    assert.match(stderr, /refused {2}shop\/detail\/price {2}1 error {2}tests_failed/);
  });
});
