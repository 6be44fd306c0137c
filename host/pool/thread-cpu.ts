/** What CPU time a process's main thread has had, and whether it would run, from outside. */

import { readFileSync } from 'node:fs';
import { processStat } from '../process-stat.ts';

/** In ms, since the process began; undefined where the machine does not tell (proc(5): `/proc/<pid>/schedstat`). */
export function threadCpuMs(pid: number | undefined): number | undefined {
  try {
    const ns = Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ', 1)[0]);
    return Number.isFinite(ns) && ns > 0 ? ns / 1_000_000 : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it runs or would, if it were given a processor; false where the machine does not tell. */
export function isRunnable(pid: number | undefined): boolean {
  return processStat(pid)?.[0] === 'R';
}
