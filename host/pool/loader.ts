/** What publishing needs of the executors. The pool is its implementation; tests give their own. */

import type { Bundle, Image, LiveRelease, Release, ReleaseSnapshot } from '../release/release.ts';

/** What a probe found: the interfaces that the plugin's handler has (`fetch`), and what starting it cost. */
export interface Probe {
  readonly interfaces: readonly string[];
  readonly startupUs: number;
  readonly snapshot: ReleaseSnapshot;
}

export interface ReleaseLoader {
  /**
   * Evaluates the release's top level in an executor, apart from live traffic.
   * @throws NboxError `probe_failed` (author's fault, with the position where it is known), `publish_failed` where no executor could try
   */
  probe(release: Release, bundle: Bundle): Promise<Probe>;
  /**
   * Resolves when the release is where its calls will go first: in the executors that hold the release that it
   * replaces, or in one.
   * @param code its own, where it is to go on with the state of the one that it replaces
   * @throws NboxError `publish_failed`; HandOverError where it was to go on, and that failed
   */
  load(live: LiveRelease, image: Image, replaced: LiveRelease | undefined, code?: string): Promise<void>;
  /** Whether the release has a sandbox that may hand its state over, where the one that replaces it will be. */
  handsOver(live: LiveRelease, to: Release): boolean;
  /** Resolves when no call of the release runs or waits but streams, or when the time is over. */
  quiet(live: LiveRelease, mostMs: number): Promise<void>;
  /** Executors drop the release. Called once it has closed, or where a publish failed after `load`. */
  unload(live: LiveRelease): void;
}
