/** Of each plugin the last call that was traced: what its histogram refers to. */

import type { Exemplar } from './family.ts';

/** Of those that were traced longest ago, none is kept. */
const mostPlugins = 2_000;

export class Exemplars {
  readonly #last = new Map<string, Exemplar>();

  note(plugin: string, exemplar: Exemplar): void {
    this.#last.delete(plugin);
    this.#last.set(plugin, exemplar);
    if (this.#last.size > mostPlugins) this.#last.delete(this.#last.keys().next().value as string);
  }

  of(plugin: string): Exemplar | undefined {
    return this.#last.get(plugin);
  }

  forget(plugin: string): void {
    this.#last.delete(plugin);
  }
}
