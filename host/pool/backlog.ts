/** The calls that an executor was given and has not begun, and what they are expected to take. */

import { CallTable } from '../call-table.ts';

/** How much expected work an executor is given ahead of what it runs: enough to bridge a turn of the host's event loop. */
const mostUs = 4_000;
const mostCalls = 64;
/** Where it was full, it has room again when so small a part of that is left: many calls are then looked for at once, and not one at a time. */
const refillShare = 1 / 2;

/** Whether calls of a release are known to be short, known to be long, or were never seen. */
export type Weight = 'light' | 'unknown' | 'costly';

interface Given {
  readonly expectedUs: number;
  readonly weight: Weight;
}

export class Backlog {
  readonly #calls = new CallTable<Given>();
  #expectedUs = 0;
  readonly #counts: Record<Weight, number> = { light: 0, unknown: 0, costly: 0 };
  #full = false;

  get size(): number {
    return this.#calls.size;
  }

  get expectedUs(): number {
    return this.#expectedUs;
  }

  /** How many calls of this weight are in it. */
  count(weight: Weight): number {
    return this.#counts[weight];
  }

  /** As they are now. */
  calls(): readonly number[] {
    return this.#calls.ids();
  }

  /** One call may always wait behind the running one, however long calls like it take. */
  get hasRoom(): boolean {
    return this.#calls.size === 0 || !this.#full;
  }

  add(call: number, expectedUs: number, weight: Weight = 'light'): void {
    this.#calls.set(call, { expectedUs, weight });
    this.#expectedUs += expectedUs;
    this.#counts[weight] += 1;
    if (this.#calls.size >= mostCalls || this.#expectedUs >= mostUs) this.#full = true;
  }

  /** @returns whether the call was in it */
  delete(call: number): boolean {
    const given = this.#calls.get(call);
    if (given === undefined) return false;
    this.#calls.delete(call);
    this.#counts[given.weight] -= 1;
    // Set anew whenever it is empty, so that rounding does not add up.
    this.#expectedUs = this.#calls.size === 0 ? 0 : this.#expectedUs - given.expectedUs;
    if (this.#calls.size <= mostCalls * refillShare && this.#expectedUs <= mostUs * refillShare) this.#full = false;
    return true;
  }
}
