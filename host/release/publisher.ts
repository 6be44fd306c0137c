/** Publishing as a transaction: built and tried off to the side, stored, then swapped in; a failure leaves the old release serving. */

import type { Diagnostic } from '../../guards/errors.ts';
import { NboxError } from '../../guards/errors.ts';
import type { Build, BuildRequest, BuildTimings, SourceFiles } from '../../loader/build.ts';
import { type Manifest, parseManifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { extractManifest, sourceHash } from '../../loader/source.ts';
import type { Logger } from '../log.ts';
import type { ReleaseLoader } from '../pool/loader.ts';
import type { LivePlugin, Store, StoredRelease } from '../store/store.ts';
import { PublishQueue } from './publish-queue.ts';
import type { Registry } from './registry.ts';
import type { Bundle, Image, Release, ReleaseSnapshot } from './release.ts';

export interface PublishRequest {
  readonly plugin: PluginId;
  /** As `readSource` gave them. */
  readonly files: SourceFiles;
  /** What stands in for `nbox.json` in a push; it must not be given beside one. */
  readonly manifest?: unknown;
  readonly typecheck: BuildRequest['typecheck'];
  /** Who pushes, for the record. */
  readonly actor: string;
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
  /** `false`: this content was live already, and nothing was changed. */
  readonly created: boolean;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: PublishTimings;
  readonly interfaces: readonly string[];
}

/** Builds in a process of its own; `loader/builder.ts` is the implementation. */
export interface SourceBuilder {
  build(request: BuildRequest): Promise<Build>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only go forward. */
  elapsed(): number;
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
  /** Told of each plugin that is gone, after no new call can reach it. */
  readonly onRemoved?: (plugin: PluginId) => void;
}

const noTimings: PublishTimings = { typecheckMs: 0, bundleMs: 0, instrumentMs: 0, probeMs: 0, storeMs: 0, loadMs: 0, totalMs: 0 };

export class Publisher {
  readonly #parts: PublisherParts;
  readonly #queue = new PublishQueue();

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /**
   * Runs to its end whether or not anyone waits for the answer. When it resolves, no later call reaches the old release.
   * @throws NboxError the author's (`invalid_manifest`, `invalid_source`, `type_errors`, `bundle_failed`, `probe_failed`),
   * `builder_failed`, `builder_busy`, `publish_failed`, `stopping`; the old release then goes on serving
   */
  publish(request: PublishRequest): Promise<Published> {
    const began = this.#parts.clock.elapsed();
    return this.#queue.run(request.plugin, () => this.#publish(request, began));
  }

  /** @throws NboxError `no_such_plugin`, `publish_failed`, `stopping` */
  remove(plugin: PluginId, actor: string): Promise<void> {
    return this.#queue.run(plugin, () => this.#remove(plugin, actor));
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
    for (const { release, interfaces } of live) {
      registry.swap(registry.admit(release, interfaces));
      if (!release.manifest.dynamicCode || this.#parts.dynamicCode) continue;
      const { plugin, number } = release;
      log.warn({ plugin, release: number }, 'makes code from strings, which is off now: its calls are refused');
    }
    return live.length;
  }

  /** Refuses what comes from here on and resolves when what runs has ended. */
  close(): Promise<void> {
    return this.#queue.close();
  }

  async #publish(request: PublishRequest, began: number): Promise<Published> {
    const { plugin, files } = request;
    const { store, registry, loader, clock, log } = this.#parts;
    const given = request.manifest === undefined ? extractManifest(files) : { value: request.manifest, pointer: '/manifest' };
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
    const hash = sourceHash(files, manifest);

    if (registry.get(plugin)?.release.hash === hash) {
      const live = await store.plugin(plugin);
      if (live !== undefined && live.release.hash === hash) return this.#unchanged(request, manifest, live, began);
    }

    const existing = await store.findRelease(plugin, hash);
    const { bundle, diagnostics, timings, typeErrors } = await this.#build(request, manifest, existing);
    const release: Release =
      existing?.release ?? Object.freeze({ plugin, number: await store.nextNumber(plugin), hash, manifest, createdAt: clock.now() });

    const probeAt = clock.elapsed();
    const { interfaces, snapshot } = await loader.probe(release, bundle);
    const loadAt = clock.elapsed();
    const next = registry.admit(release, interfaces);
    let deployment: number;
    let storeAt: number;
    try {
      await loader.load(next, imageOf(bundle, snapshot), registry.get(plugin));
      storeAt = clock.elapsed();
      // The point of no return: a host that dies before it comes back with the old release, after it with the new one.
      ({ deployment } = await store.publish({
        release,
        files,
        bundle,
        snapshot,
        interfaces,
        typeErrors,
        actor: request.actor,
        deployedAt: clock.now(),
      }));
    } catch (error) {
      loader.unload(next);
      throw error;
    }
    registry.swap(next);

    const end = clock.elapsed();
    const totals = { ...timings, probeMs: loadAt - probeAt, loadMs: storeAt - loadAt, storeMs: end - storeAt, totalMs: end - began };
    log.info({ plugin, release: release.number, deployment, actor: request.actor, totalMs: Math.round(totals.totalMs) }, 'published');
    return Object.freeze({
      ...{ plugin, release: { number: release.number, hash }, deployment, created: true },
      ...{ diagnostics, timings: rounded(totals), interfaces },
    });
  }

  /** A strict push of what was let through with type errors must fail as any strict push does. */
  async #unchanged(request: PublishRequest, manifest: Manifest, live: LivePlugin, began: number): Promise<Published> {
    const { diagnostics } = live.typeErrors ? await this.#compile(request, manifest) : { diagnostics: [] };
    return Object.freeze({
      ...{ plugin: request.plugin, release: { number: live.release.number, hash: live.release.hash } },
      ...{ deployment: live.deployment.number, created: false, diagnostics },
      ...{ timings: rounded({ ...noTimings, totalMs: this.#parts.clock.elapsed() - began }), interfaces: live.interfaces },
    });
  }

  /** The bundle of a release that exists is taken from the store: a release is immutable, even where a builder has changed. */
  async #build(request: PublishRequest, manifest: Manifest, existing: StoredRelease | undefined): Promise<Built> {
    if (existing === undefined) {
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

  async #remove(plugin: PluginId, actor: string): Promise<void> {
    const { store, registry, log, clock, onRemoved } = this.#parts;
    // The store first: were it the registry, a crash in between would bring the plugin back.
    const stored = await store.remove(plugin, actor, clock.now());
    const served = registry.remove(plugin);
    if (!stored && !served) throw new NboxError('no_such_plugin', `There is no plugin ${plugin}`);
    onRemoved?.(plugin);
    log.info({ plugin, actor }, 'removed');
  }
}

/** What a sandbox is made of: the snapshot, unless none can stand for the release. */
export function imageOf({ code }: Pick<Bundle, 'code'>, { bytes }: ReleaseSnapshot): Image {
  return bytes === undefined ? { kind: 'code', code, keep: false } : { kind: 'snapshot', bytes };
}

interface Built {
  readonly bundle: Bundle;
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: BuildTimings;
  readonly typeErrors: boolean;
}

/** To hundredths: what lies below is noise. */
function rounded(timings: PublishTimings): PublishTimings {
  const entries = Object.entries(timings).map(([name, ms]) => [name, Math.round((ms as number) * 100) / 100]);
  return Object.freeze(Object.fromEntries(entries) as unknown as PublishTimings);
}
