/** Backup and restore: of a host that is pushed to meanwhile, into a directory from which another one starts. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../host/cli/run-cli.ts';
import { readAll } from '../host/export/export-file.ts';
import { HostProcess } from '../support/host-process.ts';
import { RunningHost, token } from '../support/running-host.ts';

describe('a host that is restored from an export', () => {
  let root: string;
  let host: RunningHost;
  let restored: HostProcess | undefined;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'nbox-'));
    host = await RunningHost.start();
    for (const n of [1, 2, 3]) await host.push('demo/backup/one', `export default () => ${n};`);
    await host.admin('POST', '/v1/plugins/demo/backup/one/deployments', {
      releases: [
        { number: 3, percentage: 90 },
        { number: 1, percentage: 10 },
      ],
    });
    await host.push('demo/backup/two', {
      files: {
        'index.ts': "import { Hono } from 'hono';\nexport default new Hono().get('/x', (c) => c.text('two'));",
        'nbox.json': '{ "owner": "team" }',
      },
    });
    await host.push('demo/backup/gone', 'export default () => "gone";');
    await host.admin('DELETE', '/v1/plugins/demo/backup/gone');
  });
  after(async () => {
    await restored?.stop('SIGKILL');
    await host.close();
    await rm(root, { recursive: true, force: true });
  });

  async function nbox(...args: string[]): Promise<void> {
    const { code, stderr } = await runCli(args, { env: { NBOX_URL: host.adminUrl, NBOX_TOKEN: token } });
    assert.equal(code, 0, stderr);
  }

  it('serves what was live, has its history, takes its token, and goes on where it was', async () => {
    const [file, data] = [join(root, 'backup.nbox'), join(root, 'data')];
    await nbox('export', '-o', file, '--with-token');
    await nbox('import', file, '--data', data);
    // Without NBOX_ADMIN_TOKEN: the one that the export has the hash of.
    const running = await HostProcess.start(data, [], {});
    restored = running;
    assert.ok(!running.output.includes('nbox_'), 'a new token was made');

    const pages = ['/v1/plugins', ...['releases', 'deployments', 'releases/1/source'].map((page) => `/v1/plugins/demo/backup/one/${page}`)];
    for (const page of pages) {
      const there = await fetch(`${running.admin}${page}`, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(there.status, 200);
      assert.deepEqual(await there.json(), await (await host.admin('GET', page)).json(), page);
    }
    for (const number of [3, 1]) {
      const forced = await fetch(`${running.traffic}/demo/backup/one`, { headers: { 'nbox-release-override': String(number) } });
      assert.deepEqual([forced.headers.get('nbox-release'), await forced.json()], [String(number), number]);
    }
    assert.equal(await running.text('demo/backup/two/x'), 'two');
    assert.equal((await fetch(`${running.traffic}/demo/backup/gone`)).status, 404);
    for (const [plugin, release, deployment] of [
      ['demo/backup/one', 4, 5],
      ['demo/backup/gone', 2, 2],
    ] as const) {
      const pushed = (await (await running.put(plugin, 'export default () => "new";')).json()) as {
        release: { number: number };
        deployment: number;
      };
      assert.deepEqual([pushed.release.number, pushed.deployment], [release, deployment]);
      assert.equal(await running.text(plugin), '"new"');
    }
  });

  it('is exported whole while it is pushed to', async () => {
    await host.push('demo/backup/busy', 'export default () => 0;');
    let isOver = false;
    const pushing = (async () => {
      for (let n = 10; !isOver; n += 1) await host.push('demo/backup/busy', `export default () => ${n};`);
    })();
    let before = 1;
    for (let i = 0; i < 8; i += 1) {
      // The reader looks at it all: what is live is there, and no row refers to what is not.
      const { rows } = await readAll(Buffer.from(await (await host.admin('GET', '/v1/export')).arrayBuffer()));
      const releases = rows.filter((row) => row.kind === 'release' && row.plugin === 'demo/backup/busy').length;
      assert.ok(releases >= before);
      before = releases;
    }
    isOver = true;
    await pushing;
  });
});
