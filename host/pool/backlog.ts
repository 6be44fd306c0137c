/** The calls that an executor was given and has not begun, and what they are expected to take. */

/** How much expected work an executor is given ahead of what it runs: enough to bridge a turn of the host's event loop. */
const mostUs = 4_000;
const mostCalls = 64;
/** Where it was full, it has room again when so small a part of that is left: many calls are then looked for at once, and not one at a time. */
const refillShare = 1 / 2;

export class Backlog {
  /** By the call's number, what it is expected to take. */
  readonly #calls = new Map<number, number>();
  #expectedUs = 0;
  #full = false;

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
    return this.#calls.size === 0 || !this.#full;
  }

  add(call: number, expectedUs: number): void {
    this.#calls.set(call, expectedUs);
    this.#expectedUs += expectedUs;
    if (this.#calls.size >= mostCalls || this.#expectedUs >= mostUs) this.#full = true;
  }

  /** @returns whether the call was in it */
  delete(call: number): boolean {
    const expected = this.#calls.get(call);
    if (expected === undefined) return false;
    this.#calls.delete(call);
    // Set anew whenever it is empty, so that rounding does not add up.
    this.#expectedUs = this.#calls.size === 0 ? 0 : this.#expectedUs - expected;
    if (this.#calls.size <= mostCalls * refillShare && this.#expectedUs <= mostUs * refillShare) this.#full = false;
    return true;
  }
}
