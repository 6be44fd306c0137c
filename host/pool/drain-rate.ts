/**
 * How fast the calls of a release are taken from where they wait: what a call takes says little of it where others want the
 * machine, too. It is kept as what one executor does, since there may be more or fewer of them the next moment.
 */

/** Over so long it is counted, where calls wait for so long. */
const windowMs = 100;
/** What was seen is believed for so long, or for as long as a few calls then took: a plugin's first sandbox is no measure of its later calls. */
const believedMs = 1_000;
const believedCalls = 4;

export class DrainRate {
  /** Since when calls have waited all the time; `undefined` where none does. */
  #since: number | undefined;
  #taken = 0;
  /** Between two calls, if there were one executor: in the last time that was counted, and the one before it. */
  #lastMs = 0;
  #beforeMs = 0;
  #seenAt = Number.NEGATIVE_INFINITY;

  /**
   * Between two calls, while others wait; 0 where none have waited lately. The less of the last two times: in a single one the machine may
   * have stopped, and how long the first has waited tells what is slow from now on.
   * @param executors how many may run calls of the release at once
   * @param now milliseconds of the clock of `taken`
   */
  perCallMs(executors: number, now: number): number {
    return this.#isOld(now) ? 0 : Math.min(this.#lastMs, this.#beforeMs) / executors;
  }

  /**
   * A call was taken.
   * @param left how many still wait
   * @param now milliseconds of any clock
   * @param executors how many may run calls of the release at once
   */
  taken(left: number, now: number, executors: number): void {
    if (this.#since === undefined) {
      if (left > 0) this.#begin(now);
      return;
    }
    this.#taken += 1;
    const took = now - this.#since;
    // Where none waits any more, that alone tells that it is not slow.
    if (left > 0 && took < windowMs) return;
    this.#beforeMs = this.#isOld(now) ? 0 : this.#lastMs;
    this.#lastMs = (took / this.#taken) * executors;
    this.#seenAt = now;
    if (left > 0) this.#begin(now);
    else this.#since = undefined;
  }

  #isOld(now: number): boolean {
    return now - this.#seenAt > Math.max(believedMs, believedCalls * this.#lastMs);
  }

  #begin(now: number): void {
    this.#since = now;
    this.#taken = 0;
  }
}
