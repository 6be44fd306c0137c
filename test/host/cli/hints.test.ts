import assert from 'node:assert/strict';
import { CliHost } from './cli-host.ts';

describe('nbox hints', () => {
  let host: CliHost;
  before(async () => {
    host = await CliHost.start();
    await host.admin.push({ source: 'one' });
  });
  after(() => host.close());

  it('shows what is wanted, what there is, and why', async () => {
    const { code, stdout } = await host.run(['hints']);
    assert.equal(code, 0);
    for (const name of ['hosts', 'lane standard', 'demo/hello/world']) {
      assert.match(stdout, new RegExp(`^${name} +2 +1  CPU demand 1\\.2 cores over 60 s, target 70% → 2$`, 'm'));
    }
  });

  it('shows one plugin, as JSON, too', async () => {
    const { stdout } = await host.run(['hints', 'demo/hello/world', '--json']);
    assert.equal(JSON.parse(stdout).wanted, 2);
  });

  it('fails where it is not known', async () => {
    const { hint } = host.admin;
    host.admin.hint = { kind: 'unknown', reason: 'the last figures are 9 s old' };
    const { code, stderr } = await host.run(['hints']);
    assert.equal(code, 1);
    assert.match(stderr, /the last figures are 9 s old/);
    host.admin.hint = hint;
  });
});
