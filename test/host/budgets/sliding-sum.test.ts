/** host/budgets/sliding-sum.ts, held against a list of all that was added. */

import assert from 'node:assert/strict';
import { SlidingSum, wholeBuckets } from '../../../host/budgets/sliding-sum.ts';

describe('SlidingSum', () => {
  it('counts the bucket that has begun and the 60 before it, and nothing older', () => {
    const sum = new SlidingSum(1_000);
    sum.add(5);
    sum.advance(1_000 + wholeBuckets);
    assert.equal(sum.sum, 5);
    sum.advance(1_001 + wholeBuckets);
    assert.equal(sum.sum, 0);
  });

  it('is what a list of everything that was added comes to, however time goes on', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let now = 28_000_000_000;
    const sum = new SlidingSum(now);
    const all: [bucket: number, amount: number][] = [];
    for (let i = 0; i < 5_000; i += 1) {
      if (random(3) === 0) now += random(20) === 0 ? random(200) : random(3);
      sum.advance(now);
      // Of now, or of some bucket before, back to such as are gone.
      const bucket = random(4) === 0 ? now - random(80) : now;
      const amount = random(1_000);
      sum.add(amount, bucket);
      if (bucket >= now - wholeBuckets) all.push([bucket, amount]);
      const inWindow = all.filter(([at]) => at >= now - wholeBuckets);
      assert.equal(
        sum.sum,
        inWindow.reduce((total, [, one]) => total + one, 0),
      );
      const limit = random(5_000) + 1;
      let from = now;
      while (inWindow.reduce((total, [at, one]) => (at >= from - wholeBuckets ? total + one : total), 0) >= limit) from += 1;
      assert.equal(sum.belowFrom(limit), from);
    }
  });

  it('does not go back in time, nor below 0', () => {
    const sum = new SlidingSum(100);
    sum.add(3);
    sum.advance(50);
    assert.deepEqual([sum.newest, sum.sum], [100, 3]);
    sum.add(-5);
    assert.equal(sum.sum, 0);
    sum.add(1, 101);
    assert.equal(sum.sum, 0);
  });

  it('is free of roundings once a bucket has begun', () => {
    const sum = new SlidingSum(0);
    for (let i = 0; i < 10; i += 1) sum.add(0.1);
    sum.advance(1);
    sum.advance(61);
    assert.equal(sum.sum, 0);
  });
});
