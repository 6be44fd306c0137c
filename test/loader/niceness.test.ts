import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { stepBack } from '../../loader/niceness.ts';
import { TempDir } from '../host/doubles.ts';

describe('stepBack(pid, to)', () => {
  it('reaches every thread that a process has, and those that it starts later', async function () {
    if (!existsSync('/proc/self/task')) this.skip();
    using dir = new TempDir();
    const file = join(dir.path, 'threads.mjs');
    writeFileSync(
      file,
      `import { Worker } from 'node:worker_threads';
      process.on('message', () => new Worker('setInterval(() => {}, 1_000)', { eval: true }).once('online', () => process.send('more')));
      process.send('ready');`,
    );
    const child = fork(file);
    const pid = child.pid as number;
    try {
      await once(child, 'message');
      const threads = () => readdirSync(`/proc/${pid}/task`).map(Number);
      const atFirst = threads();
      assert.ok(atFirst.length > 1);
      stepBack(pid, 7);
      child.send('start one');
      await once(child, 'message');
      const now = threads();
      assert.ok(now.length > atFirst.length);
      assert.deepEqual(new Set(now.map((one) => getPriority(one))), new Set([7]));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });

  it('of a process that is gone does nothing', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    const pid = child.pid as number;
    await once(child, 'close');
    stepBack(pid, 7);
    stepBack(undefined, 7);
  });
});
