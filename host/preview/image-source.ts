/**
 * What executors make sandboxes of that they do not hold, and what explains failures: of what is being tried, of a preview, or
 * from the store.
 */

import type { Bundle, Image, Release, ReleaseSnapshot } from '../release/release.ts';
import type { Unstored } from '../release/unstored.ts';
import type { Store } from '../store/store.ts';
import { PreviewImages } from './images.ts';

export interface ImageSourceParts {
  readonly store: Pick<Store, 'bundle' | 'snapshot' | 'saveSnapshot'>;
  readonly unstored: Pick<Unstored, 'find'>;
}

export class ImageSource {
  /** Filled by whoever makes previews. */
  readonly previews = new PreviewImages();
  readonly #parts: ImageSourceParts;

  constructor(parts: ImageSourceParts) {
    this.#parts = parts;
  }

  /** @throws NboxError */
  async bundle(release: Release): Promise<Bundle> {
    const { store, unstored } = this.#parts;
    const tried = unstored.find(release);
    if (tried !== undefined) return tried.bundle;
    return release.preview === undefined ? store.bundle(release.plugin, release.number) : this.previews.bundle(release);
  }

  /** As `PoolOptions.imageOf` has it. @throws NboxError */
  async image(release: Release, base: string, anew: boolean): Promise<Image> {
    const tried = this.#parts.unstored.find(release);
    if (tried !== undefined) return anew ? { kind: 'code', code: tried.bundle.code, keep: false } : tried.image;
    const kept = anew ? undefined : await this.#snapshot(release);
    if (kept?.base === base && kept.bytes !== undefined) return { kind: 'snapshot', bytes: kept.bytes };
    const { code } = await this.bundle(release);
    return { kind: 'code', code, keep: kept?.base !== base };
  }

  async saveSnapshot(release: Release, snapshot: ReleaseSnapshot): Promise<void> {
    const { store } = this.#parts;
    if (release.preview === undefined) await store.saveSnapshot(release.plugin, release.number, snapshot);
    else this.previews.saveSnapshot(release, snapshot);
  }

  async #snapshot(release: Release): Promise<ReleaseSnapshot | undefined> {
    const { store } = this.#parts;
    return release.preview === undefined ? store.snapshot(release.plugin, release.number) : this.previews.snapshot(release);
  }
}
