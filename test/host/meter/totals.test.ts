/** host/meter/totals.ts */

import assert from 'node:assert/strict';
import { Totals } from '../../../host/meter/totals.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';

function record(fields: Partial<UsageRecord> = {}): UsageRecord {
  return {
    ...{ plugin: 'a/b/c', release: 1, interface: 'fetch', executor: 1, lane: 'standard', startedAt: 1, outcome: 'ok' },
    ...{ waitUs: 5, initUs: 0, cpuUs: 10, wallUs: 20, steps: 3, memoryPeakBytes: 1_000, hostCalls: 1, bytesIn: 2, bytesOut: 4 },
    ...fields,
  };
}

describe('totals.record(record)', () => {
  it('sums, counts outcomes, and keeps the highest memory', () => {
    const totals = new Totals();
    totals.record(record({ memoryPeakBytes: 3_000, initUs: 7 }));
    totals.record(record({ outcome: 'deadline_exceeded' }));
    totals.record(record());
    const { percentiles, ...sums } = totals.snapshot('a/b/c');
    assert.deepEqual(sums, {
      ...{
        plugin: 'a/b/c',
        calls: 3,
        outcomes: { ok: 2, deadline_exceeded: 1 },
        coldStarts: 1,
        waitUs: 15,
        initUs: 7,
        cpuUs: 30,
        wallUs: 60,
      },
      ...{ steps: 9, hostCalls: 3, bytesIn: 6, bytesOut: 12, memoryPeakBytes: 3_000 },
    });
    assert.deepEqual(percentiles.cpuUs, { p50: 10, p90: 10, p99: 10 });
  });

  it('gives percentiles to two digits', () => {
    const totals = new Totals();
    for (let us = 1; us <= 1_000; us++) totals.record(record({ wallUs: us }));
    const { p50, p90, p99 } = totals.snapshot('a/b/c').percentiles.wallUs;
    for (const [value, exact] of [
      [p50, 500],
      [p90, 900],
      [p99, 990],
    ] as const)
      assert.ok(Math.abs(value - exact) <= exact * 0.01, `${value}`);
  });

  it('takes fractions, zeros, nonsense and a minute', () => {
    const totals = new Totals();
    for (const wallUs of [0, 0.4, -1, Number.NaN, 1e12, Number.POSITIVE_INFINITY]) totals.record(record({ wallUs }));
    const { p50, p99 } = totals.snapshot('a/b/c').percentiles.wallUs;
    assert.equal(p50, 1);
    assert.ok(p99 >= 60_000_000 * 0.99);
  });
});

describe('totals.snapshot(plugin)', () => {
  it('is zeros before the first call', () => {
    const { calls, outcomes, percentiles } = new Totals().snapshot('a/b/c');
    assert.deepEqual([calls, outcomes, percentiles.wallUs], [0, {}, { p50: 0, p90: 0, p99: 0 }]);
  });
});

describe('totals.forget(plugin)', () => {
  it('moves the sums to the removed ones', () => {
    const totals = new Totals();
    totals.record(record());
    totals.record(record({ plugin: 'a/b/d' }));
    totals.forget('a/b/c');
    totals.forget('a/b/never');
    assert.deepEqual(
      totals.all().map(({ plugin }) => plugin),
      ['a/b/d'],
    );
    assert.equal(totals.removed().calls, 1);
    assert.equal(totals.removed().cpuUs, 10);
  });

  it('is not undone by the last calls of the plugin', () => {
    const live = new Set(['a/b/c']);
    const totals = new Totals((plugin) => live.has(plugin));
    totals.record(record());
    live.delete('a/b/c');
    totals.forget('a/b/c');
    totals.record(record());
    assert.deepEqual(totals.all(), []);
    assert.equal(totals.removed().calls, 2);
  });
});

describe('totals of many records', () => {
  it('are the same however many come between two looks', () => {
    const totals = new Totals();
    const outcomes = ['ok', 'cpu_exceeded', 'aborted'] as const;
    for (let i = 0; i < 10_000; i += 1) {
      totals.record(record({ plugin: `a/b/${i % 7}`, outcome: outcomes[i % 3] as (typeof outcomes)[number], cpuUs: i % 7, bytesOut: i }));
      if (i === 5_000) assert.equal(totals.snapshot('a/b/0').calls, 715);
    }
    const all = totals.all();
    assert.equal(all.length, 7);
    assert.equal(
      all.reduce((sum, { calls }) => sum + calls, 0),
      10_000,
    );
    assert.equal(
      all.reduce((sum, { bytesOut }) => sum + bytesOut, 0),
      (10_000 * 9_999) / 2,
    );
    for (const { plugin, calls, cpuUs, outcomes } of all) {
      assert.equal(cpuUs, calls * Number(plugin.slice(-1)));
      assert.equal(
        Object.values(outcomes).reduce((sum, n) => sum + n, 0),
        calls,
      );
    }
    totals.forget('a/b/1');
    assert.equal(totals.removed().calls, 1_429);
    assert.equal(totals.all().length, 6);
  });
});
