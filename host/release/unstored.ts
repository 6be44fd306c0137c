/** Releases that run without being stored, as they are while they are tried: what executors are made of for them is here. */

import type { Bundle, Image, Release } from './release.ts';

/** What of it is said in the log. */
export type Purpose = 'tests' | 'replay';

interface Tried {
  readonly bundle: Bundle;
  readonly image: Image;
  readonly purpose: Purpose;
}

export class Unstored {
  readonly #images = new WeakMap<Release, Tried>();

  /** For as long as anything has the release. */
  add(release: Release, purpose: Purpose, bundle: Bundle, image: Image): void {
    this.#images.set(release, { purpose, bundle, image });
  }

  find(release: Release): Tried | undefined {
    return this.#images.get(release);
  }
}
