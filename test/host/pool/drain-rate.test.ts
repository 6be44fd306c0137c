import assert from 'node:assert/strict';
import { DrainRate } from '../../../host/pool/drain-rate.ts';

describe('DrainRate', () => {
  it('perCallMs is 0 until calls have waited', () => {
    const rate = new DrainRate();
    for (const now of [0, 500, 1_000]) rate.taken(0, now, 1);
    assert.equal(rate.perCallMs(1, 1_000), 0);
  });

  it('perCallMs is counted over tenths of a second in which calls waited all the time, when there are two', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 190; now += 10) rate.taken(5, now, 1);
    assert.equal(rate.perCallMs(1, 190), 0);
    rate.taken(5, 200, 1);
    assert.equal(rate.perCallMs(1, 200), 10);
  });

  it('perCallMs is the less of the last two: one in which the machine stopped is not held against the calls after it', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 200; now += 10) rate.taken(5, now, 1);
    rate.taken(5, 1_000, 1);
    assert.equal(rate.perCallMs(1, 1_000), 10);
    for (let now = 1_010; now <= 1_100; now += 10) rate.taken(5, now, 1);
    assert.equal(rate.perCallMs(1, 1_100), 10);
  });

  it('perCallMs follows what changes with the second tenth of a second', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 200; now += 10) rate.taken(5, now, 1);
    for (let now = 220; now <= 400; now += 20) rate.taken(5, now, 1);
    assert.equal(rate.perCallMs(1, 400), 20);
    rate.taken(0, 401, 1);
    assert.equal(rate.perCallMs(1, 401), 1);
  });

  it('a stall after which none waits refuses nobody', () => {
    const rate = new DrainRate();
    rate.taken(1, 0, 1);
    rate.taken(0, 800, 1);
    assert.equal(rate.perCallMs(1, 800), 0);
    rate.taken(1, 1_000, 1);
    rate.taken(0, 1_004, 1);
    assert.equal(rate.perCallMs(1, 1_004), 4);
  });

  it('the time in which none waits is not counted', () => {
    const rate = new DrainRate();
    for (const now of [0, 500, 900]) {
      rate.taken(1, now, 1);
      rate.taken(0, now + 5, 1);
    }
    assert.equal(rate.perCallMs(1, 905), 5);
  });

  it('perCallMs(executors) is what so many do, whatever their number was when it was counted', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 200; now += 10) rate.taken(5, now, 2);
    assert.deepEqual([rate.perCallMs(2, 200), rate.perCallMs(1, 200), rate.perCallMs(4, 200)], [10, 20, 5]);
  });

  it('perCallMs is 0 again when what was seen is long ago: first sandboxes that took long refuse no call of later', () => {
    const rate = new DrainRate();
    rate.taken(3, 0, 1);
    rate.taken(3, 1_300, 1);
    rate.taken(0, 2_600, 1);
    assert.equal(rate.perCallMs(1, 2_600 + 4 * 1_300), 1_300);
    assert.equal(rate.perCallMs(1, 2_601 + 4 * 1_300), 0);
    // What comes then is one, and no second.
    rate.taken(1, 60_000, 1);
    rate.taken(0, 60_900, 1);
    assert.equal(rate.perCallMs(1, 60_900), 0);
  });
});
