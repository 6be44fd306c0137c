/**
 * Time in which the host has run. Where the machine stops it for a while, by a quota, a hypervisor or a lid that is closed, what waits has not
 * waited for want of executors, and nothing says that the next call will.
 */

/** Between two looks at the clock, so much may be a busy event loop: whoever runs for longer is seen to, since each call looks. */
const usualMs = 100;

export class RunningClock {
  #stoppedMs = 0;
  #seenAt: number;

  /** @param now on the clock of `performance.now()`, as all others */
  constructor(now: number) {
    this.#seenAt = now;
  }

  /**
   * To be asked by a timer, too, several times in 100 ms.
   * @returns milliseconds
   */
  at(now: number): number {
    if (now > this.#seenAt) {
      this.#stoppedMs += Math.max(0, now - this.#seenAt - usualMs);
      this.#seenAt = now;
    }
    return now - this.#stoppedMs;
  }
}
