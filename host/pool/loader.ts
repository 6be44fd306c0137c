/** What publishing needs of the executors. The pool is its implementation; tests give their own. */

import type { Bundle, LiveRelease, Release } from '../release/release.ts';

/** What a probe found: the interfaces that the plugin's handler has (`fetch`), and what starting it cost. */
export interface Probe {
  readonly interfaces: readonly string[];
  readonly startupUs: number;
}

export interface ReleaseLoader {
  /**
   * Evaluates the release's top level in an executor, apart from live traffic.
   * @throws NboxError `probe_failed` (author's fault, with the position where it is known), `publish_failed` where no executor could try
   */
  probe(release: Release, bundle: Bundle): Promise<Probe>;
  /**
   * Resolves when every ready executor that serves the plugin holds the release.
   * @throws NboxError `publish_failed`
   */
  load(live: LiveRelease, bundle: Bundle): Promise<void>;
  /** Executors drop the release. Called once it has closed, or where a publish failed after `load`. */
  unload(live: LiveRelease): void;
}
