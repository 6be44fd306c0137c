/**
 * Which executor a call goes to. A release is held by few: a call goes to one that holds it, the one that has held it for
 * longest first, so that the others' copies become idle and are dropped; and the release spreads to another where those
 * have too much to do, or do not come back.
 *
 * Costly releases are kept apart from light ones by what their calls were seen to take: an executor runs one costly call at
 * a time, with one more waiting there where that will be short; nothing light is given to it then, and while there are calls
 * of both kinds one executor is for light ones alone. A release that nobody has seen yet is treated as a costly one in so far
 * as one executor is always left without; and where guards had to end calls of late, it keeps away from that for light ones.
 *
 * What is tried, and is nobody's traffic, runs in the spare executor.
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
/** Where a costly call will be over so soon, the next one waits in the executor already, so that it need not wait for the host. */
const followUs = 20_000;
/** For so long a heavy call leaves the one executor that there is to light ones. */
const starvedMs = 250;

export class Placement {
  readonly #supervisor: Pick<Supervisor, 'executors' | 'spare'>;
  readonly #quarantine: Pick<Quarantine, 'place'>;
  /** Since when each has had too much to do while another had far less. */
  readonly #pressedSince = new WeakMap<ExecutorProcess, number>();
  /** Since when heavy ones have not been placed, as they were asked for while there was one executor alone. */
  readonly #loneSince = new WeakMap<KnownRelease, number>();
  #costlyAt = Number.NEGATIVE_INFINITY;
  #lightAt = Number.NEGATIVE_INFINITY;
  #lastLight: KnownRelease | undefined;
  /** Which had the last light call. */
  #lightExecutor: ExecutorProcess | undefined;

  constructor(supervisor: Pick<Supervisor, 'executors' | 'spare'>, quarantine: Pick<Quarantine, 'place'>) {
    this.#supervisor = supervisor;
    this.#quarantine = quarantine;
  }

  /** @returns `undefined` where the call must wait: no executor has room, or one that holds the release will in a moment */
  place(known: KnownRelease, now: number): ExecutorProcess | undefined {
    if (known.isApart(now)) return this.#quarantine.place(known, now);
    if (known.live.release.trial !== undefined) return this.#placeTrial();
    const { weight } = known;
    if (weight === 'light') {
      this.#lightAt = now;
      this.#lastLight = known;
      const executor = this.#placeLight(known, now);
      if (executor !== undefined) this.#lightExecutor = executor;
      return executor;
    }
    if (weight === 'costly') this.#costlyAt = now;
    const executor = this.#placeHeavy(known, now);
    if (weight === 'costly' && executor !== undefined && executor !== this.#reserved()) executor.stepBack();
    return executor;
  }

  /** Where the spare one has just taken a dead one's place, with those that calls go to. */
  #placeTrial(): ExecutorProcess | undefined {
    const { spare, executors } = this.#supervisor;
    if (spare !== undefined) return spare.open ? spare : undefined;
    return emptiest(executors, (one) => one.open);
  }

  /** A guard had to end a call: what nobody has seen yet may be of that kind. */
  harmed(now: number): void {
    this.#costlyAt = now;
  }

  /** A costly call, or one of which nobody knows what it will take. */
  #placeHeavy(known: KnownRelease, now: number): ExecutorProcess | undefined {
    const { holders, weight, expectedUs } = known;
    const areLight = now - this.#lightAt < kindMs && this.#lastLight?.weight === 'light' && !this.#isStarved(known, now);
    const reserved = areLight && now - this.#costlyAt < kindMs ? this.#reserved() : undefined;
    const mayHave = (one: ExecutorProcess) => !one.apart && one !== reserved;
    if (!areLight || this.#leavesOne()) {
      const may = (one: ExecutorProcess) => mayHave(one) && one.open && !isHeavy(one);
      const free = holders.find(may) ?? emptiest(this.#supervisor.executors, may);
      if (free !== undefined) {
        this.#loneSince.delete(known);
        return free;
      }
    }
    if (weight !== 'costly' || expectedUs > followUs) return undefined;
    return holders.find((one) => mayHave(one) && one.mayFollow(now, followUs));
  }

  /**
   * Whether it has waited for long for a second executor, with one alone that works: where they die as fast as they come up, light
   * calls would have that one for good.
   */
  #isStarved(known: KnownRelease, now: number): boolean {
    let usable = 0;
    for (const one of this.#supervisor.executors) if (one.usable) usable += 1;
    if (usable !== 1) {
      // The next lone spell begins anew.
      this.#loneSince.delete(known);
      return false;
    }
    const since = this.#loneSince.get(known);
    if (since === undefined) this.#loneSince.set(known, now);
    return since !== undefined && now - since > starvedMs;
  }

  /** Whether one more heavy call leaves an executor without any; a lone one is for all. */
  #leavesOne(): boolean {
    const { executors } = this.#supervisor;
    let free = 0;
    for (const one of executors) if (one.usable && !isHeavy(one)) free += 1;
    return executors.size === 1 || free > 1;
  }

  /** The one for light calls alone, where there is more than one: the one that they go to, or else one that has not stepped back. */
  #reserved(): ExecutorProcess | undefined {
    const { executors } = this.#supervisor;
    if (executors.size === 1) return undefined;
    let found: ExecutorProcess | undefined;
    for (const one of executors) {
      if (!one.usable) continue;
      if (one === this.#lightExecutor && !one.stepped) return one;
      if (found === undefined || (found.stepped && !one.stepped)) found = one;
    }
    return found;
  }

  #placeLight({ holders, inFlight, expectedUs: callUs, fetching }: KnownRelease, now: number): ExecutorProcess | undefined {
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
    // It spreads already: until it is there, those that hold it share its calls.
    const idler = expectedUs < spreadUs || fetching > 0 ? undefined : this.#another(holders, expectedUs * spreadShare, now);
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
