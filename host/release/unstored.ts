/** Releases that run without being stored, as they are while they are tried: what executors are made of for them is here. */

import type { Bundle, Image, Release } from './release.ts';

interface Tried {
  readonly bundle: Bundle;
  readonly image: Image;
}

export class Unstored {
  readonly #images = new WeakMap<Release, Tried>();

  /** For as long as anything has the release. */
  add(release: Release, bundle: Bundle, image: Image): void {
    this.#images.set(release, { bundle, image });
  }

  find(release: Release): Tried | undefined {
    return this.#images.get(release);
  }
}
