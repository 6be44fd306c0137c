/** Counts calls of every release as they begin and end. A release that was not called for a while takes nothing. */

import type { Call, Spent } from '../dispatch/dispatch.ts';
import type { Flight } from '../dispatch/flight.ts';
import type { LiveRelease, Release } from '../release/release.ts';
import { NotedCalls } from './noted-calls.ts';
import { Slot } from './slot.ts';

export class Signals implements Flight {
  /** With whose they are, which find them without a search. */
  readonly #slots = new Map<Slot, LiveRelease>();
  readonly #noted = new NotedCalls();
  readonly #laneOf: (release: Release) => string;
  readonly #elapsed: () => number;
  /** When the last tick was. */
  #tickMs: number;

  /** @param elapsed the clock of calls' admission */
  constructor(laneOf: (release: Release) => string, elapsed: () => number) {
    this.#laneOf = laneOf;
    this.#elapsed = elapsed;
    this.#tickMs = elapsed();
  }

  /** How many releases are counted now. */
  get size(): number {
    return this.#slots.size;
  }

  began({ live, admittedAt }: Call): void {
    this.#noted.began(this.#slotOf(live), admittedAt - this.#tickMs);
  }

  ended({ live, admittedAt }: Call, spent: Spent, wallUs: number, isOwnLimit: boolean): void {
    const slot = this.#slotOf(live);
    const at = admittedAt + wallUs / 1_000 - this.#tickMs;
    if (isOwnLimit) this.#noted.turnedAway(slot, at);
    else if (spent.executor === 0 && spent.cpuUs === 0) this.#noted.left(slot, at);
    else this.#noted.ended(slot, at, spent.cpuUs, spent.waitUs);
  }

  /** A call was turned away for want of executors before it was one. */
  refused(live: LiveRelease): void {
    this.#slotOf(live).refused();
  }

  /**
   * What each release's calls came to since the last tick, in its `counted`.
   * @param idleTicks after so many without any call a release is let go of
   */
  take(idleTicks: number, each: (slot: Slot) => void): void {
    // While the times that they were noted with are this tick's.
    this.#noted.count();
    const now = this.#elapsed();
    const tickMs = now - this.#tickMs;
    this.#tickMs = now;
    for (const [slot, live] of this.#slots) {
      slot.take(tickMs);
      if (slot.idleTicks < idleTicks) each(slot);
      else {
        live.hinted = undefined;
        this.#slots.delete(slot);
      }
    }
  }

  #slotOf(live: LiveRelease): Slot {
    return (live.hinted as Slot | undefined) ?? this.#open(live);
  }

  #open(live: LiveRelease): Slot {
    const { release } = live;
    const plugin = release.preview === undefined ? release.plugin : undefined;
    const slot = new Slot(this.#laneOf(release), plugin, live.limits, this.#elapsed() - this.#tickMs);
    live.hinted = slot;
    this.#slots.set(slot, live);
    return slot;
  }
}
