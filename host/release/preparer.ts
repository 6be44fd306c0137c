/** The first half of publishing: a source is built, tried and loaded off to the side, where no call reaches it. */

import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../guards/errors.ts';
import { NboxError } from '../../guards/errors.ts';
import type { Build, BuildRequest, BuildTimings } from '../../loader/build.ts';
import type { Manifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { sourceHash } from '../../loader/source.ts';
import type { Clock } from '../clock.ts';
import type { Probe, ReleaseLoader } from '../pool/loader.ts';
import { checkExpected } from '../store/expected.ts';
import type { Done, LivePlugin, Once, PublishInput, Store, StoredRelease } from '../store/store.ts';
import { type Candidate, type Gate, passAgain, passGates } from './gate.ts';
import { type Coming, HandOvers } from './hand-over.ts';
import type { Published, PublishRequest, PublishTimings } from './push.ts';
import { type Allowed, pushedManifest } from './pushed-manifest.ts';
import type { Registry } from './registry.ts';
import { type Bundle, type GateReports, type Image, imageOf, type LiveRelease, type Release, type ReleaseSnapshot } from './release.ts';
import { sameShares, sharesFor } from './shares.ts';

/** Builds in a process of its own; `loader/builder.ts` is the implementation. */
export interface SourceBuilder {
  build(request: BuildRequest): Promise<Build>;
}

export interface PreparerParts extends Allowed {
  readonly builder: SourceBuilder;
  readonly loader: ReleaseLoader;
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  /** In the order in which they are passed. */
  readonly gates: readonly Gate[];
}

/** A release that nobody calls yet. Executors hold it, unless it is to be given the state of another one. */
export interface Made {
  readonly next: LiveRelease;
  /** With what it is loaded, and with whose state, when all else is done. */
  readonly given?: { readonly coming: Coming; readonly by: LiveRelease };
  readonly input: PublishInput;
  readonly took: Omit<PublishTimings, 'storeMs' | 'totalMs'>;
}

/** A release for a preview: executors hold it, and nobody else knows of it. */
export interface Draft {
  readonly next: LiveRelease;
  readonly bundle: Bundle;
  readonly snapshot: ReleaseSnapshot;
  readonly interfaces: readonly string[];
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly gates: GateReports;
  readonly took: Omit<PublishTimings, 'storeMs' | 'totalMs'>;
}

/** What is live already, as it is. */
export interface Unchanged {
  readonly published: Omit<Published, 'timings'>;
}

export type Prepared = Made | Unchanged;

export const noTimings: PublishTimings = Object.freeze({
  ...{ typecheckMs: 0, bundleMs: 0, instrumentMs: 0, probeMs: 0, gatesMs: 0, storeMs: 0, loadMs: 0, totalMs: 0 },
});

export class Preparer {
  readonly #parts: PreparerParts;
  readonly #handOvers: HandOvers;

  constructor(parts: PreparerParts) {
    this.#parts = parts;
    this.#handOvers = new HandOvers(parts);
  }

  /** Whoever has what comes of it commits or discards it. @throws NboxError the author's, `precondition_failed`, and what building takes */
  async prepare(request: PublishRequest): Promise<Prepared> {
    const { plugin, files } = request;
    const { store, registry, loader, clock } = this.#parts;
    const manifest = pushedManifest(request, this.#parts);
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

    const { interfaces, snapshot, gates, times } = await this.#check({ request, release, bundle, live });
    const loadAt = clock.elapsed();
    const next = registry.admit(release, interfaces);
    const giver = this.#handOvers.giver(release, bundle, request.handover);
    try {
      if (giver === undefined) await loader.load(next, imageOf(bundle, snapshot), registry.get(plugin));
    } catch (error) {
      loader.unload(next);
      throw error;
    }
    const took = { ...timings, ...times, loadMs: clock.elapsed() - loadAt };
    const input: PublishInput = {
      ...{ release, files, bundle, snapshot, interfaces, typeErrors, shares, diagnostics, gates, timings: rounded(took) },
      ...{ actor: request.actor, message: request.message ?? '', expected: request.expected, deployedAt: clock.now() },
      once,
    };
    return { next, input, took, ...(giver === undefined ? {} : { given: { coming: { live: next, bundle, snapshot }, by: giver } }) };
  }

  /**
   * Loads what was left for now, since the plugin's new calls wait meanwhile.
   * @param held takes over what ends their waiting
   * @returns what was prepared, with the time that this took
   * @throws NboxError `handover_failed`, `publish_failed`
   */
  async handOver(prepared: Prepared, held: DisposableStack): Promise<Prepared> {
    if (!('next' in prepared) || prepared.given === undefined) return prepared;
    const { given, input, took: before } = prepared;
    const began = this.#parts.clock.elapsed();
    held.use(await this.#handOvers.hold(given.by));
    await this.#handOvers.load(given.coming, given.by);
    const took = { ...before, loadMs: before.loadMs + this.#parts.clock.elapsed() - began };
    return { ...prepared, took, input: { ...input, timings: rounded(took) } };
  }

  /**
   * Builds a source and tries it, and that is all: it passes no gate, and nothing is loaded.
   * @param number what it is to be called by, since it is no release
   * @throws NboxError the author's, and what building takes
   */
  async tryOut(request: PublishRequest, number: number): Promise<Tried> {
    const { plugin, files } = request;
    const manifest = pushedManifest(request, this.#parts);
    const { bundle, diagnostics } = await this.#compile(request, manifest);
    const createdAt = this.#parts.clock.now();
    const release: Release = Object.freeze({ plugin, number, hash: sourceHash(files, manifest), manifest, createdAt });
    const { interfaces, snapshot } = await this.#parts.loader.probe(release, bundle);
    return { release, bundle, interfaces, image: imageOf(bundle, snapshot), diagnostics };
  }

  /** What was prepared does not go live. */
  discard(prepared: readonly Prepared[]): void {
    for (const one of prepared) if ('next' in one) this.#parts.loader.unload(one.next);
  }

  /**
   * The same of what is to be neither stored nor deployed: nothing of the plugin's past counts for it, and it replaces nothing.
   * @param onClosed told once, after `retire`, when no call runs on it any more; the executors have dropped it then
   * @throws NboxError the author's, and what building takes
   */
  async draft(request: PublishRequest, preview: string, onClosed: (live: LiveRelease) => void): Promise<Draft> {
    const { plugin, files } = request;
    const { store, registry, loader, clock } = this.#parts;
    const manifest = pushedManifest(request, this.#parts);
    const live = await store.plugin(plugin);
    const { bundle, diagnostics, timings } = await this.#compile(request, manifest);
    const hash = sourceHash(files, manifest);
    const release: Release = Object.freeze({ plugin, number: 0, hash, manifest, createdAt: clock.now(), preview });
    const { interfaces, snapshot, gates, times } = await this.#check({ request, release, bundle, live });
    const loadAt = clock.elapsed();
    const next = registry.admit(release, interfaces, (closed) => {
      loader.unload(closed);
      onClosed(closed);
    });
    try {
      // Where the plugin's calls run says nothing of where its own are to run.
      await loader.load(next, imageOf(bundle, snapshot), undefined);
    } catch (error) {
      loader.unload(next);
      throw error;
    }
    const took = { ...timings, ...times, loadMs: clock.elapsed() - loadAt };
    return { next, bundle, snapshot, interfaces, diagnostics, gates, took };
  }

  /** Tries a release, and has it pass the gates. */
  async #check(built: Omit<Candidate, 'interfaces' | 'snapshot'>): Promise<Checked> {
    const { loader, clock, gates } = this.#parts;
    const probeAt = clock.elapsed();
    const { interfaces, snapshot } = await loader.probe(built.release, built.bundle);
    const gatesAt = clock.elapsed();
    const reports = await passGates(gates, { ...built, interfaces, snapshot });
    return { interfaces, snapshot, gates: reports, times: { probeMs: gatesAt - probeAt, gatesMs: clock.elapsed() - gatesAt } };
  }

  /** The answer that the request had when it was sent first, but for the times that only that one took. */
  async #repeated(plugin: PluginId, { fingerprint, release, deployment }: Done, asked: string | undefined): Promise<Unchanged> {
    if (fingerprint !== asked) throw new NboxError('idempotency_mismatch', `Under this key another push of ${plugin} was made`);
    const { store } = this.#parts;
    const [stored, table] = [await store.release(plugin, release), await store.deployment(plugin, deployment)];
    if (stored === undefined || table === undefined) throw new NboxError('internal_error', `What was published of ${plugin} is not there`);
    const { interfaces, diagnostics, gates } = stored;
    return {
      published: {
        ...{ plugin, release: { number: release, hash: stored.release.hash }, deployment, releases: table.releases },
        ...{ created: true, repeated: true, diagnostics, interfaces, gates },
      },
    };
  }

  /** A push of what was let through, with type errors or past its tests, must fail as any push does that lets nothing through. */
  async #unchanged(request: PublishRequest, manifest: Manifest, stored: StoredRelease, { deployment }: LivePlugin): Promise<Unchanged> {
    const { diagnostics } = stored.typeErrors ? await this.#compile(request, manifest) : { diagnostics: [] };
    const { release, interfaces } = stored;
    const gates = await passAgain(this.#parts.gates, { request, release }, stored.gates);
    const published = {
      ...{ plugin: request.plugin, release: { number: release.number, hash: release.hash }, gates },
      ...{ deployment: deployment.number, releases: deployment.releases, created: false, diagnostics, interfaces },
    };
    return { published };
  }

  /** The bundle of a release that exists is taken from the store: a release is immutable, even where a builder has changed. */
  async #build(request: PublishRequest, manifest: Manifest, existing: StoredRelease | undefined): Promise<Built> {
    if (existing?.kept !== true) {
      const { bundle, diagnostics, timings } = await this.#compile(request, manifest);
      const typeErrors = request.typecheck === 'warn' && diagnostics.some(({ code: by }) => /^TS\d/.test(by));
      return { bundle, diagnostics, timings, typeErrors };
    }
    const { typeErrors } = existing;
    const compiled = typeErrors ? await this.#compile(request, manifest) : { diagnostics: [], timings: noTimings };
    const bundle = await this.#parts.store.bundle(request.plugin, existing.release.number);
    return { bundle, diagnostics: compiled.diagnostics, timings: compiled.timings, typeErrors };
  }

  async #compile({ plugin, files, typecheck }: PublishRequest, manifest: Manifest): Promise<Omit<Built, 'typeErrors'>> {
    const { code, sourceMap, sites, diagnostics, timings } = await this.#parts.builder.build({ plugin, files, manifest, typecheck });
    return { bundle: { code, sourceMap, sites }, diagnostics, timings };
  }
}

/** A source that was built and tried. */
export interface Tried {
  readonly release: Release;
  readonly bundle: Bundle;
  readonly image: Image;
  readonly interfaces: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Checked extends Pick<Probe, 'interfaces' | 'snapshot'> {
  readonly gates: GateReports;
  readonly times: Pick<PublishTimings, 'probeMs' | 'gatesMs'>;
}

interface Built {
  readonly bundle: Bundle;
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: BuildTimings;
  readonly typeErrors: boolean;
}

function onceOf({ key, actor, plugin, percentage, typecheck, expected, handover, tests }: PublishRequest, hash: string): Once | undefined {
  if (key === undefined) return undefined;
  const asked = [plugin, hash, percentage ?? 100, typecheck, expected ?? '', handover ?? 'carry', tests ?? ''].join('\n');
  return { key: `${actor}\n${key}`, fingerprint: createHash('sha256').update(asked).digest('hex') };
}

/** To hundredths: what lies below is noise. */
export function rounded<T extends Readonly<Record<keyof T, number>>>(timings: T): T {
  const entries = Object.entries<number>(timings).map(([name, ms]) => [name, Math.round(ms * 100) / 100]);
  return Object.freeze(Object.fromEntries(entries) as T);
}
