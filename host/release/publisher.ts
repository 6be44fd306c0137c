/** Publishing as a transaction: built and tried off to the side, stored, then swapped in; a failure leaves the old release serving. */

import { NboxError, placed } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { Logger } from '../log.ts';
import type { PublishOutcome } from '../store/store.ts';
import { Deployed } from './deployed.ts';
import { Deployer, type Deploying, type DeployRequest, type RollbackRequest } from './deployer.ts';
import { noTimings, type Prepared, Preparer, type PreparerParts, rounded, type Tried } from './preparer.ts';
import { PublishQueue } from './publish-queue.ts';
import type { AroundPush, Published, PublishRequest } from './push.ts';
import type { LiveRelease } from './release.ts';

/** Which releases stay whole. */
export interface Keep {
  /** So many of each plugin, the newest. */
  readonly releases: number;
  /** And all that were published or deployed in the last so many ms. */
  readonly forMs: number;
}

export interface PublisherParts extends PreparerParts {
  readonly log: Logger;
  readonly keep: Keep;
  /** Told of each plugin that is gone, after no new call can reach it. */
  readonly onRemoved?: (plugin: PluginId) => void;
  /** Who watches pushes. */
  readonly around?: AroundPush;
}

export class Publisher {
  readonly #parts: PublisherParts;
  readonly #queue = new PublishQueue();
  readonly #preparer: Preparer;
  readonly #deployer: Deployer;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#preparer = new Preparer(parts);
    this.#deployer = new Deployer(parts);
  }

  /**
   * Runs to its end whether or not anyone waits for the answer. When it resolves, no later call reaches the old release.
   * @throws NboxError the author's (`invalid_manifest`, `invalid_source`, `type_errors`, `bundle_failed`, `probe_failed`,
   * `tests_failed`, `handover_failed`), `tests_required`, `precondition_failed`, `invalid_deployment`, `builder_failed`, `builder_busy`, `publish_failed`, `stopping`; what was
   * deployed then goes on serving
   */
  async publish(request: PublishRequest): Promise<Published> {
    const began = this.#parts.clock.elapsed();
    const push = () => this.#queue.run(request.plugin, async () => this.#commit([await this.#preparer.prepare(request)], began));
    const [published] = await this.#watched([request], push);
    return published as Published;
  }

  /**
   * Several plugins in one transaction: all go live at once, or none does.
   * @param requests each of another plugin
   * @throws NboxError as `publish`, with the place of the request at fault: `/plugins/3` and on
   */
  publishAll(requests: readonly PublishRequest[]): Promise<Published[]> {
    const began = this.#parts.clock.elapsed();
    return this.#watched(requests, () => this.#publishAll(requests, began));
  }

  #publishAll(requests: readonly PublishRequest[], began: number): Promise<Published[]> {
    const plugins = requests.map(({ plugin }) => plugin);
    return this.#queue.runAll(plugins, async () => {
      const prepared: Prepared[] = [];
      try {
        for (const [i, request] of requests.entries()) {
          const one = this.#preparer.prepare(request).catch((error: unknown) => {
            throw placed(error, `/plugins/${i}`);
          });
          prepared.push(await one);
        }
      } catch (error) {
        this.#preparer.discard(prepared);
        throw error;
      }
      return this.#commit(prepared, began);
    });
  }

  /** Builds a source and tries it, without waiting for what else is done with the plugin: nothing of it is changed. @throws NboxError as `publish` */
  tryOut(request: PublishRequest, number: number): Promise<Tried> {
    return this.#preparer.tryOut(request, number);
  }

  /**
   * Deploys releases that are there. When it resolves, later calls go by the new table.
   * @throws NboxError `no_such_plugin`, `no_such_release`, `invalid_deployment`, `precondition_failed`, `publish_failed`, `stopping`
   */
  deploy(request: DeployRequest): Promise<Deploying> {
    return this.#queue.run(request.plugin, () => this.#deployer.deploy(request));
  }

  /** Back to what had all calls before. @throws NboxError as `deploy`, and `nothing_to_roll_back` */
  rollback(request: RollbackRequest): Promise<Deploying> {
    return this.#queue.run(request.plugin, () => this.#deployer.rollback(request));
  }

  /** @throws NboxError `no_such_plugin`, `precondition_failed`, `publish_failed`, `stopping` */
  remove(plugin: PluginId, actor: string, expected?: number): Promise<void> {
    return this.#queue.run(plugin, () => this.#remove(plugin, actor, expected));
  }

  /** Removes the plugin only while this content is live. @returns whether it did */
  removeContent(plugin: PluginId, hash: string, actor: string): Promise<boolean> {
    return this.#queue.run(plugin, async () => {
      if (this.#parts.registry.get(plugin)?.release.hash !== hash) return false;
      await this.#remove(plugin, actor);
      return true;
    });
  }

  /** Puts what was live into the registry; executors load it when it is called. Once, before traffic is taken. */
  async restore(): Promise<number> {
    const { store, registry, log } = this.#parts;
    const live = await store.live();
    for (const { deployment, second, ...first } of live) {
      const stored = second === undefined ? [first] : [first, second];
      const shares = stored.map(({ release, interfaces }) => ({
        live: registry.admit(release, interfaces),
        percentage: deployment.releases.find(({ number }) => number === release.number)?.percentage ?? 0,
      }));
      registry.swap(new Deployed(deployment.number, shares));
      for (const { release } of stored) {
        if (!release.manifest.dynamicCode || this.#parts.dynamicCode) continue;
        const { plugin, number } = release;
        log.warn({ plugin, release: number }, 'makes code from strings, which is off now: its calls are refused');
      }
    }
    return live.length;
  }

  /** Refuses what comes from here on and resolves when what runs has ended. */
  close(): Promise<void> {
    return this.#queue.close();
  }

  #watched(requests: readonly PublishRequest[], push: () => Promise<Published[]>): Promise<Published[]> {
    const { around } = this.#parts;
    return around === undefined ? push() : around(requests, push);
  }

  /** One transaction of the store, then, without a turn of the event loop between them, one swap for each plugin. */
  async #commit(loaded: readonly Prepared[], began: number): Promise<Published[]> {
    const { store, registry, clock, log } = this.#parts;
    // Until the swap, or until this has failed.
    using held = new DisposableStack();
    const prepared = await this.#handOver(loaded, held);
    const fresh = prepared.flatMap((one) => ('input' in one ? [one] : []));
    const storeAt = clock.elapsed();
    let outcomes: PublishOutcome[];
    try {
      // The point of no return: a host that dies before it comes back with the old tables, after it with the new ones.
      outcomes = fresh.length === 0 ? [] : await store.publishAll(fresh.map(({ input }) => input));
    } catch (error) {
      this.#preparer.discard(prepared);
      throw error;
    }
    for (const [i, { next, input }] of fresh.entries()) {
      const old = registry.deployed(input.release.plugin);
      const shares = input.shares.map(({ number, percentage }) => ({
        live: number === input.release.number ? next : (old?.find(number) as LiveRelease),
        percentage,
      }));
      registry.swap(new Deployed(outcomes[i]?.deployment as number, shares));
    }

    const end = clock.elapsed();
    for (const { input } of fresh) this.#dropOld(input.release.plugin);
    return prepared.map((one) => {
      if (!('input' in one)) return Object.freeze({ ...one.published, timings: rounded({ ...noTimings, totalMs: end - began }) });
      const { release, shares, diagnostics, interfaces, gates, actor } = one.input;
      const { plugin, number, hash } = release;
      const deployment = outcomes[fresh.indexOf(one)]?.deployment as number;
      const timings = rounded({ ...one.took, storeMs: end - storeAt, totalMs: end - began });
      log.info({ plugin, release: number, deployment, actor, totalMs: Math.round(timings.totalMs) }, 'published');
      return Object.freeze({
        ...{ plugin, release: { number, hash }, deployment, releases: shares, created: true, diagnostics, timings, interfaces, gates },
      });
    });
  }

  /** All at once, since those of the first would else wait for those of the last. */
  async #handOver(loaded: readonly Prepared[], held: DisposableStack): Promise<Prepared[]> {
    const ended = await Promise.allSettled(loaded.map((one) => this.#preparer.handOver(one, held)));
    const failed = ended.findIndex(({ status }) => status === 'rejected');
    if (failed >= 0) {
      this.#preparer.discard(loaded);
      const { reason } = ended[failed] as PromiseRejectedResult;
      throw loaded.length === 1 ? reason : placed(reason, `/plugins/${failed}`);
    }
    return ended.map((one) => (one as PromiseFulfilledResult<Prepared>).value);
  }

  /** Nobody waits for it, and the next push tries again. */
  #dropOld(plugin: PluginId): void {
    const { store, keep, clock, log } = this.#parts;
    const retention = { releases: keep.releases, since: clock.now() - keep.forMs };
    store.dropOld(plugin, retention).then(
      (dropped) => dropped > 0 && log.info({ plugin, dropped }, 'dropped the content of old releases'),
      (err: unknown) => log.warn({ err, plugin }, 'old releases could not be dropped'),
    );
  }

  async #remove(plugin: PluginId, actor: string, expected?: number): Promise<void> {
    const { store, registry, log, clock, onRemoved } = this.#parts;
    // The store first: were it the registry, a crash in between would bring the plugin back.
    const stored = await store.remove(plugin, actor, clock.now(), expected);
    const served = registry.remove(plugin);
    if (!stored && !served) throw new NboxError('no_such_plugin', `There is no plugin ${plugin}`);
    onRemoved?.(plugin);
    log.info({ plugin, actor }, 'removed');
  }
}
