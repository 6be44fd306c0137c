import assert from 'node:assert/strict';
import { Follower } from '../../../host/hints/follower.ts';
import type { Reading } from '../../../host/hints/reading.ts';
import type { PoolSize } from '../../../host/pool/pool.ts';
import { quietLog } from '../doubles.ts';

const hint = (wanted: number): Reading => ({
  ...{ kind: 'known', wanted, load: wanted, present: undefined, reason: '' },
  ...{ demandCores: 0, cpuCores: 0, concurrency: 0, callsPerSecond: 0, waitUs: 0 },
});

class Followed {
  hints: Record<string, Reading> = { standard: hint(3) };
  sizes: Record<string, PoolSize> = { standard: { count: 2, least: 2, most: 4 } };
  readonly resized: [string, number][] = [];
  broken: string | undefined;
  #tick: (() => void) | undefined;
  readonly follower = new Follower({
    hints: {
      lane: (lane) => this.hints[lane],
      onTick: (listener) => {
        this.#tick = listener;
        return () => {
          this.#tick = undefined;
        };
      },
    },
    lanes: {
      sizes: () => new Map(Object.entries(this.sizes)),
      resize: (lane, count) => {
        if (lane === this.broken) throw new Error('no');
        this.resized.push([lane, count]);
        this.sizes = { ...this.sizes, [lane]: { ...(this.sizes[lane] as PoolSize), count } };
        return count;
      },
    },
    log: quietLog,
  });

  tick(wanted?: number): void {
    if (wanted !== undefined) this.hints = { ...this.hints, standard: hint(wanted) };
    this.#tick?.();
  }
}

describe('Follower', () => {
  it('resizes a lane to what is wanted, within its bounds, and once for each change', () => {
    const followed = new Followed();
    for (const wanted of [3, 3, 9, 1, 0, 3]) followed.tick(wanted);
    assert.deepEqual(
      followed.resized.map(([, executors]) => executors),
      [3, 4, 2, 3],
    );
  });

  it('leaves a lane as it was set by hand until the hint is another one', () => {
    const followed = new Followed();
    followed.tick(3);
    followed.sizes = { standard: { count: 4, least: 2, most: 4 } };
    followed.tick(3);
    assert.deepEqual(followed.resized, [['standard', 3]]);
    followed.tick(2);
    assert.deepEqual(followed.resized.at(-1), ['standard', 2]);
  });

  it('leaves a lane alone of which nothing is known, or that may have no other number', () => {
    const followed = new Followed();
    followed.sizes = { ...followed.sizes, batch: { count: 2, least: 2, most: 2 }, other: { count: 1, least: 1, most: 4 } };
    followed.hints = { standard: { kind: 'unknown', reason: 'why' }, batch: hint(4) };
    followed.tick();
    assert.deepEqual(followed.resized, []);
  });

  it('tries again at the next tick what has failed, and follows the others meanwhile', () => {
    const followed = new Followed();
    followed.sizes = { ...followed.sizes, batch: { count: 1, least: 1, most: 4 } };
    followed.hints = { ...followed.hints, batch: hint(2) };
    followed.broken = 'standard';
    followed.tick();
    assert.deepEqual(followed.resized, [['batch', 2]]);
    followed.broken = undefined;
    followed.tick();
    assert.deepEqual(followed.resized, [
      ['batch', 2],
      ['standard', 3],
    ]);
  });

  it('does nothing once it is closed', () => {
    const followed = new Followed();
    followed.follower.close();
    followed.tick(3);
    assert.deepEqual(followed.resized, []);
  });
});
