/** For whom what executors tell of was run: by releases' keys, and for a while after a release is gone, since what it did last is told late. */

import type { LiveRelease, Release } from '../../release/release.ts';
import type { Owner } from './ledger.ts';

/** Divisions after which nothing more is told of a release that is gone. */
const keptDivisions = 30;

export class Owners {
  readonly #byKey = new Map<number, Owner>();
  /** Keys of those that are gone, by how many divisions ago; the latest first. */
  #gone: number[][] = [[]];

  /** An executor is to have it. */
  add({ key, release }: LiveRelease): void {
    if (!this.#byKey.has(key)) this.#byKey.set(key, ownerOf(release));
  }

  remove({ key }: LiveRelease): void {
    if (this.#byKey.has(key)) this.#gone[0]?.push(key);
  }

  find(key: number): Owner | undefined {
    return this.#byKey.get(key);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** A division was made. */
  divided(): void {
    this.#gone.unshift([]);
    for (const key of this.#gone.length > keptDivisions ? (this.#gone.pop() ?? []) : []) this.#byKey.delete(key);
  }
}

/** What a preview's calls use is its plugin's; what is run to try a release is its push's. */
export function ownerOf({ plugin, trial }: Pick<Release, 'plugin' | 'trial'>): Owner {
  return Object.freeze({ plugin, isPushed: trial !== undefined });
}
