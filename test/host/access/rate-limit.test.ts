/** host/access/rate-limit.ts */

import assert from 'node:assert/strict';
import { RateLimit } from '../../../host/access/rate-limit.ts';

describe('RateLimit', () => {
  let now = 5_000;
  const limit = () => new RateLimit({ quota: 6, windowMs: 60_000, names: 2 }, () => now);

  it('lets so many through at once, and then as they come in again', () => {
    const rate = limit();
    const states = Array.from({ length: 7 }, () => rate.take('a'));
    assert.deepEqual(
      states.map(({ isAllowed, left }) => [isAllowed, left]),
      [
        [true, 5],
        [true, 4],
        [true, 3],
        [true, 2],
        [true, 1],
        [true, 0],
        [false, 0],
      ],
    );
    assert.deepEqual([states[0]?.fullS, states[5]?.fullS, states[6]?.waitS], [10, 60, 10]);
    now += 9_000;
    assert.deepEqual([rate.take('a').isAllowed, rate.take('a').waitS], [false, 1], 'what is refused takes nothing');
    now += 1_000;
    assert.deepEqual([rate.take('a').isAllowed, rate.take('a').isAllowed], [true, false]);
    now += 3_600_000;
    assert.equal(rate.take('a').left, 5, 'no more is saved up than a window has');
  });

  it('counts each name by itself, and remembers so many', () => {
    const rate = limit();
    for (let i = 0; i < 6; i++) rate.take('a');
    assert.equal(rate.take('b').isAllowed, true);
    assert.equal(rate.take('a').isAllowed, false);
    rate.take('c');
    assert.equal(rate.take('b').left, 5, 'forgotten');
  });
});
