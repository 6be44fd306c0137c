import assert from 'node:assert/strict';
import { ByteBudget, HeldBytes } from '../../../host/ingress/byte-budget.ts';

describe('ByteBudget', () => {
  it('gives out no more than it has', () => {
    const budget = new ByteBudget(10);
    assert.ok(budget.take(6));
    assert.ok(!budget.take(5));
    assert.ok(budget.take(4));
    budget.give(10);
    assert.equal(budget.takenBytes, 0);
  });

  it('throws on more than was taken', () => assert.throws(() => new ByteBudget(10).give(1)));
});

describe('HeldBytes', () => {
  it('gives back what it took, once', () => {
    const budget = new ByteBudget(10);
    const held = new HeldBytes(budget);
    assert.ok(held.take(7));
    assert.ok(!held.take(7));
    held[Symbol.dispose]();
    held[Symbol.dispose]();
    assert.equal(budget.takenBytes, 0);
  });
});
