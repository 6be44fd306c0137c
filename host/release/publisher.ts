/** Publishing as a transaction: built and tried off to the side, stored, then swapped in; a failure leaves the old release serving. */

import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../guards/errors.ts';
import { NboxError, placed } from '../../guards/errors.ts';
import type { Build, BuildRequest, BuildTimings, SourceFiles } from '../../loader/build.ts';
import { type Manifest, parseManifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { extractManifest, sourceHash } from '../../loader/source.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { ReleaseLoader } from '../pool/loader.ts';
import { checkExpected } from '../store/expected.ts';
import type { Done, LivePlugin, Once, PublishInput, PublishOutcome, Share, Store, StoredRelease } from '../store/store.ts';
import { Deployed } from './deployed.ts';
import { Deployer, type Deploying, type DeployRequest, type RollbackRequest } from './deployer.ts';
import { PublishQueue } from './publish-queue.ts';
import type { Registry } from './registry.ts';
import { type Bundle, imageOf, type LiveRelease, type Release } from './release.ts';
import { sameShares, sharesFor } from './shares.ts';

export interface PublishRequest {
  readonly plugin: PluginId;
  /** As `readSource` gave them. */
  readonly files: SourceFiles;
  /** What stands in for `nbox.json` in a push; it must not be given beside one. */
  readonly manifest?: unknown;
  readonly typecheck: BuildRequest['typecheck'];
  /** Who pushes, for the record. */
  readonly actor: string;
  /** Why, in that one's words. */
  readonly message?: string;
  /** Its part of the calls; the rest stays with what has had the most. All where there is none. */
  readonly percentage?: number;
  /** The deployment that must be live, by its number; 0: none may be. */
  readonly expected?: number | undefined;
  /** The sender's own, so that a request that is sent again does nothing again. */
  readonly key?: string | undefined;
}

export interface PublishTimings extends BuildTimings {
  readonly probeMs: number;
  readonly storeMs: number;
  readonly loadMs: number;
  /** From the call of `publish`, waiting for an earlier push included, to the swap. */
  readonly totalMs: number;
}

export interface Published {
  readonly plugin: PluginId;
  readonly release: { readonly number: number; readonly hash: string };
  readonly deployment: number;
  readonly releases: readonly Share[];
  /** `false`: this content was live already, with this part of the calls, and nothing was changed. */
  readonly created: boolean;
  /** `true`: this was done when the request was sent before. */
  readonly repeated?: boolean;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: PublishTimings;
  readonly interfaces: readonly string[];
}

/** Builds in a process of its own; `loader/builder.ts` is the implementation. */
export interface SourceBuilder {
  build(request: BuildRequest): Promise<Build>;
}

/** Which releases stay whole. */
export interface Keep {
  /** So many of each plugin, the newest. */
  readonly releases: number;
  /** And all that were published or deployed in the last so many ms. */
  readonly forMs: number;
}

export interface PublisherParts {
  readonly builder: SourceBuilder;
  readonly loader: ReleaseLoader;
  readonly store: Store;
  readonly registry: Registry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly hasLane: (lane: string) => boolean;
  /** Whether plugins may make code from strings. */
  readonly dynamicCode: boolean;
  readonly keep: Keep;
  /** Told of each plugin that is gone, after no new call can reach it. */
  readonly onRemoved?: (plugin: PluginId) => void;
}

const noTimings: PublishTimings = { typecheckMs: 0, bundleMs: 0, instrumentMs: 0, probeMs: 0, storeMs: 0, loadMs: 0, totalMs: 0 };

export class Publisher {
  readonly #parts: PublisherParts;
  readonly #queue = new PublishQueue();
  readonly #deployer: Deployer;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#deployer = new Deployer(parts);
  }

  /**
   * Runs to its end whether or not anyone waits for the answer. When it resolves, no later call reaches the old release.
   * @throws NboxError the author's (`invalid_manifest`, `invalid_source`, `type_errors`, `bundle_failed`, `probe_failed`),
   * `precondition_failed`, `invalid_deployment`, `builder_failed`, `builder_busy`, `publish_failed`, `stopping`; what was
   * deployed then goes on serving
   */
  publish(request: PublishRequest): Promise<Published> {
    const began = this.#parts.clock.elapsed();
    return this.#queue.run(request.plugin, async () => {
      const prepared = await this.#prepare(request);
      const [published] = await this.#commit([prepared], began);
      return published as Published;
    });
  }

  /**
   * Several plugins in one transaction: all go live at once, or none does.
   * @param requests each of another plugin
   * @throws NboxError as `publish`, with the place of the request at fault: `/plugins/3` and on
   */
  publishAll(requests: readonly PublishRequest[]): Promise<Published[]> {
    const began = this.#parts.clock.elapsed();
    const plugins = requests.map(({ plugin }) => plugin);
    return this.#queue.runAll(plugins, async () => {
      const prepared: Prepared[] = [];
      try {
        for (const [i, request] of requests.entries()) {
          const one = this.#prepare(request).catch((error: unknown) => {
            throw placed(error, `/plugins/${i}`);
          });
          prepared.push(await one);
        }
      } catch (error) {
        this.#discard(prepared);
        throw error;
      }
      return this.#commit(prepared, began);
    });
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

  /** Builds, tries and loads what is pushed, off to the side. Whoever has it commits or drops it. */
  async #prepare(request: PublishRequest): Promise<Prepared> {
    const { plugin, files } = request;
    const { store, registry, loader, clock } = this.#parts;
    const manifest = this.#manifestOf(request);
    const hash = sourceHash(files, manifest);
    const once = onceOf(request, hash);
    const done = once && (await store.done(once.key, plugin));
    if (done !== undefined) return this.#repeated(plugin, done, once?.fingerprint);

    const live = await store.plugin(plugin);
    // Before anything is built for it; the store looks again.
    checkExpected(live?.deployment.number ?? 0, request.expected);
    const existing = await store.findRelease(plugin, hash);
    const number = existing?.release.number ?? (await store.nextNumber(plugin));
    const shares = sharesFor(number, request.percentage ?? 100, live?.deployment.releases);
    if (live !== undefined && existing !== undefined && sameShares(live.deployment.releases, shares)) {
      if (registry.deployed(plugin)?.number === live.deployment.number) return this.#unchanged(request, manifest, existing, live);
    }

    const { bundle, diagnostics, timings, typeErrors } = await this.#build(request, manifest, existing);
    const release: Release = existing?.release ?? Object.freeze({ plugin, number, hash, manifest, createdAt: clock.now() });

    const probeAt = clock.elapsed();
    const { interfaces, snapshot } = await loader.probe(release, bundle);
    const loadAt = clock.elapsed();
    const next = registry.admit(release, interfaces);
    try {
      await loader.load(next, imageOf(bundle, snapshot), registry.get(plugin));
    } catch (error) {
      loader.unload(next);
      throw error;
    }
    const took = { ...timings, probeMs: loadAt - probeAt, loadMs: clock.elapsed() - loadAt };
    const input: PublishInput = {
      ...{ release, files, bundle, snapshot, interfaces, typeErrors, shares, diagnostics, timings: rounded(took) },
      ...{ actor: request.actor, message: request.message ?? '', expected: request.expected, deployedAt: clock.now() },
      once,
    };
    return { next, input, took };
  }

  /** The answer that the request had when it was sent first, but for the times that only that one took. */
  async #repeated(plugin: PluginId, { fingerprint, release, deployment }: Done, asked: string | undefined): Promise<Unchanged> {
    if (fingerprint !== asked) throw new NboxError('idempotency_mismatch', `Under this key another push of ${plugin} was made`);
    const { store } = this.#parts;
    const [stored, table] = [await store.release(plugin, release), await store.deployment(plugin, deployment)];
    if (stored === undefined || table === undefined) throw new NboxError('internal_error', `What was published of ${plugin} is not there`);
    const { interfaces, diagnostics } = stored;
    return {
      published: {
        ...{ plugin, release: { number: release, hash: stored.release.hash }, deployment, releases: table.releases },
        ...{ created: true, repeated: true, diagnostics, interfaces },
      },
    };
  }

  #manifestOf({ files, manifest: pushed }: PublishRequest): Manifest {
    const given = pushed === undefined ? extractManifest(files) : { value: pushed, pointer: '/manifest' };
    const manifest = parseManifest(given?.value, files.keys(), given?.pointer);
    if (!this.#parts.hasLane(manifest.lane)) {
      throw new NboxError('invalid_manifest', {
        detail: `This host has no lane ${JSON.stringify(manifest.lane)}; its operator names lanes by --lanes`,
        pointer: `${given?.pointer ?? '/manifest'}/lane`,
      });
    }
    if (manifest.dynamicCode && !this.#parts.dynamicCode) {
      const detail = 'Code from strings is off on this host: its operator allows it by --dynamic-code true (NBOX_DYNAMIC_CODE)';
      throw new NboxError('invalid_manifest', { detail, pointer: `${given?.pointer}/dynamicCode` });
    }
    return manifest;
  }

  /** One transaction of the store, then, without a turn of the event loop between them, one swap for each plugin. */
  async #commit(prepared: readonly Prepared[], began: number): Promise<Published[]> {
    const { store, registry, clock, log } = this.#parts;
    const fresh = prepared.flatMap((one) => ('input' in one ? [one] : []));
    const storeAt = clock.elapsed();
    let outcomes: PublishOutcome[];
    try {
      // The point of no return: a host that dies before it comes back with the old tables, after it with the new ones.
      outcomes = fresh.length === 0 ? [] : await store.publishAll(fresh.map(({ input }) => input));
    } catch (error) {
      this.#discard(prepared);
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
      const { release, shares, diagnostics, interfaces, actor } = one.input;
      const { plugin, number, hash } = release;
      const deployment = outcomes[fresh.indexOf(one)]?.deployment as number;
      const timings = rounded({ ...one.took, storeMs: end - storeAt, totalMs: end - began });
      log.info({ plugin, release: number, deployment, actor, totalMs: Math.round(timings.totalMs) }, 'published');
      return Object.freeze({
        ...{ plugin, release: { number, hash }, deployment, releases: shares, created: true, diagnostics, timings, interfaces },
      });
    });
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

  #discard(prepared: readonly Prepared[]): void {
    for (const one of prepared) if ('next' in one) this.#parts.loader.unload(one.next);
  }

  /** A strict push of what was let through with type errors must fail as any strict push does. */
  async #unchanged(request: PublishRequest, manifest: Manifest, stored: StoredRelease, { deployment }: LivePlugin): Promise<Unchanged> {
    const { diagnostics } = stored.typeErrors ? await this.#compile(request, manifest) : { diagnostics: [] };
    const published = {
      ...{ plugin: request.plugin, release: { number: stored.release.number, hash: stored.release.hash } },
      ...{ deployment: deployment.number, releases: deployment.releases, created: false, diagnostics, interfaces: stored.interfaces },
    };
    return { published };
  }

  /** The bundle of a release that exists is taken from the store: a release is immutable, even where a builder has changed. */
  async #build(request: PublishRequest, manifest: Manifest, existing: StoredRelease | undefined): Promise<Built> {
    if (existing?.kept !== true) {
      const { code, sourceMap, sites, diagnostics, timings } = await this.#compile(request, manifest);
      const typeErrors = request.typecheck === 'warn' && diagnostics.some(({ code: by }) => /^TS\d/.test(by));
      return { bundle: { code, sourceMap, sites }, diagnostics, timings, typeErrors };
    }
    const { typeErrors } = existing;
    const compiled = typeErrors ? await this.#compile(request, manifest) : { diagnostics: [], timings: noTimings };
    const bundle = await this.#parts.store.bundle(request.plugin, existing.release.number);
    return { bundle, diagnostics: compiled.diagnostics, timings: compiled.timings, typeErrors };
  }

  #compile({ plugin, files, typecheck }: PublishRequest, manifest: Manifest): Promise<Build> {
    return this.#parts.builder.build({ plugin, files, manifest, typecheck });
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

/** A release that executors hold and nobody calls yet. */
interface Made {
  readonly next: LiveRelease;
  readonly input: PublishInput;
  readonly took: Omit<PublishTimings, 'storeMs' | 'totalMs'>;
}

/** What is live already, as it is. */
interface Unchanged {
  readonly published: Omit<Published, 'timings'>;
}

type Prepared = Made | Unchanged;

function onceOf({ key, actor, plugin, percentage, typecheck, expected }: PublishRequest, hash: string): Once | undefined {
  if (key === undefined) return undefined;
  const asked = [plugin, hash, percentage ?? 100, typecheck, expected ?? ''].join('\n');
  return { key: `${actor}\n${key}`, fingerprint: createHash('sha256').update(asked).digest('hex') };
}

interface Built {
  readonly bundle: Bundle;
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: BuildTimings;
  readonly typeErrors: boolean;
}

/** To hundredths: what lies below is noise. */
function rounded<T extends Readonly<Record<keyof T, number>>>(timings: T): T {
  const entries = Object.entries<number>(timings).map(([name, ms]) => [name, Math.round(ms * 100) / 100]);
  return Object.freeze(Object.fromEntries(entries) as T);
}
