/**
 * Refuses, for growing times, what has killed executors again and again: each kill costs everybody. A release that did
 * so seldom is not touched; one that goes on after a refusal is refused for twice as long.
 */

/** This many kills within this time open the breaker. */
const mostKills = 3;
const windowMs = 10_000;
/** The first refusal, doubled by each that follows; forgotten after a long time without a kill. */
const firstRefusalMs = 1_000;
const longestRefusalMs = 60_000;
const forgetMs = 120_000;

/** All times are of one monotonic clock, in ms. */
export class Breaker {
  #kills: number[] = [];
  #refusals = 0;
  #openUntil = Number.NEGATIVE_INFINITY;
  #lastKill = Number.NEGATIVE_INFINITY;

  /** What it guards has killed an executor. @returns whether it is refused from now on */
  kill(now: number): boolean {
    if (now - this.#lastKill > forgetMs) this.#refusals = 0;
    this.#lastKill = now;
    this.#kills = [...this.#kills.filter((at) => now - at < windowMs), now];
    // After a refusal it is on probation: one more kill is enough.
    if (this.#refusals === 0 ? this.#kills.length < mostKills : now < this.#openUntil) return now < this.#openUntil;
    this.#openUntil = now + Math.min(longestRefusalMs, firstRefusalMs * 2 ** this.#refusals);
    this.#refusals += 1;
    return true;
  }

  /** For how long calls are refused yet; 0 where they are taken. */
  refusedForMs(now: number): number {
    return Math.max(0, this.#openUntil - now);
  }
}
