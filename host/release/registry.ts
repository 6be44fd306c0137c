/** The routing table: which release of each plugin is live. Swapping one is one assignment. */

import type { PluginId } from '../../loader/plugin-id.ts';
import { LiveRelease, type Release } from './release.ts';

export class Registry {
  readonly #live = new Map<string, LiveRelease>();
  readonly #onClosed: (release: LiveRelease) => void;
  #nextKey = 1;

  /** @param onClosed told once of each release that was retired and has no lease left */
  constructor(onClosed: (release: LiveRelease) => void) {
    this.#onClosed = onClosed;
  }

  /** Makes a release ready to be swapped in. It is routed to only after `swap`. */
  admit(release: Release, interfaces: Iterable<string>): LiveRelease {
    return new LiveRelease(release, interfaces, this.#nextKey++, this.#onClosed);
  }

  get(plugin: string): LiveRelease | undefined {
    return this.#live.get(plugin);
  }

  /** From here on every new call gets `next`; the old release drains. */
  swap(next: LiveRelease): void {
    const old = this.#live.get(next.release.plugin);
    this.#live.set(next.release.plugin, next);
    old?.retire();
  }

  /** @returns whether there was such a plugin */
  remove(plugin: PluginId): boolean {
    const old = this.#live.get(plugin);
    this.#live.delete(plugin);
    old?.retire();
    return old !== undefined;
  }

  /** In order of their ids. */
  list(): LiveRelease[] {
    return [...this.#live.values()].sort((a, b) => (a.release.plugin < b.release.plugin ? -1 : 1));
  }

  get size(): number {
    return this.#live.size;
  }
}
