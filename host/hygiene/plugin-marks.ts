/**
 * By what a plugin is known that calls another one by `fetch`: a mark that travels with its requests and says nothing to
 * anybody but the host that made it. It names a caller in reports and allows nothing: whoever is called can repeat it.
 */

import { randomBytes } from 'node:crypto';

/** Those that were marked last. */
const mostPlugins = 20_000;

export class PluginMarks {
  /** By plugin, the one that was marked first at the beginning. */
  readonly #marks = new Map<string, string>();
  readonly #plugins = new Map<string, string>();

  /** Letters, digits, `-` and `_`: a parameter's value as it is. */
  of(plugin: string): string {
    const known = this.#marks.get(plugin);
    if (known !== undefined) return known;
    const mark = randomBytes(9).toString('base64url');
    this.#marks.set(plugin, mark);
    this.#plugins.set(mark, plugin);
    if (this.#marks.size > mostPlugins) this.#forgetFirst();
    return mark;
  }

  /** @returns `undefined` of a mark that another host has made, or nobody */
  pluginOf(mark: string): string | undefined {
    return this.#plugins.get(mark);
  }

  #forgetFirst(): void {
    const [[plugin, mark] = ['', '']] = this.#marks;
    this.#marks.delete(plugin);
    this.#plugins.delete(mark);
  }
}
