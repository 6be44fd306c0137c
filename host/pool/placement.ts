/**
 * Which executor a call goes to. A release is held by few: a call goes to one that holds it, the one that has held it for
 * longest first, so that the others' copies become idle and are dropped; and the release spreads to another where those
 * have too much to do, or do not come back.
 *
 * Costly releases are kept apart from light ones by what their calls were seen to take: an executor has one costly call at
 * a time, nothing light is given to it then, and while there are calls of both kinds one executor is for light ones alone. A
 * release that nobody has seen yet is treated as a costly one in so far as one executor is always left without.
 */

import { emptiest } from './emptiest.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { KnownRelease } from './known-release.ts';
import type { Quarantine } from './quarantine.ts';
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
/** How long after the last call of a kind there are calls of that kind. */
const kindMs = 10_000;

export class Placement {
  readonly #supervisor: Pick<Supervisor, 'executors'>;
  readonly #quarantine: Pick<Quarantine, 'place'>;
  /** Since when each has had too much to do while another had far less. */
  readonly #pressedSince = new WeakMap<ExecutorProcess, number>();
  #costlyAt = Number.NEGATIVE_INFINITY;
  #lightAt = Number.NEGATIVE_INFINITY;

  constructor(supervisor: Pick<Supervisor, 'executors'>, quarantine: Pick<Quarantine, 'place'>) {
    this.#supervisor = supervisor;
    this.#quarantine = quarantine;
  }

  /** @returns `undefined` where the call must wait: no executor has room, or one that holds the release will in a moment */
  place(known: KnownRelease, now: number): ExecutorProcess | undefined {
    if (known.isApart(now)) return this.#quarantine.place(known, now);
    const { weight } = known;
    if (weight === 'light') {
      this.#lightAt = now;
      return this.#placeLight(known, now);
    }
    if (weight === 'costly') this.#costlyAt = now;
    const executor = this.#placeHeavy(known, now);
    if (weight === 'costly' && executor !== undefined && executor !== this.#reserved()) executor.stepBack();
    return executor;
  }

  /** A costly call, or one of which nobody knows what it will take. */
  #placeHeavy({ holders }: KnownRelease, now: number): ExecutorProcess | undefined {
    const areLight = now - this.#lightAt < kindMs;
    if (areLight && !this.#leavesOne()) return undefined;
    const reserved = areLight && now - this.#costlyAt < kindMs ? this.#reserved() : undefined;
    const may = (one: ExecutorProcess) => one.open && !one.apart && one !== reserved && !isHeavy(one);
    return holders.find(may) ?? emptiest(this.#supervisor.executors, may);
  }

  /** Whether one more heavy call leaves an executor without any; a lone one is for all. */
  #leavesOne(): boolean {
    let usable = 0;
    let heavy = 0;
    for (const one of this.#supervisor.executors) {
      if (!one.usable) continue;
      usable += 1;
      if (isHeavy(one)) heavy += 1;
    }
    return usable === 1 || heavy + 1 < usable;
  }

  /** The one for light calls alone, where there is more than one: rather one that has not stepped back. */
  #reserved(): ExecutorProcess | undefined {
    let found: ExecutorProcess | undefined;
    let usable = 0;
    for (const one of this.#supervisor.executors) {
      if (!one.usable) continue;
      usable += 1;
      if (found === undefined || (found.stepped && !one.stepped)) found = one;
    }
    return usable > 1 ? found : undefined;
  }

  #placeLight({ holders, inFlight, expectedUs: callUs }: KnownRelease, now: number): ExecutorProcess | undefined {
    const ownUs = inFlight * callUs;
    let least: ExecutorProcess | undefined;
    let patient = false;
    for (const one of holders) {
      if (one.apart || isCostly(one, now)) continue;
      if (one.holds('unknown')) {
        // Most end within a moment.
        if (one.usable && !one.isHeldUp(now, patienceMs)) patient = true;
        continue;
      }
      const { expectedUs } = one.backlog;
      if (!one.open) {
        // What keeps it is others' work, unless the release has calls there itself.
        const isOthers = one.backlog.hasRoom || ownUs < expectedUs * ownShare;
        if (isOthers && one.usable && !one.isHeldUp(now, patienceMs)) patient = true;
      } else if (expectedUs < togetherUs) {
        this.#pressedSince.delete(one);
        return one;
      }
      if (least === undefined || (one.open && !least.open) || expectedUs < least.backlog.expectedUs) least = one;
    }
    const free = least?.open === true ? least : undefined;
    if (least === undefined && patient) return undefined;
    if (least === undefined || (free === undefined && !patient)) return this.#another(holders, Number.POSITIVE_INFINITY, now);
    const { expectedUs } = least.backlog;
    const idler = expectedUs < spreadUs ? undefined : this.#another(holders, expectedUs * spreadShare, now);
    if (idler === undefined) {
      this.#pressedSince.delete(least);
      return free;
    }
    return this.#mustSpread(least, ownUs, now) ? idler : free;
  }

  /**
   * A copy elsewhere is for good, and helps for a moment only where the release has few calls among many others': which
   * executor has more to do changes from one millisecond to the next.
   * @param ownUs what the release's own calls are expected to take
   */
  #mustSpread(pressed: ExecutorProcess, ownUs: number, now: number): boolean {
    if (ownUs >= pressed.backlog.expectedUs * ownShare) return true;
    const since = this.#pressedSince.get(pressed);
    if (since === undefined) this.#pressedSince.set(pressed, now);
    if (since === undefined || now - since < pressedMs) return false;
    // One at a time, to see what it helps.
    this.#pressedSince.delete(pressed);
    return true;
  }

  /** Of the executors that have less to do than this and do not hold the release, the one with the fewest releases. */
  #another(holders: readonly ExecutorProcess[], belowUs: number, now: number): ExecutorProcess | undefined {
    const may = (one: ExecutorProcess) => one.open && !isCostly(one, now) && one.backlog.expectedUs < belowUs && !holders.includes(one);
    return emptiest(this.#supervisor.executors, may);
  }
}

function isHeavy(one: ExecutorProcess): boolean {
  return one.holds('costly') || one.holds('unknown');
}

/** Whether nothing light is to wait for what it has. */
function isCostly(one: ExecutorProcess, now: number): boolean {
  return one.holds('costly') || one.isDoubtful(now);
}
