/** Has the lanes follow their hints: after each tick, each gets the executors that are wanted, within its bounds. What is not known changes nothing. */

import type { Logger } from '../log.ts';
import type { HintReader } from './reading.ts';

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export interface FollowerParts {
  readonly hints: Pick<HintReader, 'lanes' | 'lane' | 'onTick'>;
  /** Begins to make it so many; whether that is told of when it is done, or at once, is all the same. */
  readonly resize: (lane: string, executors: number) => void | Promise<void>;
  /** Of the lane; one that has none is left alone. */
  readonly bounds: (lane: string) => Bounds | undefined;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

export class Follower {
  readonly #parts: FollowerParts;
  /** What each lane was given last. */
  readonly #given = new Map<string, number>();
  readonly #stop: () => void;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#stop = parts.hints.onTick(() => this.#follow());
  }

  close(): void {
    this.#stop();
  }

  #follow(): void {
    for (const lane of this.#parts.hints.lanes()) this.#followLane(lane);
  }

  #followLane(lane: string): void {
    const { hints, resize, bounds, log } = this.#parts;
    const within = bounds(lane);
    const hint = hints.lane(lane);
    if (within === undefined || hint === undefined || hint.kind === 'unknown') return;
    const executors = Math.max(within.min, Math.min(within.max, hint.wanted));
    if (this.#given.get(lane) === executors) return;
    this.#given.set(lane, executors);
    const failed = (err: unknown) => {
      // The next tick tries again; the others are followed all the same.
      if (this.#given.get(lane) === executors) this.#given.delete(lane);
      log.error({ err, lane, executors }, 'a lane could not be resized');
    };
    log.info({ lane, executors, reason: hint.reason }, 'a lane is resized');
    try {
      const done = resize(lane, executors);
      if (done !== undefined) done.catch(failed);
    } catch (err) {
      failed(err);
    }
  }
}
