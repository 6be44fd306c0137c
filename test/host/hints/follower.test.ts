import assert from 'node:assert/strict';
import { type Bounds, Follower } from '../../../host/hints/follower.ts';
import type { Reading } from '../../../host/hints/reading.ts';
import { quietLog } from '../doubles.ts';

const hint = (wanted: number): Reading => ({
  ...{ kind: 'known', wanted, present: undefined, reason: '', demandCores: 0, cpuCores: 0, concurrency: 0, callsPerSecond: 0, waitUs: 0 },
});

class Followed {
  hints: Record<string, Reading> = { standard: hint(3) };
  bounds: Record<string, Bounds> = { standard: { min: 2, max: 4 } };
  readonly resized: [string, number][] = [];
  broken: 'no' | 'at once' | 'later' = 'no';
  #tick: (() => void) | undefined;
  readonly follower = new Follower({
    hints: {
      lanes: () => Object.keys(this.hints),
      lane: (lane) => this.hints[lane],
      onTick: (listener) => {
        this.#tick = listener;
        return () => {
          this.#tick = undefined;
        };
      },
    },
    bounds: (lane) => this.bounds[lane],
    resize: (lane, executors) => {
      if (this.broken === 'at once') throw new Error('no');
      if (this.broken === 'later') return Promise.reject(new Error('no'));
      this.resized.push([lane, executors]);
      return undefined;
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

  it('leaves a lane alone of which nothing is known, or that has no bounds', () => {
    const followed = new Followed();
    followed.hints = { standard: { kind: 'unknown', reason: 'why' }, batch: hint(2) };
    followed.tick();
    assert.deepEqual(followed.resized, []);
  });

  for (const broken of ['at once', 'later'] as const) {
    it(`tries again at the next tick what has failed ${broken}`, async () => {
      const followed = new Followed();
      followed.broken = broken;
      followed.tick(3);
      await Promise.resolve();
      followed.broken = 'no';
      followed.tick();
      assert.deepEqual(followed.resized, [['standard', 3]]);
    });
  }

  it('does nothing once it is closed', () => {
    const followed = new Followed();
    followed.follower.close();
    followed.tick(3);
    assert.deepEqual(followed.resized, []);
  });
});
