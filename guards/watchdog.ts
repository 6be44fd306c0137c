/**
 * The last guard: decides from outside whether an executor hangs in native code that never polls. It sees only when the
 * executor said that it entered the guest, and for how long it might stay.
 */

import { hardAfterMs } from './deadline.ts';

/** What an executor may take beyond the hard deadline before it is killed: start-up hiccups and a busy machine, not a hang. */
export const watchdogGraceMs = 250;

/** One stay in the guest: from the moment that the executor announced it. */
export interface Stay {
  readonly enteredAt: number;
  /** CPU or start-up time that the guest may use in this stay. */
  readonly budgetMs: number;
}

/** Whether the stay is over every bound. `now` and `enteredAt` are of the same monotonic clock, in ms. */
export function hangs(stay: Stay, now: number): boolean {
  return now - stay.enteredAt > stay.budgetMs + hardAfterMs + watchdogGraceMs;
}
