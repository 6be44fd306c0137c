/** Series on top of each other: what a chart of shares draws, and between which lines it fills. */

export interface Layer {
  readonly label: string;
  readonly values: readonly number[];
}

export interface Stacked {
  /** Of each layer the line above it: sums from the first layer on. */
  readonly lines: readonly (readonly number[])[];
  readonly most: number;
}

/** @param hidden layers that are left out by their places, without the others' changing theirs */
export function stack(layers: readonly Layer[], points: number, hidden: ReadonlySet<number> = new Set()): Stacked {
  const sums = new Array<number>(points).fill(0);
  let most = 0;
  const lines = layers.map(({ values }, at) => {
    if (hidden.has(at)) return sums.slice();
    for (let i = 0; i < points; i += 1) {
      // What is below 0 (more was booked than was seen) would turn the layers above it over.
      sums[i] = (sums[i] as number) + Math.max(0, values[i] ?? 0);
      most = Math.max(most, sums[i] as number);
    }
    return sums.slice();
  });
  return { lines, most };
}

/** A scale's end that is a round number at or above the value: 1, 2, 2.5 or 5 times a power of ten. */
export function roundTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8]) if (value <= factor * power * 1.0001) return factor * power;
  return 10 * power;
}

/** The same of bytes: a round number of KiB, MiB and so on. */
export function roundTopBytes(value: number): number {
  if (!(value > 0)) return 1_024;
  const unit = 1_024 ** Math.max(0, Math.floor(Math.log2(value) / 10));
  for (const factor of [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768])
    if (value <= factor * unit) return factor * unit;
  return 1_024 * unit;
}

/** Values of periods: those that are missing are 0, since nothing is kept of a period without anything. */
export function aligned(times: readonly number[], found: ReadonlyMap<number, number>): number[] {
  return times.map((at) => found.get(at) ?? 0);
}

/** Of what was counted in each period, so much a second; the last period may not be over. */
export function perSecond(counts: readonly number[], stepMs: number, lastMs: number): number[] {
  return counts.map((value, i) => (value * 1_000) / (i === counts.length - 1 ? lastMs : stepMs));
}

export function timesOf(from: number, to: number, stepMs: number): number[] {
  const times: number[] = [];
  for (let at = from; at < to; at += stepMs) times.push(at);
  return times;
}
