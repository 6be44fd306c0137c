/** The timers that a guest has set, by the call that set them. */

import { ByCall } from './by-call.ts';

/** How many may wait in one sandbox. */
const maxTimers = 1_000;
/** The longest delay that the platform's timers know. */
const maxDelayMs = 2 ** 31 - 1;

interface Timer {
  readonly call: number;
  readonly handle: NodeJS.Timeout;
}

export class Timers extends ByCall<Timer> {
  #nextId = 1;
  readonly #onDue: (call: number, timer: number) => void;

  /** @param onDue enters the guest */
  constructor(onDue: (call: number, timer: number) => void) {
    super(({ handle }) => clearTimeout(handle));
    this.#onDue = onDue;
  }

  /** @returns the timer's number, or `undefined` where too many are pending */
  set(call: number, delayMs: number): number | undefined {
    if (this.size >= maxTimers) return undefined;
    const id = this.#nextId++;
    const handle = setTimeout(
      () => {
        this.delete(id);
        this.#onDue(call, id);
      },
      Math.min(maxDelayMs, Math.max(1, Math.trunc(delayMs) || 0)),
    );
    this.put(id, { call, handle });
    return id;
  }

  /** As it was when it was made: the guest sees the numbers. */
  reset(): void {
    this.clear();
    this.takeForgotten();
    this.#nextId = 1;
  }
}
