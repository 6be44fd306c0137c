/** The CPU time of processes and of what they have reaped, as Linux tells it under /proc. Elsewhere nothing is known. */

import { processStat } from '../../process-stat.ts';

/** The kernel's unit for this is the same on every machine that Node runs on. */
const tickUs = 10_000;

/** In µs. */
export interface ProcessCpu {
  /** With all its threads. */
  readonly ownUs: number;
  /** Of its children that have ended, and theirs. */
  readonly reapedUs: number;
}

/** @returns undefined where the system does not tell, or the process is gone */
export function processCpu(pid: number | 'self'): ProcessCpu | undefined {
  const fields = processStat(pid)?.slice(11, 15).map(Number);
  if (fields === undefined) return undefined;
  const [user, system, reapedUser, reapedSystem] = fields as [number, number, number, number];
  return { ownUs: (user + system) * tickUs, reapedUs: (reapedUser + reapedSystem) * tickUs };
}

/**
 * The most that a process can have used by itself: the system tells of whole ticks, apart for the process and for itself on its behalf.
 * @returns undefined where the system does not tell, or the process is gone
 */
export function mostCpuUs(pid: number): number | undefined {
  const cpu = processCpu(pid);
  return cpu && cpu.ownUs + 2 * tickUs;
}

/** Of all of them together, what they have reaped included; undefined where nothing is known of any. */
export function cpuOf(pids: readonly number[]): number | undefined {
  let sumUs: number | undefined;
  for (const pid of pids) {
    const cpu = processCpu(pid);
    if (cpu !== undefined) sumUs = (sumUs ?? 0) + cpu.ownUs + cpu.reapedUs;
  }
  return sumUs;
}
