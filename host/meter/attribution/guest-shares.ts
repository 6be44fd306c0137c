/**
 * An executor's CPU time divided over its guests. Stays are told in CPU time, but the clocks of stays, thread and process are not read
 * at once, and a stay of less than 0.1 ms is told by its length: so that all together are never more than what the system has counted,
 * they are made smaller where they would be.
 */

import type { Used } from '../../executor/wire.ts';

export interface GuestShares {
  /** CPU time by `Used.guests`' ids. */
  readonly guests: readonly (readonly [id: number, cpuUs: number])[];
  /** Of those that were not told one by one. */
  readonly othersUs: number;
}

/** @param mostUs what the whole process has used meanwhile */
export function guestShares({ threadUs, guests, othersUs }: Pick<Used, 'threadUs' | 'guests' | 'othersUs'>, mostUs: number): GuestShares {
  const toldUs = guests.reduce((sum, [, us]) => sum + us, othersUs);
  const spentUs = Math.max(0, Math.min(threadUs, mostUs));
  const scale = toldUs > spentUs ? spentUs / toldUs : 1;
  return { guests: guests.map(([id, us]) => [id, us * scale] as const), othersUs: othersUs * scale };
}
