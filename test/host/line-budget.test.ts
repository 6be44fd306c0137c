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
    // What is left for all, and what each is spared.
    assert.equal(taken('b'), 20);
    assert.equal(taken('c'), 10);
  });

  it('take(name) holds names that write steadily to the bound on all, and to what each is spared', () => {
    let now = 0;
    const budget = new LineBudget({ perSecond: 200, allPerSecond: 5_000 }, () => now);
    const names = Array.from({ length: 100 }, (_, i) => `d/g/p${i}`);
    let lines = 0;
    // The first second has what the buckets hold besides.
    for (; now < 11_000; now += 5) for (const name of names) if (budget.take(name).allowed && now >= 1_000) lines += 1;
    assert.ok(lines <= 10 * (5_000 + 100 * 10) + 100, `${lines}`);
    assert.ok(lines >= 10 * 5_000, `${lines}`);
    now = 10_995;
    const quiet = Array.from({ length: 11 }, () => budget.take('d/g/quiet').allowed);
    assert.equal(quiet.filter(Boolean).length, 10);
  });

  it('take(name, weight) has heavy lines of many names pay for all of their weight', () => {
    let now = 0;
    const budget = new LineBudget({ perSecond: 200, allPerSecond: 5_000 }, () => now);
    let weight = 0;
    for (; now < 10_000; now += 5) for (let i = 0; i < 100; i += 1) if (budget.take(`d/g/p${i}`, 9).allowed) weight += 9;
    assert.ok(weight <= 11 * (5_000 + 100 * 10) + 100 * 9, `${weight}`);
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
