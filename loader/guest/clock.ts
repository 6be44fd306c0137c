/**
 * The time since a sandbox first looked at its clock, in whole milliseconds. It reads what `Date` reads, but never goes
 * back: where the host's clock is set back, it goes on from where it was.
 */

import { host } from './host.ts';

/** Set at the first look: a sandbox is made from a snapshot, so what was so when the prelude ran tells nothing. */
let origin = 0;
let last = 0;
/** How far the host's clock was set back in all. */
let behind = 0;

export function elapsed(): number {
  const now = host.now();
  // One before it, since the platform promises that something has passed.
  if (origin === 0) origin = now - 1;
  else if (now < last) behind += last - now;
  last = now;
  return now + behind - origin;
}

export function timeOrigin(): number {
  if (origin === 0) elapsed();
  return origin;
}
