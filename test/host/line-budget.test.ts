import assert from 'node:assert/strict';
import { LineBudget } from '../../host/line-budget.ts';

describe('LineBudget', () => {
  it('take(name) allows so many a second, and then tells how many were dropped', () => {
    let now = 0;
    const budget = new LineBudget({ perSecond: 2 }, () => now);
    const taken = () => budget.take('a').allowed;
    assert.deepEqual([taken(), taken(), taken(), taken()], [true, true, false, false]);
    now = 1_000;
    assert.deepEqual(budget.take('a'), { allowed: true, dropped: 2 });
    assert.deepEqual(budget.take('a'), { allowed: true, dropped: 0 });
  });

  it('take(name) counts each name apart', () => {
    const budget = new LineBudget({ perSecond: 1 }, () => 0);
    assert.equal(budget.take('a').allowed, true);
    assert.equal(budget.take('a').allowed, false);
    assert.equal(budget.take('b').allowed, true);
  });

  it('take(name) fills up steadily, and never beyond a second', () => {
    let now = 0;
    const budget = new LineBudget({ perSecond: 2 }, () => now);
    const taken = () => budget.take('a').allowed;
    assert.deepEqual([taken(), taken(), taken()], [true, true, false]);
    now = 500;
    assert.deepEqual([taken(), taken()], [true, false]);
    now = 60_000;
    assert.deepEqual([taken(), taken(), taken()], [true, true, false]);
    // A clock that was set back.
    now = 0;
    assert.equal(taken(), false);
  });

  it('take(name) spares names that have said little when all together say too much', () => {
    const budget = new LineBudget({ perSecond: 50, allPerSecond: 60 }, () => 0);
    const taken = (name: string) => Array.from({ length: 50 }, () => budget.take(name).allowed).filter(Boolean).length;
    assert.equal(taken('a'), 50);
    assert.equal(taken('b'), 10);
    assert.equal(taken('c'), 10);
  });

  it('drain() tells once of what was dropped with no line after it', () => {
    let now = 0;
    const budget = new LineBudget({ perSecond: 1 }, () => now);
    for (let n = 0; n < 3; n += 1) budget.take('a');
    assert.deepEqual(budget.drain(), [{ name: 'a', dropped: 2 }]);
    assert.deepEqual(budget.drain(), []);
    now = 1_000;
    assert.deepEqual(budget.take('a'), { allowed: true, dropped: 0 });
  });
});
