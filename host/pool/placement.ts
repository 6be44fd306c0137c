/**
 * Which executor a call goes to. A release is held by few: a call goes to one that holds it, the one that has held it for
 * longest first, so that the others' copies become idle and are dropped; and the release spreads to another where those
 * have too much to do, or do not come back.
 */

import { emptiest } from './emptiest.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { KnownRelease } from './release-loads.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * How much expected work an executor is given before another that holds the release is woken for more: waking a process
 * costs as much as running a small call, so calls that come together go together.
 */
const togetherUs = 250;
/** How long a call may be expected to wait before its release spreads to an executor that has far less to do. */
const spreadUs = 1_000;
/** For how long an executor may be in one stay before its releases spread: a copy elsewhere is for good, and most long stays are not the guest's but the machine's. */
const patienceMs = 50;
/** Far less: so small a part. */
const spreadShare = 1 / 4;

export class Placement {
  readonly #supervisor: Supervisor;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
  }

  /** @returns `undefined` where the call must wait: no executor has room, or one that holds the release will in a moment */
  place({ holders, inFlight }: KnownRelease): ExecutorProcess | undefined {
    let least: ExecutorProcess | undefined;
    let patient = false;
    for (const one of holders) {
      if (!one.open) {
        // What keeps it is others' work, unless the release has calls there itself.
        if (one.usable && !one.isHeldUp(performance.now(), patienceMs) && (one.backlog.hasRoom || inFlight === 0)) patient = true;
        continue;
      }
      const { expectedUs } = one.backlog;
      if (expectedUs < togetherUs) return one;
      if (least === undefined || expectedUs < least.backlog.expectedUs) least = one;
    }
    if (least === undefined) return patient ? undefined : this.#another(holders, Number.POSITIVE_INFINITY);
    const { expectedUs } = least.backlog;
    // A copy elsewhere would help for a moment only where it has no calls there itself.
    if (expectedUs < spreadUs || inFlight === 0) return least;
    return this.#another(holders, expectedUs * spreadShare) ?? least;
  }

  /** Of the executors that have less to do than this and do not hold the release, the one with the fewest releases. */
  #another(holders: readonly ExecutorProcess[], belowUs: number): ExecutorProcess | undefined {
    const may = (one: ExecutorProcess) => one.open && one.backlog.expectedUs < belowUs && !holders.includes(one);
    return emptiest(this.#supervisor.executors, may);
  }
}
