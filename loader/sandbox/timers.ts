/** The timers that a guest has set, by the call that set them. */

import { ByCall } from './by-call.ts';

/** How many may wait in one sandbox. */
const maxTimers = 1_000;
/** The longest delay that the platform's timers know. */
const maxDelayMs = 2 ** 31 - 1;

interface Timer {
  readonly call: number;
  /** None where it is held. */
  readonly handle: NodeJS.Timeout | undefined;
  readonly delayMs: number;
}

export class Timers extends ByCall<Timer> {
  #nextId = 1;
  readonly #onDue: (call: number, timer: number) => void;

  /** @param onDue enters the guest */
  constructor(onDue: (call: number, timer: number) => void) {
    super(({ handle }) => clearTimeout(handle));
    this.#onDue = onDue;
  }

  /**
   * @param isHeld whether it does not come by itself: the call's owner says when
   * @returns the timer's number, or `undefined` where too many are pending
   */
  set(call: number, delay: number, isHeld = false): number | undefined {
    if (this.size >= maxTimers) return undefined;
    const id = this.#nextId++;
    const delayMs = Math.min(maxDelayMs, Math.max(1, Math.trunc(delay) || 0));
    const handle = isHeld ? undefined : setTimeout(() => this.#onDue(call, id), delayMs);
    this.put(id, { call, handle, delayMs });
    return id;
  }

  /** How long after it was set it is to come. */
  delayOf(id: number): number | undefined {
    return this.get(id)?.delayMs;
  }

  /** As it was when it was made: the guest sees the numbers. */
  reset(): void {
    this.clear();
    this.takeForgotten();
    this.#nextId = 1;
  }
}
