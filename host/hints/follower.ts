/** Has the lanes follow their hints: after each tick, each gets the executors that are wanted, within its bounds. What is not known changes nothing. */

import type { Logger } from '../log.ts';
import { within } from '../pool/executor-count.ts';
import type { ResizableLanes } from '../pool/resizable.ts';
import type { HintReader } from './reading.ts';

export interface FollowerParts {
  readonly hints: Pick<HintReader, 'lane' | 'onTick'>;
  readonly lanes: ResizableLanes;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

export class Follower {
  readonly #parts: FollowerParts;
  /** What each lane was given last: who sets another number by hand has that until the hint is another one. */
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
    const { hints, lanes, log } = this.#parts;
    for (const [lane, { count, least, most }] of lanes.sizes()) {
      const hint = hints.lane(lane);
      // One that is to stay as it is makes no line of the log, either.
      if (least === most || hint === undefined || hint.kind === 'unknown') continue;
      const executors = within(hint.wanted, { first: count, least, most });
      if (this.#given.get(lane) === executors) continue;
      this.#given.set(lane, executors);
      if (executors === count) continue;
      log.info({ lane, executors, reason: hint.reason }, 'a lane is resized');
      try {
        lanes.resize(lane, executors);
      } catch (err) {
        // The next tick tries again; the others are followed all the same.
        this.#given.delete(lane);
        log.error({ err, lane, executors }, 'a lane could not be resized');
      }
    }
  }
}
