/** The routing table: what of each plugin is deployed. Swapping that is one assignment. */

import type { PluginId } from '../../loader/plugin-id.ts';
import type { Deployed } from './deployed.ts';
import { LiveRelease, type Release } from './release.ts';

export class Registry {
  readonly #deployed = new Map<string, Deployed>();
  readonly #onClosed: (release: LiveRelease) => void;
  readonly #onDraining: (release: LiveRelease) => void;
  readonly #onSwapped: (next: Deployed) => void;
  #nextKey = 1;

  /**
   * @param onClosed told once of each release that was retired and has no lease left
   * @param onDraining told once of each that was retired and has leases
   * @param onSwapped told of each table that was swapped in
   */
  constructor(
    onClosed: (release: LiveRelease) => void,
    onDraining: (release: LiveRelease) => void = () => {},
    onSwapped: (next: Deployed) => void = () => {},
  ) {
    this.#onClosed = onClosed;
    this.#onDraining = onDraining;
    this.#onSwapped = onSwapped;
  }

  /**
   * Makes a release ready to be swapped in. It is routed to only after `swap`.
   * @param onClosed told in place of the registry's, of what is never swapped in
   */
  admit(release: Release, interfaces: Iterable<string>, onClosed: (release: LiveRelease) => void = this.#onClosed): LiveRelease {
    return new LiveRelease(release, interfaces, this.#nextKey++, onClosed);
  }

  deployed(plugin: string): Deployed | undefined {
    return this.#deployed.get(plugin);
  }

  /** The release that has the greater part of the plugin's calls. */
  get(plugin: string): LiveRelease | undefined {
    return this.#deployed.get(plugin)?.main;
  }

  /** From here on new calls go by `next`; what is not in it any more drains. */
  swap(next: Deployed): void {
    const { plugin } = next.main.release;
    const old = this.#deployed.get(plugin);
    this.#deployed.set(plugin, next);
    for (const { live } of old?.shares ?? []) if (next.find(live.release.number) !== live) this.#retire(live);
    this.#onSwapped(next);
  }

  /** @returns whether there was such a plugin */
  remove(plugin: PluginId): boolean {
    const old = this.#deployed.get(plugin);
    this.#deployed.delete(plugin);
    for (const { live } of old?.shares ?? []) this.#retire(live);
    return old !== undefined;
  }

  #retire(live: LiveRelease): void {
    live.retire();
    if (live.state === 'draining') this.#onDraining(live);
  }

  /** Every release that is deployed, in order of their plugins' ids. */
  list(): LiveRelease[] {
    const all = [...this.#deployed.values()].sort((a, b) => (a.main.release.plugin < b.main.release.plugin ? -1 : 1));
    return all.flatMap(({ shares }) => shares.map(({ live }) => live));
  }

  /** How many plugins there are. */
  get size(): number {
    return this.#deployed.size;
  }
}
