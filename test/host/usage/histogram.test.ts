/** host/usage/histogram.ts */

import assert from 'node:assert/strict';
import { Histogram, lastBucket } from '../../../host/usage/histogram.ts';

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

function assertNear(bucket: number, exact: number, us: number): void {
  assert.ok(bucket >= exact - 0.2 && bucket <= exact + 1.2, `${us}: ${bucket}, ${exact}`);
}

describe('histogram.percentile(percent)', () => {
  it('is exact to 2.2%', () => {
    const histogram = of(Array.from({ length: 10_000 }, (_, i) => (i + 1) * 7));
    for (const [percent, exact] of [
      [50, 35_000],
      [90, 63_000],
      [99, 69_300],
    ] as const) {
      const value = histogram.percentile(percent);
      assert.ok(Math.abs(value - exact) <= exact * 0.022, `${percent}: ${value}`);
    }
  });

  it('of each value is in the bucket of its logarithm, or the one beside it at a bound', () => {
    for (let us = 1.1; us < 4e10; us = us * 1.0137) {
      of([us]).each((bucket) => assertNear(bucket, Math.log2(us) * 16, us));
    }
  });

  it('of nothing is 0, of nonsense 1, and of more than a day a day', () => {
    assert.equal(new Histogram().percentile(50), 0);
    assert.equal(of([0, -1, Number.NaN, 0.3]).percentile(99), 1);
    const day = of([1e15, Number.POSITIVE_INFINITY]);
    const buckets: number[] = [];
    day.each((bucket) => void buckets.push(bucket));
    assert.deepEqual(buckets, [lastBucket]);
  });
});

describe('histogram.merge(other)', () => {
  it('is as if all had been recorded in one', () => {
    const [low, high] = [Array.from({ length: 500 }, (_, i) => i + 1), Array.from({ length: 100 }, (_, i) => 1_000_000 + i * 999)];
    const merged = of(low);
    merged.merge(of(high));
    const all = of([...low, ...high]);
    for (const percent of [1, 50, 83, 84, 90, 99, 100]) assert.equal(merged.percentile(percent), all.percentile(percent));
    assert.deepEqual([merged.total, merged.size], [all.total, all.size]);
  });
});
