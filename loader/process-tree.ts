/** Which processes descend from one, and how much memory they hold, as Linux tells it under /proc. Elsewhere nothing is known, and nothing is limited. */

import { readdirSync, readFileSync } from 'node:fs';

/** 0 where the system does not tell, or the process is gone. */
export function residentBytes(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

/** Of a process and all that descend from it: three files for a builder, where a look at the whole system is hundreds. */
export function treeResidentBytes(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + residentBytes(one), 0);
}

/** The process and all that descend from it. */
export function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

function childrenOf(pid: number): number[] {
  try {
    // Children are listed with the thread that made them.
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
