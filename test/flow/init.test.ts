/** What `nbox init` makes, on a real host: each template is checked, tested and pushed as it stands. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { templates } from '../../host/templates.ts';
import { runCli } from '../host/cli/run-cli.ts';
import { TempDir } from '../host/doubles.ts';
import { RunningHost, token } from '../support/running-host.ts';

describe('nbox init on a host', function () {
  this.slow(5_000);
  let host: RunningHost;
  let temp: TempDir;
  before(async () => {
    temp = new TempDir();
    host = await RunningHost.start();
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  const answers: Readonly<Record<string, (plugin: string) => Promise<void>>> = {
    snippet: async (plugin) => assert.equal(await host.text(`${plugin}/x`), '{"hello":"/x"}'),
    hono: async (plugin) => assert.match(await host.text(plugin), /<h1>Hello world<\/h1>/),
    project: async (plugin) => {
      const body = JSON.stringify({ product: 'mug', quantity: 10 });
      assert.equal(await host.text(plugin, { method: 'POST', body }), '{"product":"mug","quantity":10,"totalCents":7110}');
    },
    worker: async (plugin) => {
      assert.equal(await host.text(`${plugin}/x`), '{"path":"/x","example":790}');
      // As the comments in it say.
      for (const [args, expected] of [
        [['queue', 'orders', '-d', '[{"id": 1, "cents": 790}]'], /ack|ok/],
        [['scheduled', '*/5 * * * *'], /ok|outcome|\{/],
        [['rpc', 'Orders.total', '-d', '[[{"id": 1, "cents": 790}]]'], /790/],
      ] as const) {
        const { code, stdout, stderr } = await cli('invoke', plugin, ...args);
        assert.equal(code, 0, stderr);
        assert.match(stdout, expected);
      }
    },
  };
  const cli = (...args: string[]) => runCli(args, { env: { NBOX_URL: host.adminUrl, NBOX_TOKEN: token } });

  for (const { name } of templates) {
    it(`${name}: check, test and push take it as it is, and it answers`, async () => {
      const plugin = `demo/templates/${name}`;
      const folder = join(temp.path, plugin);
      assert.equal((await cli('init', folder, '--template', name)).code, 0);
      for (const command of ['check', 'test', 'push']) {
        const { code, stdout, stderr } = await cli(command, folder);
        assert.deepEqual([code, stderr], [0, ''], `${command}: ${stdout}${stderr}`);
        assert.doesNotMatch(stdout, /warning|no tests/);
      }
      await answers[name]?.(plugin);
    });
  }
});
