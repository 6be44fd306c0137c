/** What Linux tells of a process in one line: `/proc/<pid>/stat`, proc(5). Elsewhere nothing is known. */

import { readFileSync } from 'node:fs';

/** The fields behind the name, the first of which is the state; undefined where the system does not tell, or the process is gone. */
export function processStat(pid: number | 'self' | undefined): string[] | undefined {
  try {
    return statFields(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The name may hold anything, spaces and brackets, too: the fields count from its end. */
export function statFields(text: string): string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
