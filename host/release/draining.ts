/**
 * Replaced releases on which calls still run. Calls end by their own limits; what may go on for much longer, streams, gets until
 * a bound, and of each plugin only the last one that was replaced gets it.
 */

import type { LiveRelease } from './release.ts';

export class Draining {
  readonly #forMs: number;
  readonly #end: (release: LiveRelease) => void;
  /** By plugin. */
  readonly #last = new Map<string, { readonly release: LiveRelease; readonly timer: NodeJS.Timeout }>();

  /** @param end ends the streams of a release */
  constructor(forMs: number, end: (release: LiveRelease) => void) {
    this.#forMs = forMs;
    this.#end = end;
  }

  /** The release gets no new calls. */
  add(release: LiveRelease): void {
    const { plugin } = release.release;
    this.evict(plugin);
    const timer = setTimeout(() => this.evict(plugin), this.#forMs);
    timer.unref();
    this.#last.set(plugin, { release, timer });
  }

  /** Does not wait for the bound. @returns whether there was one to end */
  evict(plugin: string): boolean {
    const last = this.#last.get(plugin);
    if (last === undefined) return false;
    this.#forget(plugin);
    if (last.release.state !== 'draining') return false;
    this.#end(last.release);
    return true;
  }

  /** The release has no calls any more. */
  closed(release: LiveRelease): void {
    const { plugin } = release.release;
    if (this.#last.get(plugin)?.release === release) this.#forget(plugin);
  }

  close(): void {
    for (const plugin of [...this.#last.keys()]) this.#forget(plugin);
  }

  #forget(plugin: string): void {
    clearTimeout(this.#last.get(plugin)?.timer);
    this.#last.delete(plugin);
  }
}
