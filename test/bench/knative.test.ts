/** bench/lib/scaling/knative.ts: Knative's documented behavior, with a target of 10 calls in flight for easy figures. */

import assert from 'node:assert/strict';
import { Knative, knativeDefaults } from '../../bench/lib/scaling/knative.ts';

const scaler = () => new Knative({ ...knativeDefaults, target: 10 });

describe("Knative's formula", () => {
  it('wants the average over the target, rounded up', () => {
    assert.equal(scaler().want(50, 50, 5, 0), 5);
    assert.equal(scaler().want(51, 51, 5, 0), 6);
  });

  it('comes to 0 without calls', () => {
    assert.equal(scaler().want(0, 0, 1, 0), 0);
  });

  it('changes nothing without data', () => {
    assert.equal(scaler().want(Number.NaN, Number.NaN, 3, 0), undefined);
  });

  it('goes down to half of what is ready at once, and no further', () => {
    assert.equal(scaler().want(10, 10, 9, 0), 4);
  });

  it('goes up to a thousand times what is ready, and no further', () => {
    assert.equal(scaler().want(50_000, 50_000, 1, 0), 1_000);
    assert.equal(scaler().want(50_000, 50_000, 0, 0), 1_000);
  });

  it('panics where the short window asks for twice what is ready', () => {
    assert.equal(scaler().want(40, 99, 5, 0), 10);
    // Not quite twice: it goes by the stable window.
    assert.equal(scaler().want(40, 90, 5, 0), 4);
  });

  it('does not go down in panic', () => {
    const one = scaler();
    assert.equal(one.want(40, 200, 5, 0), 20);
    assert.equal(one.want(40, 60, 20, 2), 20);
    assert.equal(one.want(40, 230, 20, 4), 23);
    assert.equal(one.want(40, 10, 23, 6), 23);
  });

  it('leaves panic when no tick has asked for twice as much for a stable window', () => {
    const one = scaler();
    one.want(40, 200, 5, 0);
    assert.equal(one.want(100, 100, 20, 60), 20);
    assert.equal(one.want(100, 100, 20, 62), 10);
  });

  it('takes its windows of time-weighted concurrency, every 2 s', () => {
    const one = scaler();
    const second = { arrivals: 0, ended: 0, endedCpuS: 0, endedCpuS2: 0, usedCpuS: 0, waitS: 0, waiting: 0, ready: 10, starting: 0 };
    assert.equal(one.second({ ...second, at: 0, inFlightS: 100 }), undefined);
    assert.equal(one.second({ ...second, at: 1, inFlightS: 60 }), 8);
  });
});
