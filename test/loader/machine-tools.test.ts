import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { allButFirst, fewerProcessors, leaveProcessor } from '../../loader/machine-tools.ts';

describe('allButFirst(list)', () => {
  for (const [list, rest] of [
    ['0-1', '1'],
    ['0-7', '1-7'],
    ['2-3,8-9', '3,8-9'],
    ['4,6', '6'],
    ['0,2-5,7', '2-5,7'],
    ['5', '5'],
    ['3-3', '3-3'],
  ] as const) {
    it(`${list} → ${rest}`, () => assert.equal(allButFirst(list), rest));
  }
});

describe('leaveProcessor(pid)', () => {
  it('has a running process use those that are left', async function () {
    const allowed = (pid: number | undefined) => /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (fewerProcessors === '' || spawnSync('taskset', ['--version']).status !== 0) this.skip();
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    const closed = once(child, 'close');
    leaveProcessor(child.pid as number);
    while (allowed(child.pid) !== fewerProcessors) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill();
    await closed;
    assert.equal(fewerProcessors, allButFirst(allowed(process.pid) as string));
  });
});
