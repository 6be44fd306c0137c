import assert from 'node:assert/strict';
import { Deadline, HardStop, hardAfterMs } from '../../guards/deadline.ts';

function armed(now: number, cpuMs: number, wallAt: number): Deadline {
  const deadline = new Deadline();
  deadline.arm(now, cpuMs, wallAt);
  return deadline;
}

describe('Deadline', () => {
  it('poll(now) is false before the deadline', () => {
    const deadline = armed(1_000, 100, 5_000);
    assert.equal(deadline.poll(1_099), false);
    assert.equal(deadline.stopped, undefined);
  });

  it('poll(now) stops for the CPU limit where that is nearer', () => {
    const deadline = armed(1_000, 100, 5_000);
    assert.equal(deadline.poll(1_100), true);
    assert.equal(deadline.stopped, 'cpu_exceeded');
  });

  it('poll(now) stops for the wall time where that is nearer', () => {
    const deadline = armed(1_000, 100, 1_050);
    assert.equal(deadline.poll(1_050), true);
    assert.equal(deadline.stopped, 'deadline_exceeded');
  });

  it('poll(now) goes by the CPU clock where there is one, and by the wall in any case', () => {
    let used = 0;
    const deadline = new Deadline();
    deadline.arm(1_000, 100, 5_000, () => used);
    used = 40;
    assert.equal(deadline.poll(1_100), false);
    assert.equal(deadline.poll(1_159), false);
    used = 100;
    assert.equal(deadline.poll(1_160), true);
    assert.equal(deadline.stopped, 'cpu_exceeded');

    deadline.arm(1_000, 100, 1_150, () => 0);
    assert.equal(deadline.poll(1_100), false);
    assert.equal(deadline.poll(1_150), true);
    assert.equal(deadline.stopped, 'deadline_exceeded');
  });

  it('stays stopped: a guest that swallows one interrupt meets the next', () => {
    const deadline = armed(0, 10, 100);
    deadline.poll(10);
    assert.equal(deadline.poll(11), true);
    assert.equal(deadline.poll(10 + hardAfterMs - 1), true);
  });

  it('poll(now) throws when the soft stop was swallowed for too long', () => {
    const deadline = armed(0, 10, 100);
    deadline.poll(10);
    assert.throws(() => deadline.poll(10 + hardAfterMs), HardStop);
  });

  it('stop(now, reason) stops at the next poll, and hard a little later', () => {
    const deadline = armed(0, 1_000, 10_000);
    deadline.stop(5, 'loop_budget_exceeded');
    assert.equal(deadline.poll(6), true);
    assert.throws(() => deadline.poll(5 + hardAfterMs), HardStop);
    assert.equal(deadline.stopped, 'loop_budget_exceeded');
  });

  it('stop(now, reason) does not replace an earlier reason', () => {
    const deadline = armed(0, 10, 100);
    deadline.poll(10);
    deadline.stop(11, 'loop_budget_exceeded');
    assert.equal(deadline.stopped, 'cpu_exceeded');
  });

  it('left(now) is the time until the soft stop, and none after a stop', () => {
    const deadline = armed(0, 10, 100);
    assert.equal(deadline.left(4), 6);
    assert.equal(armed(0, 1_000, 100).left(40), 60);
    deadline.stop(5, 'loop_budget_exceeded');
    assert.equal(deadline.left(6), 0);
  });

  it('arm(…) starts afresh', () => {
    const deadline = armed(0, 10, 100);
    deadline.poll(10);
    deadline.arm(20, 10, 100);
    assert.equal(deadline.poll(21), false);
    assert.equal(deadline.stopped, undefined);
  });
});
