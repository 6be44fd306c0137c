/** How fast the calls of a release are taken from where they wait: what a call takes says little of it where others want the machine, too. */

/** Over so long it is counted, where calls wait for so long. */
const windowMs = 100;

export class DrainRate {
  /** Since when calls have waited all the time; `undefined` where none does. */
  #since: number | undefined;
  #taken = 0;
  #perCallMs = 0;

  /** Between two calls, while others wait; 0 before any have waited. */
  get perCallMs(): number {
    return this.#perCallMs;
  }

  /**
   * A call was taken.
   * @param left how many still wait
   * @param now milliseconds of any clock
   */
  taken(left: number, now: number): void {
    if (this.#since === undefined) {
      if (left > 0) this.#begin(now);
      return;
    }
    this.#taken += 1;
    const took = now - this.#since;
    // Where none waits any more, that alone tells that it is not slow.
    if (left > 0 && took < windowMs) return;
    const perCallMs = took / this.#taken;
    this.#perCallMs = this.#perCallMs === 0 ? perCallMs : (this.#perCallMs + perCallMs) / 2;
    if (left > 0) this.#begin(now);
    else this.#since = undefined;
  }

  #begin(now: number): void {
    this.#since = now;
    this.#taken = 0;
  }
}
