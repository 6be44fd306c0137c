import assert from 'node:assert/strict';
import { hardAfterMs } from '../../guards/deadline.ts';
import { hangs, isStopped, mostSilentMs, watchdogGraceMs } from '../../guards/watchdog.ts';

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

describe('isStopped(silentMs, look)', () => {
  const never = () => assert.fail('it was looked at');
  const looks = (isRunnable: boolean, cpuMs: number | undefined) => () => ({ isRunnable, cpuMs });

  it('is false for a while, without a look at the process', () => {
    assert.equal(isStopped(mostSilentMs, never), false);
  });

  it('is true beyond for one that would not run, or that ran and said nothing', () => {
    assert.equal(isStopped(mostSilentMs + 1, looks(false, 0)), true);
    assert.equal(isStopped(mostSilentMs + 1, looks(true, 201)), true);
    assert.equal(isStopped(mostSilentMs + 1, looks(true, undefined)), true);
  });

  it('is false where the machine has no time for it, but not for ever', () => {
    assert.equal(isStopped(mostSilentMs + 1, looks(true, 0)), false);
    assert.equal(isStopped(mostSilentMs * 5, looks(true, 200)), false);
    assert.equal(isStopped(mostSilentMs * 5 + 1, never), true);
  });
});
