import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpuOf, processCpu } from '../../../../host/meter/attribution/process-cpu.ts';
import { usageOf } from '../../../../host/meter/attribution/process-usage.ts';

const burn = ['-e', 'const until = process.cpuUsage().user + 60_000; while (process.cpuUsage().user < until);'];

describe('processCpu(pid)', () => {
  it('has what children that have ended used', function () {
    const before = processCpu('self');
    if (before === undefined) this.skip();
    spawnSync(process.execPath, burn);
    assert.ok((processCpu('self')?.reapedUs ?? 0) - before.reapedUs >= 50_000);
  });

  it('is undefined of what is gone', () => {
    assert.equal(processCpu(0x7fff_fffe), undefined);
  });
});

describe('cpuOf(pids)', () => {
  it('adds up what is known, and is undefined where that is nothing', function () {
    const self = processCpu('self');
    if (self === undefined) this.skip();
    assert.ok((cpuOf([process.pid, 0x7fff_fffe]) ?? 0) >= self.ownUs + self.reapedUs);
    assert.deepEqual([cpuOf([0x7fff_fffe]), cpuOf([])], [undefined, undefined]);
  });
});

describe('usageOf(pids)', () => {
  it('has CPU time and memory of those that there are', async () => {
    const usage = await usageOf([process.pid, 0x7fff_fffe, process.pid]);
    assert.deepEqual([...usage.keys()], [process.pid]);
    const mine = usage.get(process.pid);
    assert.ok(mine !== undefined && mine.cpuUs > 0 && mine.memoryBytes > 1e6);
  });
});
