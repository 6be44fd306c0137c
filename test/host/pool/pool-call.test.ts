/** host/pool/pool-call.ts */

import assert from 'node:assert/strict';
import type { Call } from '../../../host/dispatch/dispatch.ts';
import type { KnownRelease } from '../../../host/pool/known-release.ts';
import { PoolCall } from '../../../host/pool/pool-call.ts';

describe('poolCall.spent()', () => {
  it('has all of what tries before have cost that were lost, and the largest sandbox of any', () => {
    const call = { admittedAt: 0, live: { limits: { deadlineMs: 1_000 } } } as Call;
    const mine = new PoolCall(
      ...([call, {} as KnownRelease, 1] as const),
      () => {},
      () => {},
    );
    mine.before = { initUs: 100, cpuUs: 2_000, steps: 30, memoryBytes: 900, hostCalls: 4 };
    const cost = { initUs: 1, initCpuUs: 40, cpuUs: 2, steps: 3, memoryBytes: 700 };
    const { initUs, cpuUs, steps, memoryBytes, hostCalls } = mine.spent(cost);
    assert.deepEqual([initUs, cpuUs, steps, memoryBytes, hostCalls], [101, 2_042, 33, 900, 4]);
    assert.equal(mine.spent({ ...cost, memoryBytes: 1_000 }).memoryBytes, 1_000);
    assert.equal(mine.spent(undefined).cpuUs, 2_000);
  });
});
