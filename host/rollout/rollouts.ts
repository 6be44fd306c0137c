/** The rollouts of a host, of each plugin at most one: starting them, changing them by hand, and going on after a restart. */

import { NboxError } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { UsageRecord, UsageSink } from '../meter/usage.ts';
import type { Deployed } from '../release/deployed.ts';
import { PublishQueue } from '../release/publish-queue.ts';
import { sharesFor } from '../release/shares.ts';
import { checkExpected } from '../store/expected.ts';
import type { Deployment, Share, Store } from '../store/store.ts';
import { checkPlan, type RolloutPlan } from './plan.ts';
import { type Decision, deployedAs, isUnderWay, type Rollout } from './rollout.ts';
import { type By, type RolloutStatus, tell, UnderWay, type UnderWayParts } from './under-way.ts';

export interface RolloutParts extends UnderWayParts {
  readonly store: UnderWayParts['store'] & Pick<Store, 'release' | 'rolloutsUnderWay' | 'nextRolloutNumber'>;
}

export interface RolloutChange extends By {
  readonly plugin: PluginId;
  /** The deployment that must be live, by its number. */
  readonly expected: number | undefined;
}

export interface RolloutStart extends RolloutChange {
  readonly release: number;
  readonly plan: RolloutPlan;
}

export class Rollouts implements UsageSink {
  readonly #parts: RolloutParts;
  /** It waits for the publisher's, and never the other way round. */
  readonly #queue = new PublishQueue();
  readonly #underWay = new Map<string, UnderWay>();
  #isClosed = false;

  constructor(parts: RolloutParts) {
    this.#parts = parts;
  }

  /** In the hot path: for a plugin without a rollout it is one look into a map. */
  record(record: UsageRecord): void {
    if (this.#underWay.size > 0) this.#underWay.get(record.plugin)?.record(record);
  }

  /** Goes on with what was under way when the host stopped. Once, when what is live has been restored. */
  async restore(): Promise<number> {
    const { store, log } = this.#parts;
    const all = await store.rolloutsUnderWay();
    for (const stored of all) {
      const rollout = Object.freeze({ ...stored, run: stored.run + 1 });
      await store.saveRollout(rollout).catch((err: unknown) => {
        log.warn({ err, plugin: rollout.plugin, rollout: rollout.number }, 'that a rollout counts anew could not be stored');
      });
      this.#watch(rollout);
    }
    return all.length;
  }

  /** @throws NboxError `no_such_plugin`, `no_such_release`, `invalid_rollout`, `rollout_under_way`, and as `publisher.deploy` */
  async start(request: RolloutStart): Promise<RolloutStatus> {
    checkPlan(request.plan);
    return this.#queue.run(request.plugin, () => this.#start(request));
  }

  /** It is watched on, and rolled back where it is worse. @throws NboxError `no_rollout`, `rollout_over`, `precondition_failed`, `publish_failed` */
  pause(request: RolloutChange): Promise<RolloutStatus> {
    return this.#change(request, (one) => one.mark('paused', request));
  }

  /** @throws NboxError as `pause` */
  resume(request: RolloutChange): Promise<RolloutStatus> {
    return this.#change(request, (one) => one.mark('running', request));
  }

  /** A step further, whatever is missing for that. @throws NboxError as `pause` */
  promote(request: RolloutChange): Promise<RolloutStatus> {
    return this.#change(request, (one) => one.advance(request));
  }

  /** The old release gets all calls again. @throws NboxError as `pause` */
  abort(request: RolloutChange): Promise<RolloutStatus> {
    return this.#change(request, (one) => one.goBack('aborted', request));
  }

  /** The one that is under way, or else the last one. @throws NboxError `no_rollout` */
  async status(plugin: PluginId): Promise<RolloutStatus> {
    const one = this.#underWay.get(plugin);
    if (one?.isCurrent) return one.status();
    // What cannot be stored now is tried again, and told.
    if (one !== undefined) await this.#queue.run(plugin, () => one.settle()).catch(() => one.lookSoon());
    return this.#underWay.get(plugin)?.status() ?? this.#last(plugin);
  }

  /** Told of each routing table that was swapped in. */
  swapped({ main, number }: Deployed): void {
    const one = this.#underWay.get(main.release.plugin);
    if (one !== undefined && one.rollout.deployment !== number) one.lookSoon();
  }

  /** Told of each plugin that is gone, its rollouts with it. */
  removed(plugin: PluginId): void {
    this.#underWay.get(plugin)?.close();
    this.#underWay.delete(plugin);
  }

