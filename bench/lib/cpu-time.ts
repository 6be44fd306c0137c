/** The CPU time of one process with its threads, without its children, as Linux tells it under /proc. */

import { readFileSync } from 'node:fs';
import { MissingError } from './missing.ts';

/** The kernel's unit for user space (`USER_HZ`) is the same on every machine that Node runs on. */
const ticksPerS = 100;

/**
 * @returns seconds
 * @throws MissingError where the system does not tell
 */
export function cpuTimeS(pid: number): number {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    throw new MissingError(`the CPU time of process ${pid} cannot be read: ${(error as Error).message}`);
  }
  // Fields count from the end of the name, which may hold anything: the 12th and 13th are user and system time.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerS;
}
