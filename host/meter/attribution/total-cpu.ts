/** What all processes together have used between two looks, those that have ended in between included. */

export class TotalCpu {
  #last: ReadonlyMap<number, number> = new Map();
  #lastReapedUs = 0;
  /** Of a process that has ended, what it had used may be missing in one look and be there in the next. */
  #owedUs = 0;

  /**
   * @param cpuUs by pid, since each began, of those that there are
   * @param reapedUs of all that have ended; undefined where the system does not tell: what they used after the last look is lost then
   * @returns since the look before, never below 0; at the first one all that there was
   */
  since(cpuUs: ReadonlyMap<number, number>, reapedUs: number | undefined): number {
    let sumUs = this.#owedUs;
    for (const [pid, us] of cpuUs) {
      const before = this.#last.get(pid) ?? 0;
      // Another process has got the number of one that is gone.
      sumUs += us >= before ? us - before : us;
    }
    if (reapedUs !== undefined) {
      sumUs += reapedUs - this.#lastReapedUs;
      for (const [pid, us] of this.#last) if (!cpuUs.has(pid)) sumUs -= us;
      this.#lastReapedUs = reapedUs;
    }
    this.#last = cpuUs;
    this.#owedUs = Math.min(0, sumUs);
    return Math.max(0, sumUs);
  }
}
