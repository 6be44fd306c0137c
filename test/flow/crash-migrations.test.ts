/**
 * A store that is killed at random instants while a newer nbox brings it to its schema: what the older one has left is there
 * after the restart, and served. CRASH_RUNS says how often (3).
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaVersion } from '../../host/store/schema.ts';
import { HostProcess } from '../support/host-process.ts';
import { assertWhole, makeOldStore, rowsOf } from '../support/old-store.ts';
import { token } from '../support/running-host.ts';

const runs = Number(process.env['CRASH_RUNS'] ?? 3);
const opening = join(import.meta.dirname, '../support/killed-while-opening.ts');

describe('a host that is killed at random instants of its migrations', () => {
  let root: string;
  let host: HostProcess | undefined;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'nbox-'));
    host = await HostProcess.start(join(root, 'newest'));
    for (const [plugin, n] of [
      ['demo/old/one', 1],
      ['demo/old/two', 1],
      ['demo/old/two', 2],
      ['demo/old/gone', 1],
    ] as const) {
      assert.equal((await host.put(plugin, `export default () => ${n};`)).status, 201);
    }
    await ask(host, 'DELETE', 'demo/old/gone');
    await host.stop('SIGTERM');
  });
  after(async () => {
    await host?.stop('SIGKILL');
    await rm(root, { recursive: true, force: true });
  });

  const ask = (running: HostProcess, method: string, path: string) =>
    fetch(`${running.admin}/v1/plugins/${path}`, { method, headers: { authorization: `Bearer ${token}` } });

  /** @returns how long it took, in µs; `undefined` where it was killed before it was done */
  async function open(directory: string, afterUs?: number): Promise<number | undefined> {
    const child = spawn(process.execPath, [opening, directory, ...(afterUs === undefined ? [] : [String(afterUs)])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(child, 'close');
    assert.equal(child.signalCode, afterUs === undefined ? null : 'SIGKILL');
    return said === '' ? undefined : Number(said);
  }

  it(`serves after each of ${runs} kills what the older nbox had left`, async function () {
    this.timeout(60_000 + runs * 10_000);
    const seen = new Map<string, number>();
    for (let run = 0; run < runs; run += 1) {
      const from = 1 + (run % (schemaVersion - 1));
      const [calm, directory] = [join(root, `calm-${run}`), join(root, `killed-${run}`)];
      for (const one of [calm, directory]) makeOldStore(one, from, join(root, 'newest', 'nbox.db'));
      const before = rowsOf(directory);
      const tookUs = (await open(calm)) ?? 0;
      const done = await open(directory, Math.random() * 1.2 * tookUs);
      const reached = assertWhole(directory, before);
      const where = done !== undefined ? 'after all' : reached === from ? 'before the first' : 'between two, or at the end';
      seen.set(where, (seen.get(where) ?? 0) + 1);

      host = await HostProcess.start(directory);
      assert.deepEqual([await host.text('demo/old/one'), await host.text('demo/old/two')], ['1', '2']);
      const { deployments } = (await (await ask(host, 'GET', 'demo/old/two/deployments')).json()) as { deployments: { number: number }[] };
      assert.deepEqual(
        deployments.map(({ number }) => number),
        [2, 1],
      );
      assert.equal((await ask(host, 'GET', 'demo/old/gone')).status, 404);
      // Numbers go on, those of what was removed, too.
      for (const [plugin, release] of [
        ['demo/old/two', 3],
        ['demo/old/gone', 2],
      ] as const) {
        const pushed = await host.put(plugin, `export default () => "new";`);
        assert.equal(((await pushed.json()) as { release: { number: number } }).release.number, release);
      }
      await host.stop('SIGKILL');
      assert.equal(assertWhole(directory, {}), schemaVersion);
      for (const one of [calm, directory]) await rm(one, { recursive: true, force: true });
    }
    if (runs > 20) process.stdout.write(`      committed migrations when it was killed: ${JSON.stringify([...seen])}\n`);
  });
});
