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
/** How much of what an executor has to do must be a release's own for the release to spread at once. */
const ownShare = 1 / 4;
/** For how long an executor must have had too much to do, and another far less, before a release spreads that has a small part in it. */
const pressedMs = 100;

export class Placement {
  readonly #supervisor: Supervisor;
  /** Since when each has had too much to do while another had far less. */
  readonly #pressedSince = new WeakMap<ExecutorProcess, number>();

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
  }

  /** @returns `undefined` where the call must wait: no executor has room, or one that holds the release will in a moment */
  place({ holders, inFlight, expectedUs: callUs }: KnownRelease): ExecutorProcess | undefined {
    const ownUs = inFlight * callUs;
    let least: ExecutorProcess | undefined;
    let patient = false;
    for (const one of holders) {
      const { expectedUs } = one.backlog;
      if (!one.open) {
        // What keeps it is others' work, unless the release has calls there itself.
        const isOthers = one.backlog.hasRoom || ownUs < expectedUs * ownShare;
        if (isOthers && one.usable && !one.isHeldUp(performance.now(), patienceMs)) patient = true;
      } else if (expectedUs < togetherUs) {
        this.#pressedSince.delete(one);
        return one;
      }
      if (least === undefined || (one.open && !least.open) || expectedUs < least.backlog.expectedUs) least = one;
    }
    const free = least?.open === true ? least : undefined;
    if (least === undefined || (free === undefined && !patient)) return this.#another(holders, Number.POSITIVE_INFINITY);
    const { expectedUs } = least.backlog;
    const idler = expectedUs < spreadUs ? undefined : this.#another(holders, expectedUs * spreadShare);
    if (idler === undefined) {
      this.#pressedSince.delete(least);
      return free;
    }
    return this.#mustSpread(least, ownUs) ? idler : free;
  }

  /**
   * A copy elsewhere is for good, and helps for a moment only where the release has few calls among many others': which
   * executor has more to do changes from one millisecond to the next.
   * @param ownUs what the release's own calls are expected to take
   */
  #mustSpread(pressed: ExecutorProcess, ownUs: number): boolean {
    if (ownUs >= pressed.backlog.expectedUs * ownShare) return true;
    const now = performance.now();
    const since = this.#pressedSince.get(pressed);
    if (since === undefined) this.#pressedSince.set(pressed, now);
    if (since === undefined || now - since < pressedMs) return false;
    // One at a time, to see what it helps.
    this.#pressedSince.delete(pressed);
    return true;
  }

  /** Of the executors that have less to do than this and do not hold the release, the one with the fewest releases. */
  #another(holders: readonly ExecutorProcess[], belowUs: number): ExecutorProcess | undefined {
    const may = (one: ExecutorProcess) => one.open && one.backlog.expectedUs < belowUs && !holders.includes(one);
    return emptiest(this.#supervisor.executors, may);
  }
}
