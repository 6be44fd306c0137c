import assert from 'node:assert/strict';
import { DrainRate } from '../../../host/pool/drain-rate.ts';

describe('DrainRate', () => {
  it('perCallMs is 0 until calls have waited', () => {
    const rate = new DrainRate();
    for (const now of [0, 500, 1_000]) rate.taken(0, now);
    assert.equal(rate.perCallMs, 0);
  });

  it('perCallMs is counted over a tenth of a second in which calls waited all the time', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 90; now += 10) rate.taken(5, now);
    assert.equal(rate.perCallMs, 0);
    rate.taken(5, 100);
    assert.equal(rate.perCallMs, 10);
  });

  it('perCallMs follows what changes, half the way each time', () => {
    const rate = new DrainRate();
    for (let now = 0; now <= 100; now += 10) rate.taken(5, now);
    for (let now = 120; now <= 200; now += 20) rate.taken(5, now);
    assert.equal(rate.perCallMs, 15);
  });

  it('perCallMs falls when a queue becomes empty: one long stall is not held against the calls after it', () => {
    const rate = new DrainRate();
    rate.taken(1, 0);
    rate.taken(0, 800);
    assert.equal(rate.perCallMs, 800);
    for (let now = 1_000; now < 1_500; now += 50) {
      rate.taken(1, now);
      rate.taken(0, now + 4);
    }
    assert.ok(rate.perCallMs < 6, `${rate.perCallMs}`);
  });

  it('the time in which none waits is not counted', () => {
    const rate = new DrainRate();
    rate.taken(1, 0);
    rate.taken(0, 5);
    rate.taken(1, 10_000);
    rate.taken(0, 10_005);
    assert.equal(rate.perCallMs, 5);
  });
});
