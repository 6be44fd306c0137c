/** host/budgets/budget-counter.ts */

import assert from 'node:assert/strict';
import { BudgetCounter } from '../../../host/budgets/budget-counter.ts';
import type { BudgetEvent } from '../../../host/budgets/budget-event.ts';
import { budgetOf } from './budget-of.ts';

const start = 1_800_000_000_000;
const minute = 60_000;

describe('BudgetCounter', () => {
  let events: BudgetEvent[];
  const open = (terms: Parameters<typeof budgetOf>[0]) => new BudgetCounter(budgetOf(terms), start, (event) => events.push(event));
  beforeEach(() => {
    events = [];
  });

  it('refuses when all calls of the window are taken, and lets in again when the window has moved on', () => {
    const counter = open({ window: '1m', calls: 3, mode: 'hard' });
    for (const at of [0, 10_000, 30_000]) {
      assert.equal(counter.excess(start + at), undefined);
      counter.take(start + at);
    }
    const excess = counter.excess(start + 30_500);
    assert.deepEqual([excess?.metric, excess?.limit, excess?.used, (excess?.untilMs ?? 0) - start], ['calls', 3, 3, 61_000]);
    assert.notEqual(counter.excess(start + 60_999), undefined);
    assert.equal(counter.excess(start + 61_000), undefined);
  });

  it('never lets more in than the limit, in any stretch as long as the window', () => {
    const counter = open({ window: '1m', calls: 50, mode: 'hard' });
    const taken: number[] = [];
    for (let now = start; now < start + 5 * minute; now += 37) {
      if (counter.excess(now) !== undefined) continue;
      counter.take(now);
      taken.push(now);
    }
    for (const [i, at] of taken.entries()) {
      const later = taken[i + 50];
      if (later !== undefined) assert.ok(later - at >= minute);
    }
    // And hardly fewer.
    assert.ok(taken.length >= 245, String(taken.length));
  });

  it('lets a call in for one that is given back, in its own bucket only', () => {
    const counter = open({ window: '1m', calls: 1, mode: 'hard' });
    counter.take(start);
    counter.giveBack(start);
    assert.equal(counter.excess(start), undefined);
    counter.take(start + 59_000);
    // Its bucket is gone: that of another call does not pay for it.
    counter.giveBack(start - 2 * minute);
    assert.equal(counter.used(start + 59_000).calls, 1);
  });

  it('refuses by the CPU time of calls that have ended, in seconds', () => {
    const counter = open({ window: '1h', cpuSeconds: 2, mode: 'hard' });
    counter.record(start, 'a/b/c', 1_999_999, 0);
    assert.equal(counter.excess(start), undefined);
    counter.record(start + minute, 'a/b/c', 1, 0);
    const excess = counter.excess(start + minute);
    assert.deepEqual([excess?.metric, excess?.used, (excess?.untilMs ?? 0) - start], ['cpuSeconds', 2, 61 * minute]);
  });

  it('refuses by the largest sandboxes of its plugins, added up', () => {
    const counter = open({ window: '1m', memoryBytes: 20, mode: 'hard' });
    for (const plugin of ['a/b/c', 'a/b/d', 'a/b/c']) counter.record(start, plugin, 0, 9);
    assert.equal(counter.excess(start), undefined);
    counter.record(start, 'a/b/d', 0, 11);
    assert.deepEqual([counter.excess(start)?.used, (counter.excess(start)?.untilMs ?? 0) - start], [20, 70_000]);
  });

  it('tells of the metric that refuses for longest', () => {
    const counter = open({ window: '1m', calls: 1, cpuSeconds: 1, mode: 'hard' });
    counter.take(start);
    counter.record(start + 5_000, 'a/b/c', 1_000_000, 0);
    assert.equal(counter.excess(start + 5_000)?.metric, 'cpuSeconds');
  });

  it('refuses nothing where it is soft, and tells once a window of each threshold', () => {
    const counter = open({ window: '1m', calls: 10, warnAt: 0.5 });
    const shown = () => events.map(({ kind, used, at }) => [kind, used, at - start]);
    for (let i = 0; i < 15; i += 1) counter.take(start + i * 100);
    assert.equal(counter.excess(start + 2_000), undefined);
    assert.deepEqual(shown(), [
      ['warned', 5, 400],
      ['exceeded', 10, 900],
    ]);
    for (let i = 0; i < 15; i += 1) counter.take(start + 90_000 + i * 100);
    assert.deepEqual(shown().slice(2), [
      ['warned', 5, 90_400],
      ['exceeded', 10, 90_900],
    ]);
    assert.deepEqual(events[0], {
      ...{ kind: 'warned', scope: 'a', metric: 'calls', window: '1m', mode: 'soft', limit: 10, used: 5, at: start + 400 },
    });
  });

  it('goes on with what was counted where its terms change, in another window too', () => {
    const counter = open({ window: '1h', calls: 10, mode: 'hard' });
    for (const at of [0, 50 * minute, 59 * minute]) counter.take(start + at);
    const now = start + 59.5 * minute;
    counter.become(budgetOf({ window: '1h', calls: 3, mode: 'hard' }), now);
    assert.equal(counter.excess(now)?.used, 3);
    counter.become(budgetOf({ window: '15m', calls: 3, mode: 'hard' }), now);
    assert.equal(counter.used(now).calls, 2);
    counter.become(budgetOf({ window: '1d', calls: 3, mode: 'hard' }), now);
    assert.equal(counter.used(now).calls, 2);
  });

  it('gives a history that makes another counter the same, and what is of later counts as of now', () => {
    const counter = open({ window: '1d', calls: 10, mode: 'hard' });
    for (const at of [0, 5 * 3_600_000, 20 * 3_600_000]) {
      counter.take(start + at);
      counter.record(start + at, 'a/b/c', 1_500.4, 7);
    }
    const now = start + 20 * 3_600_000;
    const again = new BudgetCounter(counter.budget, now, () => {});
    again.refill(counter.history(), now);
    assert.deepEqual(again.history(), counter.history());
    assert.deepEqual(again.used(now), { calls: 3, cpuSeconds: 0.0045, memoryBytes: 0 });
    const earlier = new BudgetCounter(counter.budget, start, () => {});
    earlier.refill(counter.history(), start);
    assert.equal(earlier.used(start).calls, 3);
    assert.equal(again.used(now + 25 * 3_600_000).calls, 0);
  });
});
