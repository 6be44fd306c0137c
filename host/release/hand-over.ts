/**
 * Handing a plugin's state over, from the release that is replaced to the one that replaces it. New calls of the plugin wait
 * from before the old one is asked until the swap, and what it had begun ends first: so no call changes what was given away.
 */

import { isNboxError, NboxError, type SourcePosition } from '../../guards/errors.ts';
import { hotName } from '../../loader/builder/esbuild-options.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { ReleaseLoader } from '../pool/loader.ts';
import type { Store } from '../store/store.ts';
import { SourcePlaces } from './explain.ts';
import { HandOverError } from './hand-over-error.ts';
import type { Registry } from './registry.ts';
import { type Bundle, imageOf, type LiveRelease, type Release, type ReleaseSnapshot } from './release.ts';

/** `skip`: the new release starts fresh. */
export type HandOverMode = 'carry' | 'skip';

/** For so long new calls wait for those that run: what goes on for longer may still change what has been given away. */
const mostQuietMs = 250;

/** A release that no executor holds yet. */
export interface Coming {
  readonly live: LiveRelease;
  readonly bundle: Bundle;
  readonly snapshot: ReleaseSnapshot;
}

export interface HandOverParts {
  readonly loader: ReleaseLoader;
  readonly store: Pick<Store, 'bundle'>;
  readonly registry: Registry;
}

export class HandOvers {
  readonly #parts: HandOverParts;

  constructor(parts: HandOverParts) {
    this.#parts = parts;
  }

  /** The live release that has state for this one; `undefined` where it has none, or this one would not look at it. */
  giver(release: Release, { code }: Pick<Bundle, 'code'>, mode: HandOverMode = 'carry'): LiveRelease | undefined {
    if (mode === 'skip' || release.manifest.isolation !== 'shared' || !code.includes(hotName)) return undefined;
    const old = this.#parts.registry.get(release.plugin);
    return old !== undefined && this.#parts.loader.handsOver(old, release) ? old : undefined;
  }

  /** New calls of the release wait until what this gives is disposed of, by whoever asked for it. Most of those that run have ended. */
  async hold(old: LiveRelease): Promise<Disposable> {
    const held = old.hold();
    await this.#parts.loader.quiet(old, mostQuietMs);
    return held;
  }

  /** @throws NboxError `handover_failed`, with its place where that is known; `publish_failed` */
  async load({ live, bundle, snapshot }: Coming, old: LiveRelease): Promise<void> {
    try {
      await this.#parts.loader.load(live, imageOf(bundle, snapshot), old, bundle.code);
    } catch (error) {
      throw error instanceof HandOverError ? await this.#explained(error, live.release, bundle, old.release) : error;
    }
  }

  /** A place in the old release's source is not one in the pushed source, and so stands apart from those. */
  async #explained(error: HandOverError, { number, plugin }: Release, bundle: Bundle, old: Release): Promise<NboxError> {
    const isOld = error.step === 'dispose';
    const at = new SourcePlaces(isOld ? await this.#bundleOf(plugin, old.number) : bundle).find(error);
    const who = isOld
      ? `Release ${old.number} cannot hand its state over`
      : `Release ${number} does not start with the state of release ${old.number}`;
    const where = at === undefined ? '' : ` (${shown(at)}${isOld ? ` of release ${old.number}` : ''})`;
    const detail = `${who}: ${error.message}${where}`;
    const extensions = { handover: { step: error.step, from: old.number, ...(at === undefined ? {} : { position: at }) } };
    return new NboxError('handover_failed', { detail, extensions, ...(at === undefined || isOld ? {} : { position: at }) });
  }

  async #bundleOf(plugin: PluginId, number: number): Promise<Pick<Bundle, 'sites' | 'sourceMap'>> {
    try {
      return await this.#parts.store.bundle(plugin, number);
    } catch (error) {
      // It is the hand-over that failed, and the place is only to help.
      if (!isNboxError(error)) throw error;
      return { sites: [], sourceMap: '{"version":3,"sources":[],"names":[],"mappings":""}' };
    }
  }
}

function shown({ file, line, column }: SourcePosition): string {
  return `${file}:${line}:${column}`;
}
