/** Deploying releases that are there: loaded where they are not resident, stored as a table, and swapped in. */

import { NboxError } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { ReleaseLoader } from '../pool/loader.ts';
import { deployedAs, type Rollout } from '../rollout/rollout.ts';
import { checkExpected } from '../store/expected.ts';
import type { Cause, Deployment, LivePlugin, Share, Store, StoredRelease } from '../store/store.ts';
import { Deployed, type LiveShare } from './deployed.ts';
import { type Coming, type HandOverMode, HandOvers } from './hand-over.ts';
import type { Registry } from './registry.ts';
import { imageOf, type LiveRelease } from './release.ts';
import { checkShares, sameShares } from './shares.ts';

interface ChangeRequest {
  readonly plugin: PluginId;
  readonly actor: string;
  /** Whether the state of what is live is carried over to what is brought in; it is where there is none. */
  readonly handover?: HandOverMode;
  /** Why, in the actor's words. */
  readonly message: string;
  /** The deployment that must be live, by its number. */
  readonly expected: number | undefined;
  /** What it becomes by this: stored with the deployment, both or neither. */
  readonly rollout?: Rollout;
}

export interface DeployRequest extends ChangeRequest {
  readonly shares: readonly Share[];
  /** `deploy` where it is not said. */
  readonly cause?: Cause;
}

export interface RollbackRequest extends ChangeRequest {
  /** The release to go back to; the last one before that had all calls where there is none. */
  readonly to: number | undefined;
}

export interface Deploying {
  readonly plugin: PluginId;
  readonly deployment: Deployment;
  /** `false`: this was deployed already, and nothing was changed. */
  readonly created: boolean;
}

export interface DeployerParts {
  readonly loader: ReleaseLoader;
  readonly store: Store;
  readonly registry: Registry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly dynamicCode: boolean;
}

export class Deployer {
  readonly #parts: DeployerParts;
  readonly #handOvers: HandOvers;

  constructor(parts: DeployerParts) {
    this.#parts = parts;
    this.#handOvers = new HandOvers(parts);
  }

  /** @throws NboxError `no_such_plugin`, `no_such_release`, `release_dropped`, `invalid_deployment`, `precondition_failed`, `publish_failed`, `probe_failed`, `handover_failed` */
  async deploy(request: DeployRequest): Promise<Deploying> {
    checkShares(request.shares);
    return this.#deploy(await this.#live(request), request, request.shares, request.cause ?? 'deploy');
  }

  /** @throws NboxError as `deploy`, and `nothing_to_roll_back` */
  async rollback(request: RollbackRequest): Promise<Deploying> {
    const live = await this.#live(request);
    const number = request.to ?? (await this.#before(live));
    return this.#deploy(live, request, [{ number, percentage: 100 }], 'rollback');
  }

  async #live({ plugin, expected }: ChangeRequest): Promise<LivePlugin> {
    const live = await this.#parts.store.plugin(plugin);
    if (live === undefined) throw new NboxError('no_such_plugin', `There is no plugin ${plugin}`);
    checkExpected(live.deployment.number, expected);
    return live;
  }

  /** Going back twice goes back further, and never forth to what was just left. */
  async #before({ release, deployment }: LivePlugin): Promise<number> {
    const { store } = this.#parts;
    const newest = Math.max(...deployment.releases.map(({ number }) => number));
    for (const { number, releases } of await store.deployments(release.plugin)) {
      const [first] = releases;
      if (number >= deployment.number || releases.length !== 1 || first === undefined || first.number >= newest) continue;
      if ((await store.release(release.plugin, first.number))?.kept) return first.number;
    }
    throw new NboxError('nothing_to_roll_back', `No release of ${release.plugin} before ${newest} has had all calls`);
  }

  async #deploy(live: LivePlugin, request: ChangeRequest, shares: readonly Share[], cause: Cause): Promise<Deploying> {
    const { store, registry, loader, clock, log } = this.#parts;
    const { plugin, actor, message, expected, rollout } = request;
    const old = registry.deployed(plugin);
    if (sameShares(live.deployment.releases, shares) && old?.number === live.deployment.number) {
      if (rollout !== undefined) await store.saveRollout(deployedAs(rollout, live.deployment.number));
      return { plugin, deployment: live.deployment, created: false };
    }
    const brought: Coming[] = [];
    const deployedAt = clock.now();
    let made: number;
    // Until the swap, or until this has failed.
    using held = new DisposableStack();
    try {
      const next: LiveShare[] = [];
      for (const { number, percentage } of shares) {
        const resident = old?.find(number);
        next.push({ live: resident ?? (await this.#bring(plugin, number, brought)), percentage });
      }
      await this.#load(brought, request, held);
      // The point of no return.
      made = await store.deploy({ plugin, shares, cause, actor, message, expected, deployedAt, rollout });
      registry.swap(new Deployed(made, next));
      log.info({ plugin, deployment: made, cause, actor, releases: shares }, 'deployed');
    } catch (error) {
      for (const { live: one } of brought) loader.unload(one);
      throw error;
    }
    // As the store has it, and not read from there: it is live, and that must be the answer, whatever has become of the disk.
    const releases = [...shares].sort((a, b) => b.percentage - a.percentage);
    const deployment = { number: made, releases, createdAt: deployedAt, actor, cause, message, replaced: live.deployment.number };
    return { plugin, deployment: Object.freeze(deployment), created: true };
  }

  /** Into the executors in which the plugin is. Of state each is given the same. */
  async #load(brought: readonly Coming[], { plugin, handover }: ChangeRequest, held: DisposableStack): Promise<void> {
    const { loader, registry } = this.#parts;
    const givers = brought.map(({ live, bundle }) => this.#handOvers.giver(live.release, bundle, handover));
    const [giver] = givers.filter((one) => one !== undefined);
    if (giver !== undefined) held.use(await this.#handOvers.hold(giver));
    for (const [i, coming] of brought.entries()) {
      if (givers[i] !== undefined) await this.#handOvers.load(coming, givers[i]);
      else await loader.load(coming.live, imageOf(coming.bundle, coming.snapshot), registry.get(plugin));
    }
  }

  async #bring(plugin: PluginId, number: number, brought: Coming[]): Promise<LiveRelease> {
    const { store, registry, loader } = this.#parts;
    const stored = await store.release(plugin, number);
    if (stored === undefined) throw new NboxError('no_such_release', `There is no release ${number} of ${plugin}`);
    this.#checkAllowed(stored);
    const bundle = await store.bundle(plugin, number);
    // Evaluated anew: the snapshot that is stored may be one over another prelude.
    const { snapshot } = await loader.probe(stored.release, bundle);
    const live = registry.admit(stored.release, stored.interfaces);
    brought.push({ live, bundle, snapshot });
    return live;
  }

  #checkAllowed({ release }: StoredRelease): void {
    if (!release.manifest.dynamicCode || this.#parts.dynamicCode) return;
    const detail = `Release ${release.number} makes code from strings, which is off on this host (--dynamic-code true)`;
    throw new NboxError('invalid_deployment', detail);
  }
}
