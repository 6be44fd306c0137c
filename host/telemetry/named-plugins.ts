/**
 * Which plugins have series of their own. Prometheus pays for each, so there are so many at most, and all others are one, named
 * `other`. Who has a name keeps it until it is gone, and who has none gets none: a series must not change what it counts.
 */

import { Labels } from './labels.ts';

export const otherLabels = new Labels([['plugin', 'other']]);

export class NamedPlugins {
  readonly #most: number;
  readonly #named = new Map<string, Labels>();
  readonly #unnamed = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns undefined where it is among the others */
  labelsOf(plugin: string): Labels | undefined {
    const known = this.#named.get(plugin);
    if (known !== undefined || this.#unnamed.has(plugin)) return known;
    if (this.#named.size >= this.#most) {
      this.#unnamed.add(plugin);
      return undefined;
    }
    const labels = new Labels([['plugin', plugin]]);
    this.#named.set(plugin, labels);
    return labels;
  }

  /** Whether it had series of its own until now. */
  forget(plugin: string): boolean {
    this.#unnamed.delete(plugin);
    return this.#named.delete(plugin);
  }

  get unnamed(): number {
    return this.#unnamed.size;
  }
}
