/** Percentiles of samples. */

/** @param percentile from 0 to 100; the nearest rank, so that the value is one that was measured */
export function percentile(samples: readonly number[], percentile: number): number {
  if (samples.length === 0) throw new Error('there is no sample');
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] as number;
}

/** Of an even number of samples, the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new Error('there is no sample');
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] as number) + upper) / 2;
}

export interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export function spread(samples: readonly number[], digits = 2): Spread {
  const at = (rank: number) => round(percentile(samples, rank), digits);
  return { p50: round(median(samples), digits), p90: at(90), p99: at(99), max: at(100) };
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
