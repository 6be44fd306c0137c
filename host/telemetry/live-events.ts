/** What happens in the host, as events for live views: pushes, deployments, rollouts, trips, breakers, executors, budgets, and how it is doing. */

import type { BreakerState } from '../../guards/breaker.ts';
import { isNboxError } from '../../guards/errors.ts';
import type { BudgetEvent } from '../budgets/budget-event.ts';
import type { Clock } from '../clock.ts';
import type { LossCause } from '../pool/pool-watch.ts';
import type { Deployed } from '../release/deployed.ts';
import type { AroundPush } from '../release/push.ts';
import { type LiveRelease, named } from '../release/release.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { EventHub } from './event-hub.ts';

export const eventTypes = ['push', 'deployment', 'removal', 'rollout', 'trip', 'breaker', 'executor_lost', 'budget', 'overview'] as const;

export interface LiveEventsParts {
  readonly hub: EventHub;
  readonly now: Clock['now'];
  readonly breaker: (live: LiveRelease) => { readonly state: BreakerState };
  /** How things are now. */
  readonly overview: () => object;
}

const tickMs = 1_000;
/** Of so many releases trips are told, and breakers followed, at once. */
const mostFollowed = 1_000;

export class LiveEvents {
  readonly #parts: LiveEventsParts;
  /** Trips since the last tick: a plugin may trip guards a thousand times a second, and is told of once. */
  readonly #trips = new Map<LiveRelease, number>();
  /** Breakers that are not closed, as they were last told. */
  readonly #followed = new Map<LiveRelease, BreakerState>();
  readonly #timer: NodeJS.Timeout;
  #isOpen = false;

  constructor(parts: LiveEventsParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.tick(), tickMs).unref();
  }

  /** From here on: what is restored at the start is no news. */
  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#parts.hub.close();
  }

  readonly around: AroundPush = async (requests, push) => {
    try {
      const published = await push();
      for (const { plugin, release, deployment, created, timings } of published) {
        this.#emit('push', { plugin, release: release.number, deployment, created, totalMs: timings.totalMs });
      }
      return published;
    } catch (error) {
      const code = isNboxError(error) ? error.code : 'internal_error';
      for (const { plugin } of requests) this.#emit('push', { plugin, code });
      throw error;
    }
  };

  swapped({ main, number, shares }: Deployed): void {
    const releases = shares.map(({ live, percentage }) => ({ number: live.release.number, percentage }));
    this.#emit('deployment', { plugin: main.release.plugin, deployment: number, releases });
  }

  removed(plugin: string): void {
    this.#emit('removal', { plugin });
  }

  decided({ plugin, number, release, state, decisions }: Rollout): void {
    const { kind, percentage, reason } = decisions.at(-1) ?? {};
    this.#emit('rollout', { plugin, rollout: number, release, state, decision: kind, percentage, reason });
  }

  lost(lane: string, executor: number, cause: LossCause): void {
    this.#emit('executor_lost', { lane, executor, cause });
  }

  /** Once a window for each limit and kind, so that it needs no bound here. */
  budget({ kind, scope, metric, window, mode, limit, used }: BudgetEvent): void {
    this.#emit('budget', { kind, scope, metric, window, mode, limit, used });
  }

  tripped(live: LiveRelease): void {
    const before = this.#trips.get(live);
    if (before !== undefined || this.#trips.size < mostFollowed) this.#trips.set(live, (before ?? 0) + 1);
  }

  /** Once a second. */
  tick(): void {
    const { hub, breaker, overview } = this.#parts;
    // First of all: what is written below is on its way for a moment, and would look as if nobody read it.
    hub.beat();
    for (const [live, trips] of this.#trips) {
      this.#emit('trip', { ...named(live.release), trips });
      if (!this.#followed.has(live) && this.#followed.size < mostFollowed) this.#followed.set(live, 'closed');
    }
    this.#trips.clear();
    for (const [live, before] of this.#followed) {
      const state = live.state === 'live' ? breaker(live).state : 'closed';
      if (state !== before) this.#emit('breaker', { ...named(live.release), state, before });
      if (state === 'closed') this.#followed.delete(live);
      else this.#followed.set(live, state);
    }
    hub.show('overview', overview);
  }

  #emit(type: (typeof eventTypes)[number], data: object): void {
    if (this.#isOpen) this.#parts.hub.emit(type, { at: this.#parts.now(), ...data });
  }
}
