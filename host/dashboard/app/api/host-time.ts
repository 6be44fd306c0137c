/** The host's time: what is asked for goes by its clock, and the one here may be another. */

/** How much it is ahead of the one here, in ms. */
let ahead = 0;

/** What is less than the header's second and the way here is no difference. */
const leastMs = 3_000;

/** @param date of an answer's head */
export function noteHostTime(date: string | null, here = Date.now()): void {
  const there = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(there)) return;
  const difference = there - here;
  ahead = Math.abs(difference) < leastMs ? 0 : difference;
}

export function hostNow(here = Date.now()): number {
  return here + ahead;
}
