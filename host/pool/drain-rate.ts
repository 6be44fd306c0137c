/**
 * How fast the calls of a release are taken from where they wait: what a call takes says little of it where others want the
 * machine, too. It is kept as what one executor does, since there may be more or fewer of them the next moment.
 */

/** Over so long it is counted, where calls wait for so long. */
const windowMs = 100;

export class DrainRate {
  /** Since when calls have waited all the time; `undefined` where none does. */
  #since: number | undefined;
  #taken = 0;
  /** Between two calls, if there were one executor. */
  #loneMs = 0;

  /**
   * Between two calls, while others wait; 0 before any have waited.
   * @param executors how many may run calls of the release at once
   */
  perCallMs(executors: number): number {
    return this.#loneMs / executors;
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
    const loneMs = (took / this.#taken) * executors;
    this.#loneMs = this.#loneMs === 0 ? loneMs : (this.#loneMs + loneMs) / 2;
    if (left > 0) this.#begin(now);
    else this.#since = undefined;
  }

  #begin(now: number): void {
    this.#since = now;
    this.#taken = 0;
  }
}
