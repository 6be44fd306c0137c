import assert from 'node:assert/strict';
import { DrainRate } from '../../../host/pool/drain-rate.ts';

describe('DrainRate', () => {
  it('perCallMs is 0 until calls have waited', () => {
    const rate = new DrainRate();
    for (const now of [0, 500, 1_000]) rate.taken(0, now, 1);
    assert.equal(rate.perCallMs(1), 0);
  });

  it('perCallMs is counted over a tenth of a second in which calls waited all the time', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 90; now += 10) rate.taken(5, now, 1);
    assert.equal(rate.perCallMs(1), 0);
    rate.taken(5, 100, 1);
    assert.equal(rate.perCallMs(1), 10);
  });

  it('perCallMs follows what changes, half the way each time', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 100; now += 10) rate.taken(5, now, 1);
    for (let now = 120; now <= 200; now += 20) rate.taken(5, now, 1);
    assert.equal(rate.perCallMs(1), 15);
  });

  it('perCallMs falls when a queue becomes empty: one long stall is not held against the calls after it', () => {
    const rate = new DrainRate();
    rate.taken(1, 0, 1);
    rate.taken(0, 800, 1);
    assert.equal(rate.perCallMs(1), 800);
    for (let now = 1_000; now < 1_500; now += 50) {
      rate.taken(1, now, 1);
      rate.taken(0, now + 4, 1);
    }
    assert.ok(rate.perCallMs(1) < 6, `${rate.perCallMs(1)}`);
  });

  it('the time in which none waits is not counted', () => {
    const rate = new DrainRate();
    rate.taken(1, 0, 1);
    rate.taken(0, 5, 1);
    rate.taken(1, 10_000, 1);
    rate.taken(0, 10_005, 1);
    assert.equal(rate.perCallMs(1), 5);
  });

  it('perCallMs(executors) is what so many do, whatever their number was when it was counted', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 100; now += 10) rate.taken(5, now, 2);
    assert.deepEqual([rate.perCallMs(2), rate.perCallMs(1), rate.perCallMs(4)], [10, 20, 5]);
  });
});
