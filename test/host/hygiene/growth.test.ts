/** host/hygiene/growth.ts and robust.ts */

import assert from 'node:assert/strict';
import { growth } from '../../../host/hygiene/growth.ts';
import { type HourlySums, hourMs, hourOf } from '../../../host/hygiene/hourly-sums.ts';
import { median, spread } from '../../../host/hygiene/robust.ts';

const now = hourOf(1_800_000_000_000);
/** @param calls of that hour, and of the same hour of the days before, the last first */
function days(calls: readonly number[], plugin = 'a/b/c', cpuUs = 1): HourlySums[] {
  return calls.map((count, i) => ({ plugin, release: 1, hour: now - i * 24 * hourMs, calls: count, cpuUs: count * cpuUs }));
}
const found = (sums: readonly HourlySums[]) => growth(sums, now).map(({ plugin, metric }) => `${plugin} ${metric}`);

describe('median and spread', () => {
  it('are not moved by odd values', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([1, 2, 3, 10]), 2.5);
    assert.ok(Math.abs(spread([10, 11, 9, 10, 12, 8, 1_000_000]) - 1.4826) < 0.001);
    assert.equal(spread([5]), 0);
  });
});

describe('growth(sums, hour)', () => {
  it('finds an hour far above the same hour of the days before, with what was usual', () => {
    const [one, ...others] = growth(days([9_000, 1_000, 1_100, 900, 1_050, 950, 1_000]), now);
    assert.deepEqual(others, []);
    assert.deepEqual([one?.plugin, one?.metric, one?.hour, one?.value, one?.usual, one?.days], ['a/b/c', 'calls', now, 9_000, 1_000, 6]);
    assert.ok((one?.bound ?? 0) >= 2_000 && (one?.bound ?? 0) < 3_000);
  });

  it('lets be what is usual, what varies by itself, and what is little', () => {
    assert.deepEqual(found(days([1_200, 1_000, 1_100, 900, 1_050, 950, 1_000])), []);
    assert.deepEqual(found(days([9_000, 1_000, 8_000, 200, 6_000, 3_000, 7_000])), []);
    assert.deepEqual(found(days([900, 1, 2, 1, 3, 1, 2])), []);
    assert.deepEqual(found(days([1_900, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000])), []);
  });

  it('is hidden by no odd day before, and made by none', () => {
    assert.deepEqual(found(days([9_000, 1_000, 90_000, 1_000, 1_100, 900, 1_000])), ['a/b/c calls']);
    assert.deepEqual(found(days([1_000, 1_000, 0, 0, 1_000, 1_100, 900])), []);
  });

  it('knows plugins that have most of their calls on one weekday', () => {
    const weekly = Array.from({ length: 22 }, (_, i) => (i % 7 === 0 ? 5_000 : 100));
    assert.deepEqual(found(days(weekly)), []);
    assert.deepEqual(found(days([20_000, ...weekly.slice(1)])), ['a/b/c calls']);
  });

  it('says nothing of plugins that are too new, and takes hours without sums for hours without calls', () => {
    assert.deepEqual(found(days([9_000, 1_000, 1_000, 1_000, 1_000])), []);
    assert.deepEqual(found([...days([9_000]), { plugin: 'a/b/c', release: 1, hour: now - 10 * 24 * hourMs, calls: 1, cpuUs: 1 }]), [
      'a/b/c calls',
    ]);
    assert.deepEqual(found([]), []);
  });

  it('leaves out days on which nobody counted: they are no days without calls', () => {
    const sums = days([60_000, 30_000, ...Array<number>(12).fill(0), 30_000, 30_000, 30_000, 30_000, 30_000]);
    assert.deepEqual(found(sums), ['a/b/c calls']);
    const known = new Set([1, 14, 15, 16, 17, 18].map((day) => now - day * 24 * hourMs));
    assert.deepEqual(
      growth(sums, now, (hour) => known.has(hour)),
      [],
    );
    // A weekday is told by its distance, whichever are left.
    const weekly = days(Array.from({ length: 22 }, (_, i) => (i % 7 === 0 ? 5_000 : 100)));
    assert.deepEqual(
      growth(weekly, now, (hour) => hour !== now - 24 * hourMs),
      [],
    );
  });

  it('adds up releases, and tells of CPU time apart, the furthest first', () => {
    const calm = days([2_000, 1_000, 1_000, 1_000, 1_000, 1_000], 'a/b/calm', 20_000);
    const canary = days([2_000, 0, 0, 0, 0, 0], 'a/b/calm', 200_000).map((one) => ({ ...one, release: 2 }));
    assert.deepEqual(found([...calm, ...canary, ...days([90_000, 1_000, 1_000, 1_000, 1_000, 1_000])]), [
      'a/b/c calls',
      'a/b/calm cpuUs',
      'a/b/calm calls',
    ]);
  });
});
