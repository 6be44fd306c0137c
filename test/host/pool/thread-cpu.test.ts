import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { isRunnable, threadCpuMs } from '../../../host/pool/thread-cpu.ts';

describe('isRunnable(pid) and threadCpuMs(pid)', () => {
  before(function () {
    if (threadCpuMs(process.pid) === undefined) this.skip();
  });

  it('tell one that runs from one that is stopped, and from none', async () => {
    assert.equal(isRunnable(process.pid), true);
    const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    try {
      await once(busy, 'spawn');
      while ((threadCpuMs(busy.pid) ?? 0) < 50) await setTimeout(5);
      assert.equal(isRunnable(busy.pid), true);
      busy.kill('SIGSTOP');
      while (isRunnable(busy.pid)) await setTimeout(5);
    } finally {
      busy.kill('SIGKILL');
      await once(busy, 'exit');
    }
    assert.deepEqual([isRunnable(busy.pid), threadCpuMs(busy.pid)], [false, undefined]);
  });
});
