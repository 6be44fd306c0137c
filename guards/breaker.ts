/**
 * What becomes of a release whose calls trip guards again and again: it is slowed, then it runs apart from all others, then
 * it is refused for growing times, and after each refusal it is tried with one call at a time. One that trips seldom, or
 * in few of its calls, is not touched. All times are of one monotonic clock, in ms.
 */

/**
 * - `closed`: nothing is held against it.
 * - `slowed`: few calls at a time, and a pause after each trip, which grow.
 * - `quarantined`: one call at a time, with such pauses, in an executor in which nothing else runs.
 * - `refused`: no call at all for a while.
 * - `probing`: after that, as quarantined; the next trip refuses it for longer, a few calls that end well close the breaker.
 */
export type BreakerState = 'closed' | 'slowed' | 'quarantined' | 'refused' | 'probing';

/** What is told of a breaker. */
export interface BreakerView {
  readonly state: BreakerState;
  /** Guards that have tripped in the last 10 s, and calls that ended well since the first of these. */
  readonly trips: number;
  readonly successes: number;
  /** Executors that were killed for its fault in the last 10 s. */
  readonly kills: number;
  /** Refusals since it was last well for long. */
  readonly refusals: number;
  /** For how long calls are refused yet; 0 where they are taken. */
  readonly refusedForMs: number;
}

/** What happened is remembered for so long. */
const windowMs = 10_000;
/** So many trips in that time, as many as there were calls that ended well since the first of them, are one step further. */
const mostTrips = 3;
/** So many kills in that time are a refusal, whatever else there was: each costs everybody. */
const mostKills = 3;
const mostSlowed = 8;
/** The pause after a trip, doubled by each that follows. */
const pauseMs = { first: 20, most: 1_000 };
/** The first refusal, doubled by each that follows; forgotten after a long time without a trip. */
const refusalMs = { first: 1_000, most: 60_000 };
const forgetMs = 120_000;
/** So many calls in a row that end well, with no trip in the time that is remembered, close it; when it is tried again, so few. */
const enoughSuccesses = 20;
const enoughProbes = 3;

interface Trip {
  readonly at: number;
  /** Calls that had ended well by then. */
  readonly successes: number;
}

export class Breaker {
  #state: BreakerState = 'closed';
  #trips: Trip[] = [];
  #kills: { readonly at: number }[] = [];
  /** In all. */
  #successes = 0;
  #inRow = 0;
  #pauses = 0;
  #startsAt = Number.NEGATIVE_INFINITY;
  #refusals = 0;
  #refusedUntil = Number.NEGATIVE_INFINITY;
  #lastTrip = Number.NEGATIVE_INFINITY;
  #wasWell: boolean;

  /** @param wasWell whether any call of the release has ended well yet: one of which none has goes a step further with each trip */
  constructor(wasWell = true) {
    this.#wasWell = wasWell;
  }

  /** A guard has ended a call of it. @returns whether it is refused from now on */
  trip(now: number): boolean {
    this.#note(now);
    forgetOld(this.#trips, now);
    this.#trips.push({ at: now, successes: this.#successes });
    if (this.#state === 'refused') return this.refusedForMs(now) > 0;
    if (this.#state === 'probing') return this.#refuse(now);
    if (this.#state !== 'closed') this.#pause(now);
    const most = this.#wasWell || this.#state === 'quarantined' ? mostTrips : 1;
    if (this.#trips.length < most || this.#trips.length < this.#recentSuccesses) return false;
    return this.#further(now);
  }

  /** It has killed an executor. @returns whether it is refused from now on */
  kill(now: number): boolean {
    this.#note(now);
    forgetOld(this.#kills, now);
    this.#kills.push({ at: now });
    if (this.#state === 'refused') return this.refusedForMs(now) > 0;
    if (this.#state === 'probing' || this.#kills.length >= mostKills) return this.#refuse(now);
    // The next one must not take others' calls with it.
    if (this.#state !== 'quarantined') this.#enter('quarantined');
    this.#pause(now);
    return false;
  }

  /** A call of it has ended well. */
  success(now: number): void {
    this.#wasWell = true;
    this.#successes += 1;
    if (this.#state === 'closed') return;
    this.#inRow += 1;
    this.#pauses = Math.max(0, this.#pauses - 1);
    if (this.#state === 'probing' ? this.#inRow >= enoughProbes : this.#inRow >= enoughSuccesses && now - this.#lastTrip > windowMs) {
      this.#enter('closed');
    }
  }

  /** As it is now: a refusal may have ended. */
  state(now: number): BreakerState {
    if (this.#state === 'refused' && now >= this.#refusedUntil) this.#enter('probing');
    return this.#state;
  }

  isSlowed(now: number): boolean {
    return this.state(now) !== 'closed';
  }

  /** Of its calls so many may have begun. Where it is slowed, not one alone: those that wait for something else burn nothing. */
  mostAtOnce(now: number): number {
    const state = this.state(now);
    return state === 'closed' ? Number.POSITIVE_INFINITY : state === 'slowed' ? mostSlowed : 1;
  }

  /** Whether it runs in an executor in which nothing else does. */
  isApart(now: number): boolean {
    const state = this.state(now);
    return state === 'quarantined' || state === 'probing';
  }

  /** Whether a call may start now, as far as time goes. */
  mayStart(now: number): boolean {
    return this.refusedForMs(now) === 0 && now >= this.#startsAt;
  }

  /** For how long calls are refused yet; 0 where they are taken. */
  refusedForMs(now: number): number {
    return this.state(now) === 'refused' ? this.#refusedUntil - now : 0;
  }

  view(now: number): BreakerView {
    const state = this.state(now);
    forgetOld(this.#trips, now);
    forgetOld(this.#kills, now);
    return {
      state,
      ...{ trips: this.#trips.length, successes: this.#recentSuccesses, kills: this.#kills.length },
      ...{ refusals: this.#refusals, refusedForMs: Math.ceil(this.refusedForMs(now)) },
    };
  }

  /** Those of before do not count: one that was well a thousand times a second and hangs now would go on hanging for seconds. */
  get #recentSuccesses(): number {
    return this.#successes - (this.#trips[0]?.successes ?? this.#successes);
  }

  #note(now: number): void {
    if (now - this.#lastTrip > forgetMs) this.#refusals = 0;
    this.#lastTrip = now;
    this.#inRow = 0;
  }

  #pause(now: number): void {
    this.#startsAt = now + Math.min(pauseMs.most, pauseMs.first * 2 ** this.#pauses);
    this.#pauses += 1;
  }

  #further(now: number): boolean {
    if (this.#state === 'quarantined') return this.#refuse(now);
    this.#enter(this.#state === 'closed' ? 'slowed' : 'quarantined');
    this.#pause(now);
    return false;
  }

  #refuse(now: number): true {
    this.#enter('refused');
    this.#refusedUntil = now + Math.min(refusalMs.most, refusalMs.first * 2 ** this.#refusals);
    this.#refusals += 1;
    return true;
  }

  /** What has led here is not counted against it once more. */
  #enter(state: BreakerState): void {
    this.#state = state;
    this.#trips = [];
    this.#inRow = 0;
    if (state === 'refused' || state === 'closed') this.#kills = [];
    if (state !== 'slowed' && state !== 'quarantined') {
      this.#pauses = 0;
      this.#startsAt = Number.NEGATIVE_INFINITY;
    }
  }
}

/** @param events the oldest first */
function forgetOld(events: { readonly at: number }[], now: number): void {
  while (events[0] !== undefined && now - events[0].at >= windowMs) events.shift();
}
