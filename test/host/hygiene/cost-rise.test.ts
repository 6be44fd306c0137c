/** host/hygiene/cost-rise.ts */

import assert from 'node:assert/strict';
import { costRises } from '../../../host/hygiene/cost-rise.ts';
import { type HourlySums, hourMs } from '../../../host/hygiene/hourly-sums.ts';

/** @param costs CPU time per call, hour by hour */
function release(number: number, costs: readonly number[], { calls = 1_000, plugin = 'a/b/c' } = {}): HourlySums[] {
  return costs.map((cost, i) => ({ plugin, release: number, hour: (number * 100 + i) * hourMs, calls, cpuUs: cost * calls }));
}

describe('costRises(sums)', () => {
  it('finds a release whose calls cost more than those of the one before', () => {
    assert.deepEqual(costRises([...release(3, [500, 510, 490]), ...release(4, [900, 1_000, 950])]), [
      { plugin: 'a/b/c', release: 4, base: 3, beforeUs: 500, afterUs: 950, hours: { before: 3, after: 3 }, extraCpuUs: 450 * 3_000 },
    ]);
  });

  it('lets be what costs the same, less, a little more, or no more than the hours before differ by themselves', () => {
    for (const after of [
      [500, 510, 490],
      [100, 100, 100],
      [590, 600, 610],
    ])
      assert.deepEqual(costRises([...release(3, [500, 510, 490]), ...release(4, after)]), [], String(after));
    assert.deepEqual(costRises([...release(3, [10, 11, 9]), ...release(4, [50, 60, 70])]), []);
    assert.deepEqual(costRises([...release(3, [200, 500, 900, 300, 800]), ...release(4, [800, 900, 800])]), []);
  });

  it('is not misled by one odd hour, on either side', () => {
    assert.deepEqual(costRises([...release(3, [500, 510, 490, 500]), ...release(4, [500, 90_000, 500, 510])]), []);
    assert.equal(costRises([...release(3, [500, 90_000, 490, 510]), ...release(4, [2_000, 2_000, 2_000])]).length, 1);
  });

  it('leaves out hours with few calls and releases with few hours, and compares those next to each other that are left', () => {
    assert.deepEqual(costRises([...release(3, [500, 500]), ...release(4, [900, 900, 900])]), []);
    assert.deepEqual(costRises([...release(3, [500, 500, 500]), ...release(4, [900, 900, 900], { calls: 49 })]), []);
    const sums = [...release(2, [500, 500, 500]), ...release(3, [9, 9, 9], { calls: 5 }), ...release(4, [900, 900, 900])];
    assert.deepEqual(
      costRises(sums).map(({ base, release: number }) => [base, number]),
      [[2, 4]],
    );
    assert.deepEqual(costRises([]), []);
  });

  it('judges the newest release that is live: what was rolled back is no reason to go back again', () => {
    const sums = [...release(2, [100, 100, 100]), ...release(3, [900, 900, 900]), ...release(4, [5_000, 5_000, 5_000])];
    const of = (...live: number[]) =>
      costRises(sums, (plugin, number) => plugin === 'a/b/c' && live.includes(number)).map((one) => [one.base, one.release]);
    assert.deepEqual(of(4), [[3, 4]]);
    assert.deepEqual(of(3), [[2, 3]]);
    assert.deepEqual(of(3, 4), [[3, 4]]);
    assert.deepEqual(of(2), []);
    assert.deepEqual(of(), []);
  });

  it('keeps plugins apart, and has those first that cost the most', () => {
    const of = (plugin: string, calls: number) => [
      ...release(1, [500, 500, 500], { plugin, calls }),
      ...release(2, [900, 900, 900], { plugin, calls }),
    ];
    assert.deepEqual(
      costRises([...of('a/b/few', 100), ...of('a/b/many', 10_000)]).map(({ plugin }) => plugin),
      ['a/b/many', 'a/b/few'],
    );
  });
});
