/**
 * The executors of releases that are quarantined: each has one of its own, as far as there may be so many; others share.
 * They are started when they are needed, have a low priority, and end when nobody needs them.
 */

import type { ExecutorProcess } from './executor-process.ts';
import type { KnownRelease } from './known-release.ts';
import type { Supervisor } from './supervisor.ts';

/** One whose release is well again, or refused, is kept for so long. */
const keptMs = 10_000;
/** One that dies while it starts is not started again before. */
const restartMs = 500;

interface Ward {
  executor: ExecutorProcess | undefined;
  startedAt: number;
  neededAt: number;
  readonly releases: Set<KnownRelease>;
}

export class Quarantine {
  readonly #supervisor: Pick<Supervisor, 'startApart' | 'dismiss'>;
  readonly #most: number;
  readonly #wards: Ward[] = [];

  /** @param most executors that there may be at once */
  constructor(supervisor: Pick<Supervisor, 'startApart' | 'dismiss'>, most: number) {
    this.#supervisor = supervisor;
    this.#most = most;
  }

  /** @returns where a call of the release goes; `undefined` where it must wait: its executor starts, or has something to do */
  place(known: KnownRelease, now: number): ExecutorProcess | undefined {
    const ward = this.#wards.find(({ releases }) => releases.has(known)) ?? this.#assign(known, now);
    ward.neededAt = now;
    if (ward.executor === undefined && now - ward.startedAt > restartMs) {
      ward.executor = this.#supervisor.startApart();
      ward.startedAt = now;
    }
    return ward.executor?.idle ? ward.executor : undefined;
  }

  #assign(known: KnownRelease, now: number): Ward {
    let ward: Ward | undefined;
    if (this.#wards.length < this.#most) {
      ward = { executor: undefined, startedAt: Number.NEGATIVE_INFINITY, neededAt: now, releases: new Set() };
      this.#wards.push(ward);
    } else ward = this.#wards.reduce((a, b) => (b.releases.size < a.releases.size ? b : a));
    ward.releases.add(known);
    return ward;
  }

  /** The executor is gone; the next call starts another. */
  lost(executor: ExecutorProcess): void {
    for (const ward of this.#wards) if (ward.executor === executor) ward.executor = undefined;
  }

  /** Ends what nobody has needed for a while. */
  sweep(now: number): void {
    for (const [i, ward] of [...this.#wards.entries()].reverse()) {
      for (const known of ward.releases) if (known.isOver || !known.isApart(now)) ward.releases.delete(known);
      const isNeeded = ward.releases.size > 0 || (ward.executor?.calls ?? 0) > 0 || now - ward.neededAt < keptMs;
      if (isNeeded) continue;
      this.#wards.splice(i, 1);
      if (ward.executor !== undefined) this.#supervisor.dismiss(ward.executor);
    }
  }
}
