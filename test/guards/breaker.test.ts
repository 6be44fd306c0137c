import assert from 'node:assert/strict';
import { Breaker } from '../../guards/breaker.ts';

/** A breaker that has been brought to a state at the time 0 or soon after. */
function tripped(times: number): Breaker {
  const breaker = new Breaker();
  for (let i = 0; i < times; i += 1) breaker.trip(i);
  return breaker;
}

describe('Breaker', () => {
  it('trip(now) changes nothing before the third within ten seconds; then the release is slowed', () => {
    const breaker = tripped(2);
    assert.deepEqual([breaker.state(2), breaker.isSlowed(2), breaker.mayStart(2)], ['closed', false, true]);
    assert.equal(breaker.trip(2), false);
    assert.deepEqual([breaker.state(2), breaker.isSlowed(2), breaker.isApart(2), breaker.mostAtOnce(2)], ['slowed', true, false, 8]);
    const seldom = new Breaker();
    for (let i = 0; i < 50; i += 1) seldom.trip(i * 5_000);
    assert.equal(seldom.state(245_000), 'closed');
  });

  it('a release of which no call has ended well goes a step further with each trip, as far as the quarantine', () => {
    const breaker = new Breaker(false);
    const states = [0, 1, 2, 3].map((at) => {
      breaker.trip(at);
      return breaker.state(at);
    });
    assert.deepEqual(states, ['slowed', 'quarantined', 'quarantined', 'quarantined']);
    const mended = new Breaker(false);
    mended.success(0);
    mended.trip(1);
    assert.equal(mended.state(1), 'closed');
  });

  it('trip(now) changes nothing where most calls end well', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 200; i += 1) {
      breaker.success(i);
      breaker.success(i);
      breaker.trip(i);
    }
    assert.equal(breaker.state(200), 'closed');
  });

  it('trip(now) changes nothing in minutes of few trips among many calls, whenever these come', () => {
    const breaker = new Breaker();
    for (let now = 0; now < 300_000; now += 100) {
      if (now % 1_200 === 0) breaker.trip(now);
      else breaker.success(now);
      assert.equal(breaker.state(now), 'closed', `at ${now} ms`);
    }
  });

  it('is as quick with one that was well for long, and hangs now', () => {
    const breaker = new Breaker();
    breaker.trip(0);
    for (let now = 0; now < 20_000; now += 1) breaker.success(now);
    for (let i = 0; i < 3; i += 1) breaker.trip(20_000 + i);
    assert.equal(breaker.state(20_010), 'slowed');
  });

  it('successes of long ago do not make up for trips', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 1_000; i += 1) breaker.success(i);
    for (let i = 0; i < 3; i += 1) breaker.trip(20_000 + i);
    assert.equal(breaker.state(20_010), 'slowed');
  });

  it('a slowed release starts calls after pauses that double, up to a second', () => {
    const breaker = tripped(3);
    assert.deepEqual([breaker.mayStart(21), breaker.mayStart(22)], [false, true]);
    const pauses: number[] = [];
    let now = 22;
    for (let i = 0; i < 5; i += 1) {
      breaker.trip(now);
      let pause = 0;
      while (!breaker.mayStart(now + pause)) pause += 1;
      pauses.push(pause);
      now += pause;
    }
    assert.deepEqual(pauses, [40, 80, 320, 640, 1_000]);
    assert.equal(breaker.state(now), 'quarantined');
  });

  it('three more trips quarantine it, and three more refuse it', () => {
    const breaker = tripped(6);
    assert.deepEqual([breaker.state(6), breaker.isApart(6), breaker.refusedForMs(6)], ['quarantined', true, 0]);
    for (let i = 6; i < 8; i += 1) assert.equal(breaker.trip(i), false);
    assert.equal(breaker.trip(8), true);
    assert.deepEqual([breaker.state(8), breaker.refusedForMs(8), breaker.mayStart(8)], ['refused', 1_000, false]);
  });

  it('kill(now) quarantines at once, and refuses at the third within ten seconds', () => {
    const breaker = new Breaker();
    assert.deepEqual([breaker.kill(0), breaker.isApart(0)], [false, true]);
    assert.deepEqual([breaker.kill(1), breaker.refusedForMs(2)], [false, 0]);
    assert.equal(breaker.kill(2), true);
    assert.deepEqual([breaker.refusedForMs(2), breaker.refusedForMs(1_002)], [1_000, 0]);
    const seldom = new Breaker();
    for (let i = 0; i < 20; i += 1) assert.equal(seldom.kill(i * 6_000), false);
  });

  it('after a refusal it is tried apart: a trip or a kill refuses it for twice as long, up to a minute', () => {
    const breaker = new Breaker();
    let now = 0;
    for (let i = 0; i < 3; i += 1) breaker.kill(now);
    const refusals: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      now += breaker.refusedForMs(now) + 1;
      assert.deepEqual([breaker.state(now), breaker.isApart(now), breaker.mayStart(now)], ['probing', true, true]);
      if (i % 2 === 0) breaker.kill(now);
      else breaker.trip(now);
      refusals.push(breaker.refusedForMs(now));
    }
    assert.deepEqual(refusals, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('what ends while it is refused, of calls that had begun before, does not make that longer', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 6; i += 1) breaker.kill(i);
    breaker.trip(5);
    assert.equal(breaker.refusedForMs(5), 997);
  });

  it('three calls that end well after a refusal close it; a refusal soon after is longer, one after two minutes is not', () => {
    for (const [later, refusal] of [
      [5_000, 2_000],
      [150_000, 1_000],
    ] as const) {
      const breaker = new Breaker();
      for (let i = 0; i < 3; i += 1) breaker.kill(0);
      for (let i = 0; i < 3; i += 1) {
        assert.equal(breaker.state(1_500), 'probing');
        breaker.success(1_500);
      }
      assert.equal(breaker.state(1_500), 'closed');
      for (let i = 0; i < 3; i += 1) breaker.kill(later);
      assert.equal(breaker.refusedForMs(later), refusal);
    }
  });

  it('a slowed or quarantined one is closed by twenty in a row once ten seconds have passed without a trip', () => {
    for (const times of [3, 6]) {
      const breaker = tripped(times);
      for (let i = 0; i < 50; i += 1) breaker.success(100 + i);
      assert.notEqual(breaker.state(200), 'closed');
      breaker.success(10_100);
      assert.equal(breaker.state(10_100), 'closed');
      assert.equal(breaker.mayStart(10_100), true);
    }
  });

  it('view(now) tells all of it', () => {
    const breaker = new Breaker();
    breaker.success(0);
    breaker.trip(1);
    breaker.success(2);
    assert.deepEqual(breaker.view(2), { state: 'closed', trips: 1, successes: 1, kills: 0, refusals: 0, refusedForMs: 0 });
    for (let i = 0; i < 3; i += 1) breaker.kill(3);
    assert.deepEqual(breaker.view(3.5), { state: 'refused', trips: 0, successes: 0, kills: 0, refusals: 1, refusedForMs: 1_000 });
  });
});
