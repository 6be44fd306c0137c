import assert from 'node:assert/strict';
import { bucketing, longestUs } from '../../../host/meter/log-bucket.ts';

describe('bucketing(perDoubling)', () => {
  for (const perDoubling of [16, 37]) {
    const bucketOf = bucketing(perDoubling);
    const bound = (bucket: number) => 2 ** (bucket / perDoubling);

    it(`puts numbers between two bounds, of which each is exact to a four-thousandth (${perDoubling})`, () => {
      for (let us = 1.01; us < longestUs; us = us * 1.003 + 0.01) {
        // From 64 on they are rounded.
        for (const one of us < 64 ? [us, Math.round(us)] : [Math.round(us)]) {
          const bucket = bucketOf(one);
          assert.ok(one <= bound(bucket) * 1.0005, `${one} is above ${bound(bucket)}`);
          assert.ok(bucket === 0 || one > bound(bucket - 1) * 0.9995, `${one} is not above ${bound(bucket - 1)}`);
        }
      }
    });

    it(`puts powers of two at their own bounds, and never falls (${perDoubling})`, () => {
      for (let exponent = 0; exponent < 36; exponent += 1) assert.equal(bucketOf(2 ** exponent), exponent * perDoubling);
      let last = 0;
      for (let us = 1; us < 100_000; us += 1) {
        const bucket = bucketOf(us);
        assert.ok(bucket >= last, `${us} is in ${bucket}`);
        last = bucket;
      }
    });

    it(`takes nonsense as the least, and whatever is more than a day as a day (${perDoubling})`, () => {
      for (const us of [0, -5, 0.3, 1, Number.NaN, Number.NEGATIVE_INFINITY]) assert.equal(bucketOf(us), 0);
      for (const us of [longestUs, 1e15, Number.POSITIVE_INFINITY])
        assert.equal(bucketOf(us), Math.ceil(Math.log2(longestUs) * perDoubling));
    });
  }
});
