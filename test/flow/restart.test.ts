/** The host as a process: how it starts, how it stops, and what it is after it was killed. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deathSignal } from '../../loader/machine-tools.ts';
import { endless } from '../support/endless.ts';
import { alive, HostProcess } from '../support/host-process.ts';
import { token } from '../support/running-host.ts';

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the host as a process', () => {
  let data: string;
  let host: HostProcess | undefined;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-'));
  });
  afterEach(async () => {
    await host?.stop('SIGKILL');
    await rm(data, { recursive: true, force: true });
  });

  it('killed and started again it serves what was live, and its children are gone', async () => {
    host = await HostProcess.start(data);
    assert.equal((await host.put('demo/live/one', 'export default () => "one"')).status, 201);
    assert.equal((await host.put('demo/live/two', 'export default () => "old"')).status, 201);
    assert.equal((await host.put('demo/live/two', 'export default () => "two"')).status, 201);
    const children = await host.children();
    assert.ok(children.length >= 3);
    await host.stop('SIGKILL');
    await until(() => !children.some(alive));

    host = await HostProcess.start(data);
    assert.deepEqual([await host.text('demo/live/one'), await host.text('demo/live/two')], ['"one"', '"two"']);
  });

  it('killed while an executor hangs in native code it leaves no process behind', async function () {
    if (!deathSignal.isThere) this.skip();
    host = await HostProcess.start(data);
    // A long CPU limit, so that the watchdog does not come before the kill.
    const source = `export default () => { console.log("hanging"); return ${endless}; }`;
    await host.put('demo/hang/native', source, { limits: { cpuMs: 10_000, deadlineMs: 20_000 } });
    const children = await host.children();
    const hanging = host.text('demo/hang/native').catch(() => {});
    await until(() => host?.output.includes('hanging') === true);
    await host.stop('SIGKILL');
    await hanging;
    await until(() => !children.some(alive));
  });

  it('killed in the middle of pushes it comes back with the old or the new release of each plugin', async () => {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 3; round += 1) {
      host = await HostProcess.start(data);
      const running = host;
      const pushes = Array.from({ length: 4 }, async (_, i) => {
        const plugin = `demo/crash/p${i}`;
        for (let n = (acknowledged.get(plugin) ?? 0) + 1; ; n += 1) {
          try {
            const answer = await running.put(plugin, `export default () => ${n}`);
            if (answer.status === 201 || answer.status === 200) acknowledged.set(plugin, n);
          } catch {
            return;
          }
        }
      });
      const target = 20 * (round + 1);
      await until(() => [...acknowledged.values()].reduce((sum, n) => sum + n, 0) >= target);
      await running.stop('SIGKILL');
      await Promise.all(pushes);
    }
    host = await HostProcess.start(data);
    for (const [plugin, n] of acknowledged) {
      const served: number = Number(await host.text(plugin));
      assert.ok(served === n || served === n + 1, `${plugin}: acknowledged ${n}, serves ${served}`);
    }
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} lets running calls finish, takes no new ones, ends the children, and exits with 0`, async () => {
      host = await HostProcess.start(data, ['--drain-ms', '5000']);
      await host.put('demo/drain/slow', 'export default () => new Promise((ok) => setTimeout(ok, 400, "done"))');
      const children = await host.children();
      const { traffic } = host;
      const running = host.text('demo/drain/slow');
      // A second call on its own shows that the first has reached the executor when the signal comes.
      await host.text('demo/drain/slow');
      const another = host.text('demo/drain/slow');
      await new Promise((resolve) => setImmediate(resolve));
      host.child.kill(signal);
      assert.equal(await running, '"done"');
      await another.catch(() => {});
      assert.deepEqual(await host.exit(), { code: 0, signal: null });
      assert.ok(!children.some(alive));
      await assert.rejects(fetch(traffic));
    });
  }

  it('a second signal ends it at once', async () => {
    host = await HostProcess.start(data, ['--drain-ms', '60000']);
    await host.put('demo/drain/long', 'export default () => new Promise((ok) => setTimeout(ok, 900, "done"))');
    const running = host.text('demo/drain/long').catch(() => 'cut');
    await host.children();
    host.child.kill('SIGTERM');
    await until(() => host?.output.includes('"stopping"') === true);
    host.child.kill('SIGTERM');
    assert.deepEqual(await host.exit(), { code: 1, signal: null });
    await running;
  });

  it('prints a token once, which works and is stored as a hash only', async () => {
    host = await HostProcess.start(data, [], {});
    const made = /token +(nbox_\S+)/.exec(host.output)?.[1] as string;
    const list = await fetch(`${host.admin}/v1/plugins`, { headers: { authorization: `Bearer ${made}` } });
    assert.equal(list.status, 200);
    await host.stop('SIGTERM');
    assert.ok(!(await readFile(join(data, 'nbox.db'))).includes(made));
    host = await HostProcess.start(data, [], {});
    assert.ok(!host.output.includes('nbox_'));
    assert.equal((await fetch(`${host.admin}/v1/plugins`, { headers: { authorization: `Bearer ${made}` } })).status, 200);
    assert.equal((await fetch(`${host.admin}/v1/plugins`, { headers: { authorization: `Bearer ${token}` } })).status, 401);
  });

  it('serves a directory of plugins, and what changes in it; what does not compile keeps its old release', async () => {
    const plugins = join(data, 'plugins');
    const folder = join(plugins, 'demo/watched/one');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'index.ts'), 'export default () => "first"');
    const started = await HostProcess.start(join(data, 'store'), ['--plugins', plugins]);
    host = started;
    await until(async () => (await fetch(`${started.admin}/readyz`)).status === 200);
    assert.equal(await started.text('demo/watched/one'), '"first"');
    await writeFile(join(folder, 'index.ts'), 'export default () => "second"');
    await until(async () => (await started.text('demo/watched/one')) === '"second"');
    await writeFile(join(folder, 'index.ts'), 'const n: number = "x"; export default () => n');
    await until(() => started.output.includes('TS2322'));
    assert.equal(await started.text('demo/watched/one'), '"second"');
  });
});