  /** What is under way then goes on when the host starts again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const one of this.#underWay.values()) one.close();
    await this.#queue.close();
  }

  async #start({ plugin, release, plan, actor, message, expected }: RolloutStart): Promise<RolloutStatus> {
    const { store, publisher, clock } = this.#parts;
    const other = (await this.#current(plugin))?.rollout;
    const live = await store.plugin(plugin);
    if (live === undefined) throw new NboxError('no_such_plugin', `There is no plugin ${plugin}`);
    checkExpected(live.deployment.number, expected);
    if (other !== undefined) throw new NboxError('rollout_under_way', `Rollout ${other.number} of ${plugin} is under way`);
    if ((await store.release(plugin, release)) === undefined) {
      throw new NboxError('no_such_release', `There is no release ${release} of ${plugin}`);
    }
    const base = baseOf(live.deployment, release, plan);

    const now = clock.now();
    const percentage = plan.steps[0] as number;
    const decision: Decision = { kind: 'started', at: now, actor, reason: message, deployment: 0, percentage, health: undefined };
    const rollout: Rollout = {
      ...{ plugin, number: await store.nextRolloutNumber(plugin), release, base, plan, state: 'running' },
      ...{ step: 0, stepAt: now, run: 1, deployment: 0, actor, message, startedAt: now, endedAt: undefined, decisions: [decision] },
    };
    const shares = sharesFor(release, percentage, live.deployment.releases);
    const change = { plugin, shares, cause: 'rollout', actor, message, expected: live.deployment.number } as const;
    const { deployment } = await publisher.deploy({ ...change, rollout });
    const begun = deployedAs(rollout, deployment.number);
    tell(begun, this.#parts);
    return this.#watch(begun).status();
  }

  /** @param how gets the rollout that is under way, and does with it what was asked for */
  #change({ plugin, expected }: RolloutChange, how: (one: UnderWay) => Promise<void>): Promise<RolloutStatus> {
    return this.#queue.run(plugin, async () => {
      const one = await this.#current(plugin);
      if (one === undefined) {
        const { rollout } = await this.#last(plugin);
        throw new NboxError('rollout_over', `Rollout ${rollout.number} of ${plugin}, the last one, has ended: it is ${rollout.state}`);
      }
      checkExpected(one.rollout.deployment, expected);
      await how(one);
      return one.status();
    });
  }

  async #current(plugin: PluginId): Promise<UnderWay | undefined> {
    const [last] = await this.#parts.store.rollouts(plugin);
    // The store has begun it and could not be read afterwards.
    if (last !== undefined && isUnderWay(last) && !this.#underWay.has(plugin)) this.#watch(last);
    await this.#underWay.get(plugin)?.settle();
    return this.#underWay.get(plugin);
  }

  async #last(plugin: PluginId): Promise<RolloutStatus> {
    const [rollout] = await this.#parts.store.rollouts(plugin);
    if (rollout === undefined) throw new NboxError('no_rollout', `There has been no rollout of ${plugin}`);
    return { rollout, health: undefined, waiting: [] };
  }

  #watch(rollout: Rollout): UnderWay {
    const { plugin } = rollout;
    const enqueue = (look: () => Promise<void>) => this.#queue.run(plugin, look);
    const one: UnderWay = new UnderWay(rollout, this.#parts, enqueue, () => {
      if (this.#underWay.get(plugin) === one) this.#underWay.delete(plugin);
    });
    if (this.#isClosed) one.close();
    this.#underWay.set(plugin, one);
    return one;
  }
}

/** The release that the new one is compared with. @throws NboxError `invalid_rollout` */
function baseOf({ releases }: Deployment, release: number, { steps }: RolloutPlan): number {
  const refuse = (detail: string, pointer: string) => new NboxError('invalid_rollout', { detail, pointer });
  const has = releases.find(({ number }) => number === release)?.percentage ?? 0;
  if (has === 100) throw refuse(`Release ${release} has all calls already`, '/release');
  const [base, second] = releases.filter(({ number }) => number !== release) as [Share, Share | undefined];
  if (second !== undefined) {
    throw refuse(`Two other releases are deployed, ${base.number} and ${second.number}: deploy one of them first`, '/release');
  }
  // Whoever has the new release keeps it.
  if (has > (steps[0] as number))
    throw refuse(`Release ${release} has ${has}% of the calls already: the first step may not be less`, '/steps/0');
  return base.number;
}
