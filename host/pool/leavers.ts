/**
 * Executors that leave, since a lane is to have fewer: which do, and what happens until they may. The releases that calls would
 * find nowhere else are first brought to those that stay, while the leaving one goes on serving them: so no call finds its
 * release gone. What modules have kept in their variables there is lost, as it is where a sandbox is dropped for being idle; so
 * those go first that hold least of it.
 */

import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import { type Image, named, type Release } from '../release/release.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { KnownRelease } from './known-release.ts';
import type { ReleaseLoads } from './release-loads.ts';

/** How often it is looked whether an executor that could not leave may. */
const stepMs = 20;
/** For so long calls that wait keep an executor: they were taken for the time that all of them would need. */
const mostWaitMs = 5_000;
/** A release is left behind, and comes with its next call, when it could not be brought so often. */
const mostTries = 3;

export interface LeaversParts {
  readonly releases: Pick<ReleaseLoads, 'aloneIn' | 'isAloneIn' | 'bring' | 'brought'>;
  /** @throws NboxError */
  readonly imageOf: (release: Release, base: string, anew: boolean) => Promise<Image>;
  /** Of those that stay, the one that releases are brought to. */
  readonly emptiest: () => ExecutorProcess | undefined;
  /** How many calls wait for executors. */
  readonly waiting: () => number;
  /** It has nothing any more that calls would miss. */
  readonly depart: (executor: ExecutorProcess) => void;
  readonly log: Logger;
}

/** What would be lost with an executor, or be much to bring elsewhere. */
interface Stake {
  readonly executor: ExecutorProcess;
  /** Releases that it alone holds, and whose state may be carried from release to release. */
  readonly hot: number;
  readonly alone: number;
}

export class Leavers {
  readonly #parts: LeaversParts;
  readonly #underWay = new Set<ExecutorProcess>();

  constructor(parts: LeaversParts) {
    this.#parts = parts;
  }

  /**
   * Chooses those that leave, and has each depart when it may.
   * @param executors all that could
   * @returns so many of them, which are leaving from now on
   */
  leave(executors: readonly ExecutorProcess[], count: number): readonly ExecutorProcess[] {
    const leaving = this.#choose(executors, count);
    // When they are marked as leaving: what is to be brought elsewhere depends on all of them.
    for (const one of leaving) queueMicrotask(() => void this.#seeOff(one));
    return leaving;
  }

  #choose(executors: readonly ExecutorProcess[], count: number): ExecutorProcess[] {
    const stakes = executors.map((one) => this.#stakeOf(one)).sort(byStake);
    const chosen = stakes.slice(0, count).map(({ executor }) => executor);
    const stays = stakes.slice(count);
    // One that has been given costly calls has stepped back for ever: not all that stay are to be such.
    const last = chosen.findLastIndex(({ stepped }) => !stepped);
    const [swapped] = stays;
    if (swapped !== undefined && last >= 0 && stays.every(({ executor }) => executor.stepped)) chosen[last] = swapped.executor;
    return chosen;
  }

  #stakeOf(executor: ExecutorProcess): Stake {
    const held = this.#parts.releases.aloneIn(executor);
    return { executor, hot: held.filter(({ isHot }) => isHot).length, alone: held.length };
  }

  /** Never rejects. */
  async #seeOff(executor: ExecutorProcess): Promise<void> {
    // It was needed again meanwhile, and then not: the one way goes on.
    if (this.#underWay.has(executor)) return;
    this.#underWay.add(executor);
    const tries = new Map<KnownRelease, number>();
    let waitUntil = Number.POSITIVE_INFINITY;
    while (executor.stage === 'leaving' && executor.works) {
      const left = this.#parts.releases.aloneIn(executor).filter((known) => (tries.get(known) ?? 0) < mostTries);
      if (left.length > 0) {
        // One after another: those that are brought some wait for them with their calls.
        for (const known of left) await this.#bring(known, executor, tries);
        continue;
      }
      const now = performance.now();
      waitUntil = Math.min(waitUntil, now + mostWaitMs);
      // At once, so that nothing comes to it between.
      if (this.#parts.waiting() === 0 || now >= waitUntil) this.#parts.depart(executor);
      else await setTimeout(stepMs);
    }
    this.#underWay.delete(executor);
  }

  async #bring(known: KnownRelease, from: ExecutorProcess, tries: Map<KnownRelease, number>): Promise<void> {
    const { releases, imageOf, emptiest, log } = this.#parts;
    const { live } = known;
    const isWanted = () => from.stage === 'leaving' && from.works && releases.isAloneIn(known, from);
    // A push that is at it brings it where it belongs.
    await releases.brought(live.key);
    if (!isWanted()) return;
    const to = emptiest();
    if (to === undefined) {
      // All others are just starting.
      await setTimeout(stepMs);
      return;
    }
    tries.set(known, (tries.get(known) ?? 0) + 1);
    try {
      const image = await imageOf(live.release, to.base, false);
      if (isWanted() && to.usable && to.stage === 'staying' && !to.releases.has(live.key)) await releases.bring(to, live, image);
    } catch (err) {
      log.debug({ err, executor: to.number, ...named(live.release) }, 'a release could not be brought to another executor');
    }
  }
}

function byStake(a: Stake, b: Stake): number {
  return a.hot - b.hot || a.alone - b.alone || a.executor.releases.size - b.executor.releases.size || a.executor.calls - b.executor.calls;
}
