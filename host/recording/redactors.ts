/** One redactor for all plugins that hide the same names: each has regular expressions that take 1.4 ms and 90 KB to compile. */

import { Redactor } from './redactor.ts';

/** Kept at once, of names of plugins' own; those used last. */
const mostKept = 64;

export class Redactors {
  readonly #usual = new Redactor();
  /** By the plugins' own names, the one used last at the end. */
  readonly #own = new Map<string, Redactor>();

  /** @param more names of a plugin's own, none of which has a line feed */
  of(more: readonly string[] = []): Redactor {
    if (more.length === 0) return this.#usual;
    const key = more.join('\n');
    const redactor = this.#own.get(key) ?? new Redactor(more);
    this.#own.delete(key);
    this.#own.set(key, redactor);
    if (this.#own.size > mostKept) this.#own.delete(this.#own.keys().next().value as string);
    return redactor;
  }
}
