import assert from 'node:assert/strict';
import { LineBudget } from '../../host/line-budget.ts';

describe('LineBudget', () => {
  it('take(name) allows so many a second, and then tells how many were dropped', () => {
    let now = 0;
    const budget = new LineBudget(2, () => now);
    const taken = () => budget.take('a').allowed;
    assert.deepEqual([taken(), taken(), taken(), taken()], [true, true, false, false]);
    now = 1_000;
    assert.deepEqual(budget.take('a'), { allowed: true, dropped: 2 });
    assert.deepEqual(budget.take('a'), { allowed: true, dropped: 0 });
  });

  it('take(name) counts each name apart', () => {
    const budget = new LineBudget(1, () => 0);
    assert.equal(budget.take('a').allowed, true);
    assert.equal(budget.take('a').allowed, false);
    assert.equal(budget.take('b').allowed, true);
  });
});
