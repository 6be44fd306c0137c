/** How far processes of nbox step back behind the others in the machine's own scheduling. */

import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** To the host's own, which is 0 mostly: each step is worth a fifth less of a processor's time where others want it, too (sched(7)). */
export const niceness = Object.freeze({
  /** An executor that was given costly calls. */
  costly: 10,
  /** And all processes that builds and tests of the builder's start. */
  builder: 10,
  /** An executor of what has harmed others. */
  apart: 19,
});

/**
 * All threads that a process has, and those that they will start: on Linux each has a priority of its own, and V8's compile while the
 * first one runs. It cannot be taken back: not every user may. Nothing happens where the process is gone.
 */
export function stepBack(pid: number | undefined, to: number): void {
  if (pid === undefined) return;
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, to);
    } catch {
      // It has ended meanwhile, or this platform has no such thing.
    }
  }
}

/** The first thread first, which may be starting others just now. */
function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [pid];
  }
}
