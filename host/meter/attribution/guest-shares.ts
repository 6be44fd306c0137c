/**
 * An executor's CPU time divided over its guests.
 *
 * What a stay in a guest took is known as time that passed, in which the thread may have waited for a processor: on a busy machine
 * half of it. Long stays are asked their CPU time. Short ones share what is left of the thread's CPU time with all else that the
 * thread did, by how long each took: a thread is interrupted as often in its guests as beside them. So the sum is never more than
 * the operating system has counted, and no plugin pays for the time in which others had the processor.
 */

import type { Used } from '../../executor/wire.ts';

export interface GuestShares {
  /** CPU time by `Used.guests`' ids. */
  readonly guests: readonly (readonly [id: number, cpuUs: number])[];
  /** Of those that were not told one by one. */
  readonly othersUs: number;
}

type Divided = Pick<Used, 'threadUs' | 'activeUs' | 'longWallUs' | 'guests' | 'others'>;

/** @param mostUs what the whole process has used meanwhile */
export function guestShares({ threadUs, activeUs, longWallUs, guests, others }: Divided, mostUs: number): GuestShares {
  let shortUs = others.shortUs;
  let longUs = others.longUs;
  for (const [, short, long] of guests) {
    shortUs += short;
    longUs += long;
  }
  const spentUs = Math.max(0, Math.min(threadUs, mostUs));
  // The two are not read at once, so that a long stay may seem to have used more than its thread.
  const ofLong = longUs > spentUs ? spentUs / longUs : 1;
  const leftUs = spentUs - longUs * ofLong;
  const leftActiveUs = Math.max(activeUs - longWallUs, shortUs);
  const ofShort = leftActiveUs > 0 ? Math.min(1, leftUs / leftActiveUs) : 0;
  const share = (short: number, long: number) => short * ofShort + long * ofLong;
  return {
    guests: guests.map(([id, short, long]) => [id, share(short, long)] as const),
    othersUs: share(others.shortUs, others.longUs),
  };
}
