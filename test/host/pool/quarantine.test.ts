import assert from 'node:assert/strict';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { KnownRelease } from '../../../host/pool/known-release.ts';
import { Quarantine } from '../../../host/pool/quarantine.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

interface Apart {
  idle: boolean;
  calls: number;
}

function setUp(most: number) {
  const started: Apart[] = [];
  const dismissed: unknown[] = [];
  const quarantine = new Quarantine(
    {
      startApart: () => {
        const executor = { idle: false, calls: 0 };
        started.push(executor);
        return executor as unknown as ExecutorProcess;
      },
      dismiss: (executor) => void dismissed.push(executor),
    },
    most,
  );
  return { quarantine, started, dismissed };
}

/** A release that has killed an executor at the time 0. */
function guilty(): KnownRelease {
  const known = new KnownRelease({ limits: {} } as LiveRelease);
  known.kill(0);
  return known;
}

describe('Quarantine', () => {
  it('place(known, now) starts an executor at the first call, and gives it once it is idle', () => {
    const { quarantine, started } = setUp(1);
    const known = guilty();
    assert.equal(quarantine.place(known, 0), undefined);
    assert.equal(started.length, 1);
    const [own] = started as [Apart];
    own.idle = true;
    assert.equal(quarantine.place(known, 1), own as never);
    own.idle = false;
    assert.equal(quarantine.place(known, 2), undefined);
    assert.equal(started.length, 1);
  });

  it('each release has one of its own as far as there may be so many; then they share', () => {
    const { quarantine, started } = setUp(2);
    const [a, b, c, d] = [guilty(), guilty(), guilty(), guilty()];
    for (const known of [a, b, c, d]) quarantine.place(known, 0);
    for (const one of started) one.idle = true;
    assert.equal(started.length, 2);
    const [first, second] = started as [Apart, Apart];
    assert.deepEqual(
      [a, b, c, d].map((known) => quarantine.place(known, 1) as unknown),
      [first, second, first, second],
    );
  });

  it('one that is lost is started anew, but not at once', () => {
    const { quarantine, started } = setUp(1);
    const known = guilty();
    quarantine.place(known, 0);
    quarantine.lost(started[0] as never);
    quarantine.place(known, 500);
    assert.equal(started.length, 1);
    quarantine.place(known, 501);
    assert.equal(started.length, 2);
  });

  it('sweep(now) ends what nobody has needed for ten seconds, once its calls are over', () => {
    const { quarantine, started, dismissed } = setUp(1);
    const known = guilty();
    quarantine.place(known, 0);
    const [own] = started as [Apart];
    quarantine.sweep(60_000);
    assert.deepEqual(dismissed, []);
    known.forgive();
    own.calls = 1;
    quarantine.sweep(60_000);
    assert.deepEqual(dismissed, []);
    own.calls = 0;
    quarantine.sweep(9_999);
    assert.deepEqual(dismissed, []);
    quarantine.sweep(10_000);
    assert.deepEqual(dismissed, [own]);
  });

  it('a release that is over keeps nothing', () => {
    const { quarantine, started, dismissed } = setUp(1);
    const known = guilty();
    quarantine.place(known, 0);
    known.isOver = true;
    quarantine.sweep(10_000);
    assert.deepEqual(dismissed, started);
  });
});
