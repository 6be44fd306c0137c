/**
 * What one executor was given, beside the calls and releases that it has now: what the host has taken back, or let go of, while the
 * executor may not know of it yet. What it tells of these comes late and is dropped; what it tells of anything else that it has not
 * is not told by our code.
 */

import type { Cost } from '../executor/wire.ts';
import type { LiveRelease } from '../release/release.ts';

/** Releases that were let go of last; of one that was let go of before these, nothing is on its way any more. */
const mostLetGo = 4_096;
/** An executor that owes so many answers is given no more calls. */
const mostGivenUp = 1_024;
/** An executor that has not answered by then never will. */
const givenUpMs = 300_000;

/** A call whose caller was answered before the executor had begun it. */
export interface GivenUp {
  readonly live: LiveRelease;
  readonly at: number;
  /** Told once what it has come to cost all the same. */
  readonly over: (cost: Cost | undefined) => void;
}

export class Handed {
  readonly #givenUp = new Map<number, GivenUp>();
  readonly #letGo = new Set<number>();
  /** By release's key: of how many loads a snapshot is to be told. */
  readonly #snapshots = new Map<number, number>();
  /** Releases that are being brought since it has said that it needs them. */
  readonly #needed = new Set<number>();
  #chargedUs = 0;

  /** @param now monotonic clock, in ms */
  giveUp(id: number, live: LiveRelease, now: number, over: GivenUp['over']): void {
    this.#givenUp.set(id, { live, at: now, over });
  }

  givenUp(id: number): GivenUp | undefined {
    return this.#givenUp.get(id);
  }

  get hasRoom(): boolean {
    return this.#givenUp.size < mostGivenUp;
  }

  /** The executor has answered. */
  answered(id: number, cost: Cost): void {
    const call = this.#givenUp.get(id);
    this.#givenUp.delete(id);
    call?.over(cost);
  }

  /** Nobody waits any longer for what the executor does not answer. To be called now and then. */
  sweep(now: number): void {
    for (const [id, call] of this.#givenUp) {
      if (now - call.at < givenUpMs) return;
      this.#givenUp.delete(id);
      call.over(undefined);
    }
  }

  /** The executor is gone. @param costOf what it is known to have spent on a call */
  lost(costOf: (id: number, call: GivenUp) => Cost | undefined): void {
    for (const [id, call] of this.#givenUp) call.over(costOf(id, call));
    this.#givenUp.clear();
  }

  /** It has not got the release any more, or was told to drop it. */
  letGo(key: number): void {
    this.#snapshots.delete(key);
    // Anew at the end.
    this.#letGo.delete(key);
    this.#letGo.add(key);
    if (this.#letGo.size > mostLetGo) this.#letGo.delete(this.#letGo.values().next().value as number);
  }

  hasLetGo(key: number): boolean {
    return this.#letGo.has(key);
  }

  /** It is to tell the snapshot that it makes of the release. */
  asksForSnapshot(key: number): void {
    this.#snapshots.set(key, (this.#snapshots.get(key) ?? 0) + 1);
  }

  /** It tells one. @returns whether it was asked to */
  takeSnapshot(key: number): boolean {
    const asked = this.#snapshots.get(key) ?? 0;
    if (asked > 1) this.#snapshots.set(key, asked - 1);
    else this.#snapshots.delete(key);
    return asked > 0;
  }

  /** It needs a release. @returns whether that is not being brought already */
  needs(key: number): boolean {
    if (this.#needed.has(key)) return false;
    this.#needed.add(key);
    return true;
  }

  /** What it needed was sent to it, or cannot be. */
  brought(key: number): void {
    this.#needed.delete(key);
  }

  /** What its calls have cost up to now. */
  get chargedUs(): number {
    return this.#chargedUs;
  }

  /** A call is over. */
  charge(cpuUs: number): void {
    this.#chargedUs += cpuUs;
  }
}
