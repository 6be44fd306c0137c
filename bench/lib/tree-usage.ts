/** What a process and all that descend from it have used, those that have ended included, as Linux tells it under /proc. */

import { readFileSync } from 'node:fs';
import { treeOf } from './memory.ts';
import { MissingError } from './missing.ts';

export interface TreeUsage {
  readonly cpuUs: number;
  readonly rssBytes: number;
}

/** The kernel's units are the same on every machine that Node runs on. */
const tickUs = 10_000;

/** @throws MissingError where the system does not tell */
export function treeUsage(root: number): TreeUsage {
  let cpuUs = 0;
  let rssBytes = 0;
  for (const pid of treeOf(root)) {
    let stat: string;
    let status: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      status = readFileSync(`/proc/${pid}/status`, 'latin1');
    } catch (error) {
      if (pid === root) throw new MissingError(`process ${pid} cannot be looked at: ${(error as Error).message}`);
      continue;
    }
    // Fields count from the end of the name, which may hold anything: user and system time, and the same of children that have ended.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    cpuUs += fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * tickUs;
    rssBytes += Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  }
  return { cpuUs, rssBytes };
}
