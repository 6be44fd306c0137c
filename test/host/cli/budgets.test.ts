/** `nbox budgets` against an admin API. */

import assert from 'node:assert/strict';
import { CliHost } from './cli-host.ts';

describe('nbox budgets', () => {
  let host: CliHost;
  beforeEach(async () => {
    host = await CliHost.start();
  });
  afterEach(() => host.close());

  it('set, ls and rm: what is set is listed with what is used of it', async () => {
    assert.match((await host.run(['budgets', 'ls'])).stdout, /There is no budget yet/);
    const args = [
      '--window',
      '1h',
      '--calls',
      '4',
      '--cpu-seconds',
      '0.5',
      '--memory-mb',
      '1.5',
      '--hard',
      '--warn-at',
      '0.5',
      '-m',
      'why',
    ];
    const set = await host.run(['budgets', 'set', 'demo/hello', ...args]);
    assert.deepEqual([set.code, set.stderr], [0, '']);
    const { budget } = host.admin.budgets.get('demo/hello');
    assert.deepEqual(
      [budget.window, budget.calls, budget.cpuSeconds, budget.memoryBytes, budget.mode, budget.warnAt, budget.message],
      ['1h', 4, 0.5, 1_572_864, 'hard', 0.5, 'why'],
    );
    const mine = host.admin.budgets.of('demo/hello/world');
    mine?.take(host.admin.budgets.now());
    mine?.record(host.admin.budgets.now(), 250_000, 524_288);
    const { stdout } = await host.run(['budgets', 'ls']);
    assert.match(stdout, /demo\/hello +1h +hard +warned +1 of 4 \(25%\) +0\.25 s of 0\.5 s \(50%\) +0\.5 MiB of 1\.5 MiB \(33%\) +why/);
    assert.equal(JSON.parse((await host.run(['budgets', 'ls', '--json'])).stdout).budgets[0].scope, 'demo/hello');
    assert.equal((await host.run(['budgets', 'rm', 'demo/hello'])).stdout, 'demo/hello has no budget any more\n');
    assert.deepEqual(host.admin.budgets.list(), []);
  });

  it('fails with the host’s words, and with exit code 2 where it is used wrongly', async () => {
    const refused = await host.run(['budgets', 'set', 'demo', '--window', '1y', '--calls', '1']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /invalid_body: .*\(at \/window\)/);
    assert.match((await host.run(['budgets', 'rm', 'demo'])).stderr, /no_such_budget/);
    assert.match((await host.run(['budgets', 'set', 'Demo/..', '--window', '1h', '--calls', '1'])).stderr, /invalid_scope/);
    const wrong = await host.run(['budgets', 'set', 'demo', '--window', '1h', '--calls', 'many']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--calls has "many", which is no number/);
    assert.equal((await host.run(['budgets', 'set', 'demo', '--calls', '1'])).code, 2);
  });
});
