/** The CPU time of child processes that have ended, as far as nobody has accounted for it. */

export class ReapedTime {
  readonly #read: () => number | undefined;
  #lastUs: number;
  #unclaimedUs = 0;

  /** @param read CPU time of all children that have ended since this process began; undefined where the system does not tell */
  constructor(read: () => number | undefined) {
    this.#read = read;
    this.#lastUs = read() ?? 0;
  }

  /**
   * One has just ended.
   * @param knownUs what of its time is accounted for already
   * @returns the rest of it; of several that have ended together, the first may get what is another's: so whoever claims
   * takes no more than that can be, and gives the rest back
   */
  claim(knownUs: number, mostUs: number): number {
    const now = this.#read();
    if (now === undefined) return 0;
    this.#unclaimedUs += Math.max(0, now - this.#lastUs);
    this.#lastUs = now;
    const restUs = Math.max(0, Math.min(this.#unclaimedUs - knownUs, mostUs));
    this.#unclaimedUs = Math.max(0, this.#unclaimedUs - knownUs - restUs);
    return restUs;
  }
}
