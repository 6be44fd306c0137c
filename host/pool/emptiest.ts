/** Of executors, the one to give a release to that it does not hold. */

import type { ExecutorProcess } from './executor-process.ts';

/** The one with the fewest releases of those that may have it, if any may; none that is about to leave. */
export function emptiest(executors: Iterable<ExecutorProcess>, may: (one: ExecutorProcess) => boolean): ExecutorProcess | undefined {
  let found: ExecutorProcess | undefined;
  for (const one of executors) {
    if (one.stage !== 'leaving' && may(one) && (found === undefined || one.releases.size < found.releases.size)) found = one;
  }
  return found;
}
