/** Figures that a few odd values cannot move far. */

/** @param values at least one, in any order */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Of values that are spread by a normal distribution, what turns the median of distances into the standard deviation. */
const toDeviation = 1.4826;

/** The spread: the median of the distances from the median, as a standard deviation. @param values at least one */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return toDeviation * median(values.map((value) => Math.abs(value - middle)));
}
