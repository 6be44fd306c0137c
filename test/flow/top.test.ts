/** `nbox top` and `show` of a real host that has calls. */

import assert from 'node:assert/strict';
import { runCli } from '../host/cli/run-cli.ts';
import { RunningHost, token } from '../support/running-host.ts';

describe('nbox top and show of a host with calls', function () {
  this.slow(10_000);
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
    await host.push(
      'shop/detail/prices',
      'export default (request: Request) => { if (request.url.endsWith("x")) throw new Error("no"); return 1; };',
    );
  });
  after(() => host.close());
  const cli = (...args: string[]) => runCli(args, { env: { NBOX_URL: host.adminUrl, NBOX_TOKEN: token } });

  it('shows who has made them, and how the host is doing', async () => {
    // What it shows are whole seconds: those that have just been are there a moment later.
    for (;;) {
      await Promise.all(['', 'x', '', ''].map((path) => host.text(`shop/detail/prices/${path}`)));
      const { code, stdout, stderr } = await cli('top', '--json');
      assert.deepEqual([code, stderr], [0, '']);
      const { plugins, parts, overview } = JSON.parse(stdout);
      if (plugins.length === 0) continue;
      const [row] = plugins;
      assert.equal(row.plugin, 'shop/detail/prices');
      assert.ok(row.callsPerSecond > 0 && row.errorsPerSecond > 0 && row.errorsPerSecond < row.callsPerSecond);
      assert.ok(row.p99Us >= row.p50Us && row.p50Us > 0);
      assert.ok(parts.some(({ part }: { part: string }) => part === 'plugins'));
      assert.equal(overview.plugins, 1);
      assert.deepEqual(
        overview.lanes.map(({ lane, executors }: { lane: string; executors: number }) => [lane, executors]),
        [['standard', 2]],
      );
      return;
    }
  });

  it('shows the failures of one', async () => {
    const { code, stdout } = await cli('show', 'shop/detail/prices');
    assert.equal(code, 0);
    assert.match(stdout, /usage +\d+ calls since the start, [1-9]\d* failed/);
    assert.match(stdout, /failures +\d+s ago {2}plugin_error {2}GET .*x {2}r1/);
  });
});
