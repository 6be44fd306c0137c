/** host/budgets/sliding-peaks.ts */

import assert from 'node:assert/strict';
import { SlidingPeaks } from '../../../host/budgets/sliding-peaks.ts';

describe('SlidingPeaks', () => {
  it('adds up the most that each plugin had, and not what it had in each call', () => {
    const peaks = new SlidingPeaks(10);
    for (const bytes of [6, 9, 7]) peaks.add('a/b/c', bytes);
    peaks.add('a/b/d', 6);
    peaks.advance(12);
    peaks.add('a/b/c', 8);
    assert.equal(peaks.sum, 15);
  });

  it('forgets a peak when its bucket is older than the window, and keeps what came later', () => {
    const peaks = new SlidingPeaks(10);
    peaks.add('a/b/c', 9);
    peaks.advance(11);
    peaks.add('a/b/c', 7);
    peaks.advance(16);
    assert.equal(peaks.sum, 9);
    peaks.advance(17);
    assert.equal(peaks.sum, 7);
    peaks.advance(18);
    assert.equal(peaks.sum, 0);
    peaks.add('a/b/c', 1);
    peaks.advance(1_000);
    assert.equal(peaks.sum, 0);
  });

  it('says from which bucket on it is below a limit, also after it has grown', () => {
    const peaks = new SlidingPeaks(10);
    peaks.add('a/b/c', 9);
    peaks.advance(12);
    peaks.add('a/b/d', 5);
    assert.deepEqual([peaks.belowFrom(15), peaks.belowFrom(14), peaks.belowFrom(6), peaks.belowFrom(5)], [12, 17, 17, 19]);
    peaks.add('a/b/e', 5);
    assert.equal(peaks.belowFrom(6), 19);
    assert.equal(peaks.belowFrom(0), 19);
  });
});
