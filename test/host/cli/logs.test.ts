/** host/cli/logs.ts, against the real admin API. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { token } from '../admin/admin-host.ts';
import { said } from '../logs/said.ts';
import { CliHost } from './cli-host.ts';
import { cliEntry } from './run-cli.ts';

const plugin = 'demo/hello/world';

describe('nbox logs', function () {
  this.slow(3_000);
  let host: CliHost;
  before(async () => {
    host = await CliHost.start();
    assert.equal((await host.admin.push({ source: 'one' })).status, 201);
    for (const [n, level] of (['debug', 'info', 'warn', 'error'] as const).entries()) {
      host.admin.logs.write(plugin, said(`line ${n}`, { level, call: `3f2a91c${n}-0000`, release: n + 1 }));
    }
    host.admin.logs.write(plugin, { kind: 'dropped', lines: 12 });
  });
  after(() => host.close());

  it('prints the last lines, plainly where it is no terminal, and what was dropped', async () => {
    const { code, stdout, stderr } = await host.run(['logs', plugin]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^2023-11-14T22:13:20\.000Z debug r1 3f2a91c0 line 0\n/);
    assert.match(stdout, /Z … 12 lines dropped\n$/);
    assert.equal(stdout.split('\n').length, 6);
    assert.doesNotMatch(stdout, /\u001b/);
  });

  it('prints what is asked for', async () => {
    const shown = async (...args: string[]) => (await host.run(['logs', plugin, ...args])).stdout.match(/line \d/g);
    assert.deepEqual(await shown('-n', '2'), ['line 3']);
    assert.deepEqual(await shown('--level', 'warn'), ['line 2', 'line 3']);
    assert.deepEqual(await shown('--release', '2'), ['line 1']);
    assert.deepEqual(await shown('--call', '3f2a91c3'), ['line 3']);
    assert.deepEqual(await shown('--contains', 'ne 1', '--from', 'live'), ['line 1']);
    const { stdout } = await host.run(['logs', plugin, '--json', '-n', '1']);
    assert.deepEqual(
      { ...JSON.parse(stdout), sequence: 0, at: '' },
      { kind: 'dropped', preview: null, for: null, lines: 12, sequence: 0, at: '' },
    );
  });

  it('goes on until Ctrl-C, across a cut, and ends well', async () => {
    const child = spawn(process.execPath, [cliEntry, 'logs', plugin, '-f', '-n', '1'], {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', NBOX_URL: host.url, NBOX_TOKEN: token },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const until = async (pattern: RegExp) => {
      while (!pattern.test(out)) await once(child.stdout, 'data');
    };
    await until(/12 lines dropped/);
    host.admin.logs.write(plugin, said('while it runs'));
    await until(/while it runs\n/);
    host.admin.cut();
    host.admin.logs.write(plugin, said('while it was away'));
    await until(/while it was away\n/);
    assert.equal(out.match(/while it runs/g)?.length, 1);
    assert.match(err, /trying again in/);
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'close'), [0, null]);
  });

  for (const [what, args, message] of [
    ['a number of lines that is none', ['-n', 'all'], /--lines is "all"/],
    ['too many lines', ['-n', '1001'], /from 0 to 1000/],
    ['a release that is none', ['--release', 'x'], /"x" is no release/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await host.run(['logs', plugin, ...args]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }

  it('fails where the host refuses', async () => {
    assert.match((await host.run(['logs', plugin, '--level', 'loud'])).stderr, /level is "loud"; it may be debug, info, warn or error/);
    const { code, stderr } = await host.run(['logs', 'demo/hello/nobody', '-f']);
    assert.deepEqual([code, /no_such_plugin/.test(stderr)], [1, true]);
  });
});
