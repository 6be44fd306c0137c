/** Whether this process may use its terminal: one that a shell has put into the background (`&`) is stopped where it tries. */

import { processStat } from '../../process-stat.ts';

const [groupAt, terminalGroupAt] = [2, 5];

/** @param fields as `processStat` gives them of this process; where there are none, it is taken for true */
export function isForeground(fields: readonly string[] | undefined = processStat('self')): boolean {
  return fields === undefined || fields[groupAt] === fields[terminalGroupAt];
}
