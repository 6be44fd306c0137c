/**
 * CPU time of evaluating releases' modules that no call was charged for yet. A sandbox is evaluated for the call that waits for it, or,
 * after a guard's trip or a call that had one of its own, for the next one: so the first call that enters a sandbox, or fails for want
 * of one, has cost what was evaluated up to then, in vain too. Else a plugin could compute at its top level at nobody's charge.
 */

/** Releases that were dropped and never called again are forgotten beyond this, the oldest first. */
const mostReleases = 10_000;

export class Uncharged {
  readonly #us = new Map<number, number>();

  add(key: number, cpuUs: number): void {
    if (cpuUs === 0) return;
    this.#us.set(key, (this.#us.get(key) ?? 0) + cpuUs);
    if (this.#us.size > mostReleases) this.#us.delete(this.#us.keys().next().value as number);
  }

  /** @returns what is there, which is charged with that */
  take(key: number): number {
    // Most plugins are evaluated once, when they are pushed.
    if (this.#us.size === 0) return 0;
    const us = this.#us.get(key);
    if (us === undefined) return 0;
    this.#us.delete(key);
    return us;
  }
}
