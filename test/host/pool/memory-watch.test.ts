import assert from 'node:assert/strict';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { MemoryWatch } from '../../../host/pool/memory-watch.ts';
import { quietLog } from '../doubles.ts';

const mb = 1_048_576;

function setUp(...residentMb: number[]) {
  const executors = residentMb.map((_, i) => ({ number: i, pid: i + 1, state: 'ready', usable: true, works: true }));
  const resident = new Map(residentMb.map((size, i) => [i + 1, size * mb]));
  const machine = { available: 1_000 * mb, total: 10_000 * mb };
  const retired: number[] = [];
  const watch = new MemoryWatch({
    executors: () => executors as unknown as ExecutorProcess[],
    softBytes: 100 * mb,
    retire: (one) => {
      retired.push(one.number);
      Object.assign(one, { usable: false, works: false });
    },
    log: quietLog,
    usage: async () => resident,
    machine: () => machine,
  });
  return { watch, resident, machine, retired };
}

describe('MemoryWatch', () => {
  it('replaces what stays half above its bound, and not what comes down', async () => {
    const { watch, resident, retired } = setUp(151, 151, 150);
    await watch.look();
    await watch.look();
    assert.deepEqual(retired, []);
    resident.set(2, 149 * mb);
    await watch.look();
    assert.deepEqual(retired, [0]);
    await watch.look();
    assert.deepEqual(retired, [0]);
    watch.close();
  });

  it('replaces the largest where the machine has hardly any memory left, one in a while', async () => {
    const { watch, machine, retired } = setUp(20, 400, 300);
    // Above their own bound, but not yet for long.
    machine.available = 501 * mb;
    await watch.look();
    assert.deepEqual(retired, []);
    machine.available = 499 * mb;
    await watch.look();
    assert.deepEqual(retired, [1]);
    watch.close();
  });

  it('replaces none that would free nothing', async () => {
    const { watch, machine, retired } = setUp(90, 100);
    machine.available = 0;
    await watch.look();
    assert.deepEqual(retired, []);
    watch.close();
  });

  it('looks at real processes', async () => {
    let seen = 0;
    const self = { number: 1, pid: process.pid, state: 'ready', usable: true, works: true } as unknown as ExecutorProcess;
    const watch = new MemoryWatch({
      executors: () => [self],
      softBytes: 1,
      retire: () => {
        seen += 1;
      },
      log: quietLog,
    });
    for (let i = 0; i < 3; i += 1) await watch.look();
    assert.equal(seen, 1);
    watch.close();
  });
});
