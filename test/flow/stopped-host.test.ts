/** The machine stops a host for a while, as quotas, hypervisors and lids that are closed do: nobody is refused for it. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { HostProcess } from '../support/host-process.ts';

const plugin = 'demo/stopped/busy';
/** Far more than executors are given ahead of what they run. */
const clients = 32;
const stops = 3;
/** More than the quarter of its deadline that a call may wait for. */
const stoppedMs = 1_300;
const deadlineMs = 4_000;

describe('a host that is stopped for a while', function () {
  this.timeout(60_000);
  let data: string;
  let host: HostProcess;
  before(async function () {
    if (process.platform !== 'linux') return this.skip();
    data = await mkdtemp(join(tmpdir(), 'nbox-stopped-'));
    host = await HostProcess.start(data);
  });
  after(async () => {
    await host?.stop('SIGTERM');
    await rm(data, { recursive: true, force: true });
  });

  it('answers all that wait, and those that come then', async () => {
    const source = 'export default () => { let x = 1; for (let i = 0; i < 30_000; i++) x = (x * 31 + i) | 0; return "fine" + (x & 0); };';
    assert.equal((await host.put(plugin, source, { limits: { deadlineMs } })).status, 201);
    const failures: string[] = [];
    let answered = 0;
    let isOver = false;
    const client = async () => {
      while (!isOver) {
        const answer = await fetch(`${host.traffic}/${plugin}`);
        const text = await answer.text();
        if (answer.status === 200) answered += 1;
        else failures.push(`${answer.status} ${text}`);
      }
    };
    const all = Promise.all(Array.from({ length: clients }, client));
    // Each client has had its answers: all of them are under way.
    const rounds = async (count: number) => {
      for (const target = answered + count * clients; answered < target && failures.length === 0; ) await wait(5);
    };
    const processes = [host.child.pid as number, ...(await host.children())];
    for (let i = 0; i < stops; i += 1) {
      await rounds(4);
      for (const pid of processes) process.kill(pid, 'SIGSTOP');
      await wait(stoppedMs);
      for (const pid of processes.toReversed()) process.kill(pid, 'SIGCONT');
    }
    await rounds(4);
    isOver = true;
    await all;
    assert.deepEqual(failures, []);
  });
});
