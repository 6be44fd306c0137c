/** What CPU time a process's main thread has had, and whether it would run, from outside. */

import { readFileSync } from 'node:fs';

/** In ms, since the process began; undefined where the machine does not tell (proc(5): `/proc/<pid>/schedstat`). */
export function threadCpuMs(pid: number | undefined): number | undefined {
  try {
    const ns = Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ', 1)[0]);
    return Number.isFinite(ns) && ns > 0 ? ns / 1_000_000 : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it runs or would, if it were given a processor; false where the machine does not tell (proc(5): the state in `/proc/<pid>/stat`). */
export function isRunnable(pid: number | undefined): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name may hold anything: the fields count from its end.
    return text.startsWith('R', text.lastIndexOf(')') + 2);
  } catch {
    return false;
  }
}
