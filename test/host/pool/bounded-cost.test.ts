/** host/pool/bounded-cost.ts */

import assert from 'node:assert/strict';
import { boundedCost } from '../../../host/pool/bounded-cost.ts';

const limits = { cpuMs: 100, loopBudget: 1_000, memoryMb: 64 };
const told = { initUs: 5, initCpuUs: 20, cpuUs: 50_000, steps: 1_000, memoryBytes: 64 * 1_048_576 };
const hour = 3_600_000;

describe('boundedCost(told, limits, callMs, lifeMs, chargedUs)', () => {
  it('is what was told where that can be', () => {
    assert.equal(boundedCost(told, limits, 60, hour, 0), told);
    // What stops at its limit stops a little later.
    const late = { ...told, cpuUs: 150_000 };
    assert.equal(boundedCost(late, limits, hour, hour, 0), late);
    // Its modules were evaluated before it came.
    const evaluated = { ...told, initCpuUs: 9_000_000 };
    assert.equal(boundedCost(evaluated, limits, 60, hour, 0), evaluated);
  });

  it('is no more than the release’s limits allow', () => {
    const huge = { initUs: 1e15, initCpuUs: 0, cpuUs: 1e15, steps: 1e15, memoryBytes: 1e15 };
    const bounded = boundedCost(huge, limits, hour, hour, 0);
    assert.deepEqual(bounded, { initUs: 3_600_000_000, initCpuUs: 0, cpuUs: 400_000, steps: 1_000, memoryBytes: told.memoryBytes });
  });

  it('is no more than the time that the executor has had the call', () => {
    assert.equal(boundedCost(told, limits, 10, hour, 0).cpuUs, 10_000);
    assert.equal(boundedCost(told, limits, 0, hour, 0).cpuUs, 0);
  });

  it('is, with all calls before it, no more than the time that there has been', () => {
    const { cpuUs, initCpuUs } = boundedCost({ ...told, initCpuUs: 1e12 }, limits, 60, 1_000, 900_000);
    assert.deepEqual([cpuUs, initCpuUs], [50_000, 50_000]);
    const nothing = boundedCost({ ...told, initCpuUs: 1e12 }, limits, 60, 1_000, 2_000_000);
    assert.deepEqual([nothing.cpuUs, nothing.initCpuUs], [0, 0]);
  });
});
