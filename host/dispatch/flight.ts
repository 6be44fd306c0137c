/** Who hears of every call when it begins and when it is over: the time between is when it was in flight. */

import type { Call, Spent } from './dispatch.ts';

/** In the hot path: must not throw, wait or make anything. */
export interface Flight {
  began(call: Call): void;
  /**
   * Once for each that began.
   * @param wallUs from its admission to its end
   * @param isOwnLimit whether it was refused for a limit of its release's own
   */
  ended(call: Call, spent: Spent, wallUs: number, isOwnLimit: boolean): void;
}
