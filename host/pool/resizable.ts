/** What has lanes grow and shrink by what they need. The lanes are its implementation. */

import type { PoolSize } from './pool.ts';

export interface ResizableLanes {
  /** By the lanes' names: how many executors each is to have now, and how many it may. */
  sizes(): ReadonlyMap<string, PoolSize>;
  /**
   * A lane shall have so many executors from now on; whoever calls it need not wait, and may call it at any time, as often as he
   * likes. No call fails for it.
   * @param count what is not whole counts as one more; what is beyond the lane's bounds, as the bound
   * @returns how many it is
   * @throws RangeError where there is no such lane, or `count` is NaN
   */
  resize(lane: string, count: number): number;
}
