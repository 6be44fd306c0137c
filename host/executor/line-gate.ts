/** How much consoles may say before anything of it leaves the executor: a flood is to cost its own plugin, and not the host. */

/** Of one call. */
const linesPerCall = 100;
/** Of one release; more than the host takes of a plugin, which may have several executors. */
const linesPerSecond = 500;

/** What has been said for a release in the present second. */
export interface SaidOfLate {
  second: number;
  lines: number;
}

/**
 * Counts a line of a call.
 * @param callLines how many it has said before
 * @param now milliseconds of any clock
 * @returns what becomes of the line: as the `last` one it goes out, and all else of the call is dropped
 */
export function gateLine(said: SaidOfLate, callLines: number, now: number): 'taken' | 'last' | 'dropped' {
  if (callLines >= linesPerCall) return 'dropped';
  const second = Math.floor(now / 1_000);
  if (said.second !== second) {
    said.second = second;
    said.lines = 0;
  }
  said.lines += 1;
  return said.lines > linesPerSecond || callLines === linesPerCall - 1 ? 'last' : 'taken';
}
