/** Failures of late and those that were kept: listing, keeping and running them again. */

import { NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import { parseManifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { extractManifest, readSource } from '../../loader/source.ts';
import { SourcePlaces } from '../release/explain.ts';
import type { Tried } from '../release/preparer.ts';
import type { PublishRequest } from '../release/push.ts';
import type { Release } from '../release/release.ts';
import type { Store } from '../store/store.ts';
import { Turns } from '../turns.ts';
import {
  type Capsule,
  type CapsuleContent,
  capsuleFormat,
  contentSchema,
  type Failure,
  type FailureInfo,
  type FailureSummary,
  isSameFailure,
  summaryOf,
} from './capsule.ts';
import type { RecordedFailure, Recorder } from './recorder.ts';
import { Redactor } from './redactor.ts';
import type { Replayed, Replayer, ReplayTarget } from './replayer.ts';

export interface CapsulesParts {
  readonly recorder: Recorder;
  readonly replayer: Replayer;
  readonly store: Pick<Store, 'release' | 'bundle' | 'source' | 'keepCapsule' | 'capsules' | 'capsule' | 'dropCapsule'>;
  readonly tryOut: (request: PublishRequest, number: number) => Promise<Tried>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** On what a call is run again: a release that is there, or a source that is none. Nothing: the one on which it failed. */
export type On = { readonly release: number } | { readonly files: SourceFiles; readonly manifest: unknown } | undefined;

export interface CapsuleReplay {
  readonly replayed: Replayed;
  /** The release's number; `undefined` of a source. */
  readonly release: number | undefined;
  /** Whether it failed by the same error at the same place. */
  readonly isSame: boolean;
}

/** Replays that run; further ones wait. */
const atOnce = 4;
const mostWaiting = 32;
const noHurry = new AbortController().signal;

export class Capsules {
  readonly #parts: CapsulesParts;
  /** Each holds sandboxes, and may build a source. */
  readonly #turns = new Turns(atOnce);
  #waiting = 0;

  constructor(parts: CapsulesParts) {
    this.#parts = parts;
  }

  /** Those that were kept, and then the latest that were not. */
  async list(plugin: PluginId): Promise<FailureInfo[]> {
    const { recorder, store } = this.#parts;
    const kept = await store.capsules(plugin);
    const infos = kept.map(({ id, release, summary, keptAt, actor, message }): FailureInfo => {
      return { id, release, summary: JSON.parse(summary) as FailureSummary, kept: { at: keptAt, actor, message } };
    });
    const known = new Set(kept.map(({ id }) => id));
    /** A source map is read and taken apart once for all failures of its release. */
    const places = new Map<number, SourcePlaces | undefined>();
    for (const failure of recorder.failures(plugin)) {
      if (known.has(failure.id)) continue;
      const { id, release, recording } = failure;
      infos.push({
        id,
        release: release.number,
        summary: summaryOf({ failure: await this.#failureOf(failure, places), recording }),
        kept: undefined,
      });
    }
    return infos;
  }

  /** @throws NboxError `no_such_failure`, `release_dropped` */
  async get(plugin: PluginId, id: string): Promise<Capsule> {
    const { store } = this.#parts;
    const { release, content } = await this.#find(plugin, id);
    const files = [...(await store.source(plugin, release.number))] as [string, string][];
    return {
      ...{ format: capsuleFormat, id, plugin, release: { number: release.number, hash: release.hash }, ...content },
      ...{ manifest: { ...release.manifest }, files },
    };
  }

  /** It outlives the host from here on. @throws NboxError `no_such_failure`, `too_many_capsules`, `publish_failed` */
  async keep(plugin: PluginId, id: string, actor: string, message: string): Promise<FailureInfo> {
    const { release, content } = await this.#find(plugin, id);
    const keptAt = this.#parts.now();
    const summary = summaryOf(content);
    const capsule = { plugin, id, release: release.number, keptAt, actor, message, summary: JSON.stringify(summary) };
    await this.#parts.store.keepCapsule(capsule, JSON.stringify(content));
    return { id, release: release.number, summary, kept: { at: keptAt, actor, message } };
  }

  /** It is kept no longer. @throws NboxError `no_such_failure` */
  async drop(plugin: PluginId, id: string): Promise<void> {
    if (!(await this.#parts.store.dropCapsule(plugin, id))) throw noSuch(plugin, id);
  }

  /**
   * Runs it again.
   * @throws NboxError `no_such_release`, `release_dropped`, `builder_busy`, and what is wrong with a source
   */
  async replay(capsule: Capsule, on: On, actor: string): Promise<CapsuleReplay> {
    const { replayer } = this.#parts;
    if (this.#waiting >= mostWaiting) {
      throw new NboxError('builder_busy', { detail: `${this.#waiting} replays are waiting already`, retryAfterS: 1 });
    }
    this.#waiting += 1;
    using _turn = await this.#turns.take(noHurry).finally(() => {
      this.#waiting -= 1;
    });
    const target = await this.#targetOf(capsule, on, actor);
    const { recording: rule } = parseManifest(capsule.manifest, filesOf(capsule).keys());
    const [replayed] = (await replayer.run(target, [capsule.recording], new Redactor(rule?.redact))) as [Replayed];
    const release = on !== undefined && 'files' in on ? undefined : target.release.number;
    return { replayed, release, isSame: isSameFailure(capsule.failure, replayed) };
  }

  async #targetOf(capsule: Capsule, on: On, actor: string): Promise<ReplayTarget> {
    const plugin = capsule.plugin as PluginId;
    if (on !== undefined && 'files' in on) {
      return this.#parts.tryOut({ plugin, files: on.files, manifest: on.manifest, typecheck: 'warn', actor }, capsule.release.number);
    }
    if (on !== undefined) {
      const stored = await this.#stored(plugin, on.release);
      if (stored === undefined) throw new NboxError('no_such_release', `There is no release ${on.release} of ${plugin}`);
      return stored;
    }
    const { number, hash } = capsule.release;
    const stored = await this.#stored(plugin, number).catch(() => undefined);
    if (stored?.release.hash === hash) return stored;
    // Of another host, or dropped since: its source is in the capsule.
    const files = filesOf(capsule);
    const manifest = extractManifest(files) === undefined ? capsule.manifest : undefined;
    const tried = await this.#parts.tryOut({ plugin, files, manifest, typecheck: 'warn', actor }, number);
    if (tried.release.hash === hash) return tried;
    throw new NboxError('invalid_body', { detail: "The capsule's source is not that of its release", pointer: '/capsule/files' });
  }

  /** Evaluated anew: what a snapshot is good for here is one call. */
  async #stored(plugin: PluginId, number: number): Promise<ReplayTarget | undefined> {
    const { store } = this.#parts;
    const stored = await store.release(plugin, number);
    if (stored === undefined) return undefined;
    const bundle = await store.bundle(plugin, number);
    return { release: stored.release, bundle, image: { kind: 'code', code: bundle.code, keep: false }, interfaces: stored.interfaces };
  }

  async #find(plugin: PluginId, id: string): Promise<{ readonly release: Release; readonly content: CapsuleContent }> {
    const { recorder, store } = this.#parts;
    const recorded = recorder.failure(plugin, id);
    if (recorded !== undefined) {
      return { release: recorded.release, content: { failure: await this.#failureOf(recorded), recording: recorded.recording } };
    }
    const kept = (await store.capsules(plugin)).find((one) => one.id === id);
    const content = kept && (await store.capsule(plugin, id));
    const stored = kept && (await store.release(plugin, kept.release));
    if (content === undefined || stored === undefined) throw noSuch(plugin, id);
    return { release: stored.release, content: readContent(content) };
  }

  /** @param known by the releases' numbers, those that have been read */
  async #failureOf(failure: RecordedFailure, known = new Map<number, SourcePlaces | undefined>()): Promise<Failure> {
    const { release, code, detail, place } = failure;
    if (place.site === undefined && place.guestStack === undefined) return { code, detail, position: null };
    const { plugin, number } = release;
    if (!known.has(number)) {
      const bundle = await this.#parts.store.bundle(plugin, number).catch(() => undefined);
      known.set(number, bundle && new SourcePlaces(bundle));
    }
    return { code, detail, position: known.get(number)?.find(place) ?? null };
  }
}

/** @throws NboxError `invalid_source` on names that no source has */
function filesOf({ files }: Capsule): SourceFiles {
  const named: Record<string, string> = Object.create(null);
  for (const [name, text] of files) named[name] = text;
  return readSource({ files: named });
}

/** What this host has written itself. */
function readContent(content: string | undefined): CapsuleContent {
  const read = contentSchema.safeParse(JSON.parse(content ?? 'null'));
  if (!read.success) throw new NboxError('internal_error', 'A kept failure cannot be read');
  return read.data;
}

function noSuch(plugin: PluginId, id: string): NboxError {
  return new NboxError(
    'no_such_failure',
    `There is no failure ${id.slice(0, 100)} of ${plugin}; failures that nobody keeps go after a while`,
  );
}
