/** The calls that an executor was given and has not begun, and what they are expected to take. */

/** How much expected work an executor is given ahead of what it runs: enough to bridge a turn of the host's event loop. */
const mostUs = 4_000;
const mostCalls = 64;

export class Backlog {
  /** By the call's number, what it is expected to take. */
  readonly #calls = new Map<number, number>();
  #expectedUs = 0;

  get size(): number {
    return this.#calls.size;
  }

  get expectedUs(): number {
    return this.#expectedUs;
  }

  calls(): Iterable<number> {
    return this.#calls.keys();
  }

  /** One call may always wait behind the running one, however long calls like it take. */
  get hasRoom(): boolean {
    const { size } = this.#calls;
    return size === 0 || (size < mostCalls && this.#expectedUs < mostUs);
  }

  add(call: number, expectedUs: number): void {
    this.#calls.set(call, expectedUs);
    this.#expectedUs += expectedUs;
  }

  /** @returns whether the call was in it */
  delete(call: number): boolean {
    const expected = this.#calls.get(call);
    if (expected === undefined) return false;
    this.#calls.delete(call);
    // Set anew whenever it is empty, so that rounding does not add up.
    this.#expectedUs = this.#calls.size === 0 ? 0 : this.#expectedUs - expected;
    return true;
  }
}
