/** How many executors a lane has at first, and between which bounds that may change while the host runs. */

export interface ExecutorCount {
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

/**
 * The whole number of executors that comes next to what is wanted.
 * @throws RangeError where that is no number
 */
export function within(wanted: number, { least, most }: ExecutorCount): number {
  if (Number.isNaN(wanted)) throw new RangeError('a number of executors was expected');
  return Math.min(most, Math.max(least, Math.ceil(wanted)));
}
