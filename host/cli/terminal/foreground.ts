/** Whether this process may use its terminal: one that a shell has put into the background (`&`) is stopped where it tries. */

import { readFileSync } from 'node:fs';

/** Fields of proc(5)'s stat behind the name, which may have spaces and brackets in it. */
const [groupAt, terminalGroupAt] = [2, 5];

/** @param stat of `/proc/self/stat`; where there is none, it is taken for true */
export function isForeground(stat: string | undefined = ownStat()): boolean {
  if (stat === undefined) return true;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[groupAt] === fields[terminalGroupAt];
}

function ownStat(): string | undefined {
  try {
    return readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return undefined;
  }
}
