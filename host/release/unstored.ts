/** Releases that run and are in no store: what executors make their sandboxes of. */

import { type Bundle, type Image, imageOf, type Release, type ReleaseSnapshot } from './release.ts';

export class Unstored {
  /** By the very object: its number may be that of a release that is stored. Gone with it. */
  readonly #images = new WeakMap<Release, { readonly bundle: Bundle; readonly snapshot: ReleaseSnapshot }>();

  add(release: Release, bundle: Bundle, snapshot: ReleaseSnapshot): void {
    this.#images.set(release, { bundle, snapshot });
  }

  has(release: Release): boolean {
    return this.#images.has(release);
  }

  /**
   * @param base names the executor's prelude
   * @param anew the snapshot that there is cannot be read
   * @returns undefined of what is stored
   */
  imageOf(release: Release, base: string, anew: boolean): Image | undefined {
    const found = this.#images.get(release);
    if (found === undefined) return undefined;
    const fits = !anew && found.snapshot.base === base;
    return fits ? imageOf(found.bundle, found.snapshot) : { kind: 'code', code: found.bundle.code, keep: false };
  }
}
