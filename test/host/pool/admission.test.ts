import assert from 'node:assert/strict';
import { defaultLimits, type Limits } from '../../../guards/limits.ts';
import { CallSignal } from '../../../host/dispatch/dispatch.ts';
import { OwnLimit } from '../../../host/dispatch/own-limit.ts';
import { refusal } from '../../../host/pool/admission.ts';
import { FairQueue } from '../../../host/pool/fair-queue.ts';
import { KnownRelease } from '../../../host/pool/known-release.ts';
import { PoolCall } from '../../../host/pool/pool-call.ts';
import { RunningClock } from '../../../host/pool/running-clock.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

function setUp(limits: Partial<Limits> = {}, processors = 2) {
  const live = { limits: { ...defaultLimits, ...limits } } as LiveRelease;
  const known = new KnownRelease(live);
  const queue = new FairQueue<PoolCall>();
  const callOf = (account: KnownRelease, admittedAt = 0) => {
    const call = { live, interface: 'fetch', head: '', body: undefined, idempotent: true, admittedAt, signal: new CallSignal() } as const;
    return new PoolCall(
      call,
      account,
      1,
      () => {},
      () => {},
    );
  };
  const clock = new RunningClock(0);
  const wait = (count: number, admittedAt = 0) => {
    for (let i = 0; i < count; i += 1) {
      const call = callOf(known, admittedAt);
      call.waitsSince = clock.at(admittedAt);
      queue.push(call);
    }
  };
  /** @param beats whether the host has run all the time since the last question */
  const ask = (now = 0, beats = true) => {
    if (beats) for (; beatAt < now; beatAt += 20) clock.at(beatAt);
    return refusal(known, { queue, executors: 2, processors, clock }, now);
  };
  let beatAt = 0;
  return { known, queue, wait, ask, callOf };
}

describe('refusal(call)', () => {
  it('is none while few calls wait', () => {
    const { wait, ask } = setUp();
    assert.equal(ask(), undefined);
    wait(200);
    assert.equal(ask(), undefined);
  });

  it('is overloaded at the limit of the plugin, with Retry-After', () => {
    const { wait, ask } = setUp({ queue: 3 });
    wait(3);
    assert.deepEqual([ask()?.code, ask()?.details.retryAfterS], ['overloaded', 1]);
    assert.equal(setUp({ queue: 0 }).ask()?.code, 'overloaded');
  });

  it('is none for as many more as have come from a hand-over', () => {
    const { known, wait, ask } = setUp({ queue: 3 });
    known.extraRoom = 5;
    wait(7);
    assert.equal(ask(), undefined);
    wait(1);
    assert.equal(ask()?.code, 'overloaded');
  });

  it('is overloaded where all plugins have too many', () => {
    const { queue, ask, known, callOf } = setUp();
    for (let i = 0; i < 10_000; i += 1) queue.push(callOf(new KnownRelease(known.live)));
    assert.match(ask()?.message ?? '', /on this host/);
  });

  it('is overloaded where those before it need a quarter of its deadline', () => {
    const { known, wait, ask } = setUp({ deadlineMs: 1_000 });
    known.learn(10_000);
    wait(50);
    assert.equal(ask(), undefined);
    wait(1);
    assert.match(ask()?.message ?? '', /would wait for 255 ms/);
  });

  it('is overloaded where those before it were seen to go so slowly, whatever they use', () => {
    const { known, wait, ask } = setUp({ deadlineMs: 1_000 });
    known.learn(100);
    for (let now = 0; now <= 200; now += 20) known.drain.taken(1, now, 2);
    wait(12);
    assert.equal(ask(), undefined);
    wait(1);
    assert.match(ask(200)?.message ?? '', /would wait for 260 ms or more, as those before it go/);
  });

  it('counts the calls that may run at once, not the executors, where those are fewer', () => {
    const { known, wait, ask } = setUp({ deadlineMs: 1_000, concurrency: 1 });
    known.learn(10_000);
    wait(26);
    assert.equal(ask()?.code, 'overloaded');
  });

  it('counts the processors, where there are fewer than executors', () => {
    const { known, wait, ask } = setUp({ deadlineMs: 1_000 }, 1);
    known.learn(10_000);
    wait(25);
    assert.equal(ask(), undefined);
    wait(1);
    assert.match(ask()?.message ?? '', /would wait for 260 ms or more, as those before it need/);
  });

  it('is overloaded where the first has waited for a quarter of the deadline already, whatever calls take', () => {
    const { wait, ask } = setUp({ deadlineMs: 1_000 });
    wait(1, 0);
    assert.equal(ask(250), undefined);
    assert.equal(ask(251)?.code, 'overloaded');
  });

  it('is none where the first has waited since the host was stopped', () => {
    const { wait, ask } = setUp({ deadlineMs: 1_000 });
    wait(1, 0);
    assert.equal(ask(5_000, false), undefined);
    assert.equal(ask(5_160)?.code, 'overloaded', 'it has gone on for long enough');
  });

  it('is overloaded behind sixteen others where the plugin is slowed', () => {
    const { known, wait, ask } = setUp();
    for (let i = 0; i < 3; i += 1) known.trip(0);
    wait(15);
    assert.equal(ask(), undefined);
    wait(1);
    assert.match(ask()?.message ?? '', /slowed/);
    assert.ok(ask() instanceof OwnLimit);
  });

  it('is for a limit of its own where no more executors would have the call run, and for want of them else', () => {
    const isOwn = (concurrency: number, inFlight: number) => {
      const { known, wait, ask } = setUp({ queue: 3, concurrency });
      known.inFlight = inFlight;
      wait(3);
      return ask() instanceof OwnLimit;
    };
    // There are two executors.
    assert.deepEqual([isOwn(1, 1), isOwn(2, 2)], [true, true]);
    assert.deepEqual([isOwn(1, 0), isOwn(2, 1), isOwn(3, 3), isOwn(64, 64)], [false, false, false, false]);
  });

  it('is for a limit of its own where the plugin runs apart, or pauses after a trip', () => {
    const { known, wait, ask } = setUp({ queue: 3 });
    wait(3);
    assert.ok(!(ask(0) instanceof OwnLimit));
    known.trip(0);
    assert.ok(ask(0) instanceof OwnLimit, 'it pauses');
    assert.ok(!(ask(1_000) instanceof OwnLimit), 'slowed, and free to run');
    known.kill(1_000);
    assert.ok(ask(9_000) instanceof OwnLimit, 'it runs apart');
  });
});
