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

  it('is false where the machine has given the process no time, but not for ever', () => {
    assert.equal(hangs(stay, bound + 1, 100 + hardAfterMs), false);
    assert.equal(hangs(stay, bound + 1, 101 + hardAfterMs), true);
    const patient = stay.enteredAt + (bound - stay.enteredAt) * 5;
    assert.equal(hangs(stay, patient, 0), false);
    assert.equal(hangs(stay, patient + 1, 0), true);
  });
});
