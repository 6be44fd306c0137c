/** host/rollout/bounds.ts */

import assert from 'node:assert/strict';
import { logGamma, lowerBound, upperBound } from '../../../host/rollout/bounds.ts';
import { seeded } from './random.ts';

describe('logGamma(x)', () => {
  it('is the logarithm of the factorial of x - 1, and between these what it must be', () => {
    let factorial = 0;
    for (let n = 1; n <= 170; n += 1) {
      assert.ok(Math.abs(logGamma(n) - factorial) <= 1e-11 * Math.max(1, factorial), String(n));
      factorial += Math.log(n);
    }
    assert.ok(Math.abs(logGamma(0.5) - Math.log(Math.PI) / 2) < 1e-11);
    // Legendre's duplication.
    for (const x of [0.25, 1.3, 7.5, 9.99, 10.01, 500.25]) {
      const doubled = logGamma(x) + logGamma(x + 0.5) + (2 * x - 1) * Math.LN2 - Math.log(Math.PI) / 2;
      assert.ok(Math.abs(logGamma(2 * x) - doubled) <= 1e-11 * Math.max(1, Math.abs(doubled)), String(x));
    }
  });
});

describe('lowerBound and upperBound(count, calls, alpha)', () => {
  it('lie around the share, wider for less alpha, closer for more calls, and know nothing of no calls', () => {
    assert.deepEqual([lowerBound(0, 0, 0.01), upperBound(0, 0, 0.01)], [0, 1]);
    assert.deepEqual([lowerBound(0, 1_000, 0.01), upperBound(1_000, 1_000, 0.01)], [0, 1]);
    for (const [count, calls] of [
      [1, 100],
      [50, 100],
      [99, 100],
      [7, 1_000_000],
    ] as const) {
      const share = count / calls;
      const widths = [0.1, 0.01, 0.0001].map((alpha) => {
        const [lower, upper] = [lowerBound(count, calls, alpha), upperBound(count, calls, alpha)];
        assert.ok(0 < lower && lower < share && share < upper && upper < 1, `${lower} ${share} ${upper}`);
        assert.ok(Math.abs(upperBound(calls - count, calls, alpha) - (1 - lower)) < 1e-9);
        assert.ok(lowerBound(10 * count, 10 * calls, alpha) > lower);
        return upper - lower;
      });
      assert.deepEqual(
        widths,
        [...widths].sort((a, b) => a - b),
      );
    }
  });

  it('are those of the mixture: a bound is where its likelihood is 1/alpha times that of the share', () => {
    // Of one call that had it, Beta(1/2, 1/2) gives 1/2: 1/2 / p = 1/alpha.
    assert.ok(Math.abs(lowerBound(1, 1, 0.1) - 0.05) < 1e-8);
    // Of two such calls 3/8: 3/8 / p² = 1/alpha.
    assert.ok(Math.abs(lowerBound(2, 2, 0.1) - Math.sqrt(0.0375)) < 1e-8);
  });

  it('are left at any of 2,000 looks in no more of 1,000 runs than stated', () => {
    const alpha = 0.05;
    for (const share of [0.001, 0.05, 0.5]) {
      const random = seeded(20_260_301);
      let left = 0;
      for (let run = 0; run < 1_000; run += 1) {
        let count = 0;
        for (let calls = 1; calls <= 2_000; calls += 1) {
          if (random() < share) count += 1;
          // Between two calls that have it the lower bound falls: only then it can be highest.
          if (calls > 200 && calls % 10 !== 0) continue;
          if (lowerBound(count, calls, alpha) <= share && share <= upperBound(count, calls, alpha)) continue;
          left += 1;
          break;
        }
      }
      assert.ok(left / 1_000 <= alpha, `${left} of 1,000 at ${share}`);
      // An interval for one look at 95% would be left by most of them.
      assert.ok(left > 0 || share === 0.001, `${left}`);
    }
  });
});
