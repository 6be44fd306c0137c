import assert from 'node:assert/strict';
import { hardAfterMs } from '../../guards/deadline.ts';
import { hangs, watchdogGraceMs } from '../../guards/watchdog.ts';

describe('hangs(stay, now)', () => {
  const stay = { enteredAt: 1_000, budgetMs: 100 };
  const bound = 1_100 + hardAfterMs + watchdogGraceMs;

  it('is false up to the budget, the hard stop and the grace', () => {
    assert.equal(hangs(stay, bound), false);
  });

  it('is true beyond', () => {
    assert.equal(hangs(stay, bound + 1), true);
  });
});
