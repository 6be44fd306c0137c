/**
 * The last guard: decides from outside whether an executor hangs in native code that never polls. It sees only when the
 * executor said that it entered the guest, for how long it might stay, and what CPU time its process has had since.
 */

import { hardAfterMs } from './deadline.ts';

/** What an executor may take beyond the hard deadline before it is killed: start-up hiccups and a busy machine, not a hang. */
export const watchdogGraceMs = 250;
/** An executor that the machine gives no time is left alone for so many times as long. */
const patience = 5;

/** One stay in the guest: from the moment that the executor announced it. */
export interface Stay {
  readonly enteredAt: number;
  /** CPU or start-up time that the guest may use in this stay. */
  readonly budgetMs: number;
}

/**
 * Whether the stay is over every bound. `now` and `enteredAt` are of the same monotonic clock, in ms.
 * @param cpuMs the process's CPU time since the stay was first looked at; undefined where the machine does not tell
 */
export function hangs({ enteredAt, budgetMs }: Stay, now: number, cpuMs?: number): boolean {
  const boundMs = budgetMs + hardAfterMs + watchdogGraceMs;
  const stayMs = now - enteredAt;
  if (stayMs <= boundMs) return false;
  // On a busy machine time passes without the guest: what stops at its limit by itself may not have had a chance to.
  return cpuMs === undefined || cpuMs > budgetMs + hardAfterMs || stayMs > boundMs * patience;
}
