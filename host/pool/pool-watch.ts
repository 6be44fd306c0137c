/** What a pool tells those who look at it from outside. */

import type { LiveRelease } from '../release/release.ts';

/**
 * - `watchdog`: it hung or had stopped, and was killed.
 * - `memory`: it did not get smaller, and was replaced.
 * - `died`: it ended by itself, or by another's hand.
 */
export type LossCause = 'watchdog' | 'memory' | 'died';

/** Told in the midst of the pool's work: must not throw and must not wait. */
export interface PoolWatch {
  /** An executor is gone, and nobody has asked it to go. */
  lost(executor: number, cause: LossCause): void;
  /** A guard has ended a call of the release, or an executor was lost for its fault. */
  tripped(live: LiveRelease): void;
}
