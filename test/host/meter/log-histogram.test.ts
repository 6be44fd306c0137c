import assert from 'node:assert/strict';
import { bucketsOf, LogHistogram } from '../../../host/meter/log-histogram.ts';

function filled(values: Iterable<number>): LogHistogram {
  const histogram = new LogHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= Math.max(1, expected * 0.0101), `${actual} is not ${expected}`);

describe('LogHistogram', () => {
  it('percentile(p) is 0 of nothing, and the value of one', () => {
    assert.equal(new LogHistogram().percentile(50), 0);
    for (const value of [1, 2, 17, 1_000, 123_456, 60_000_000, 3e9]) near(filled([value]).percentile(99), value);
  });

  it('is within 1% of the nearest rank, in whatever order values come', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => 1 + ((i * 7_919) % 10_000) * 13);
    const sorted = values.toSorted((a, b) => a - b);
    for (const order of [values, sorted, sorted.toReversed()]) {
      const histogram = filled(order);
      for (const percent of [1, 50, 90, 99, 100]) {
        near(histogram.percentile(percent), sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number);
      }
    }
  });

  it('takes what is no duration as the least', () => {
    for (const value of [0, -5, Number.NaN]) assert.equal(filled([value]).percentile(50), 1);
  });

  it('goes on counting where four bytes end, also when it then takes in other values', () => {
    const histogram = filled([1, 1, 5_000]);
    histogram.record(1, 2 ** 32 - 3);
    const bounds = bucketsOf([1, 10_000]);
    assert.deepEqual(histogram.counts(bounds), [2 ** 32 - 1, 2 ** 32]);
    histogram.record(1);
    assert.deepEqual(histogram.counts(bounds), [2 ** 32, 2 ** 32 + 1]);
    assert.equal(histogram.percentile(50), 1);
    histogram.record(3e9);
    assert.deepEqual(histogram.counts(bounds), [2 ** 32, 2 ** 32 + 1]);
    near(histogram.percentile(100), 3e9);
  });

  it('counts what lies at or below bounds, below and above all that it has seen, too', () => {
    const histogram = new LogHistogram();
    const bounds = bucketsOf([10, 1_000, 100_000, 10_000_000]);
    assert.deepEqual(histogram.counts(bounds), [0, 0, 0, 0]);
    for (const value of [500, 900, 5_000, 90_000, 90_000, 2_000_000]) histogram.record(value);
    assert.deepEqual(histogram.counts(bounds), [0, 2, 5, 6]);
    histogram.record(3);
    assert.deepEqual(histogram.counts(bounds), [1, 3, 6, 7]);
  });
});
