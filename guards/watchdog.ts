/**
 * The last guard: decides from outside whether an executor hangs in native code that never polls, or has stopped. It sees only
 * when the executor said that it entered the guest, for how long it might stay, what CPU time its process has had since, and how
 * long it has said nothing.
 */

import { hardAfterMs } from './deadline.ts';

/** What an executor may take beyond the hard deadline before it is killed: start-up hiccups and a busy machine, not a hang. */
export const watchdogGraceMs = 250;
/** An executor that the machine gives no time is left alone for so many times as long. */
const patience = 5;

/** An executor that owes an answer, runs no guest, and says nothing for this long is stopped or broken. */
export const mostSilentMs = 2_000;
/** What an executor's own code may take of CPU time between two things that it says. */
const mostOwnCpuMs = 200;

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

/** What the system says of a process that says nothing itself. */
export interface Silence {
  /** Whether it would run if it were given a processor: one that is stopped, or waits for something, would not. */
  readonly isRunnable: boolean;
  /** Its CPU time since it was first seen to be silent; undefined where the machine does not tell. */
  readonly cpuMs: number | undefined;
}

/** Whether an executor that owes an answer will not give it, by how long it has said nothing. @param look asked for only where that is long */
export function isStopped(silentMs: number, look: () => Silence): boolean {
  if (silentMs <= mostSilentMs) return false;
  if (silentMs > mostSilentMs * patience) return true;
  const { isRunnable, cpuMs } = look();
  return !isRunnable || cpuMs === undefined || cpuMs > mostOwnCpuMs;
}
