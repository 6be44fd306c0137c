/** Whose use has changed most: the last part of a while held against what was before it. */

import type { UsageSeries } from '../api/wire-usage.ts';

export interface Mover {
  readonly plugin: string;
  /** In a second, before and now. */
  readonly before: number;
  readonly now: number;
  /** How many times as much; `Infinity` where there was nothing before. */
  readonly factor: number;
}

/** A change of less than this is noise, whatever its factor. */
const leastShare = 0.01;
const leastFactor = 1.25;

/**
 * @param value which of the series' values
 * @param least in a second: what is below it before and now is no mover
 */
export function moversOf(
  { plugins, seconds, periods }: UsageSeries,
  value: 'calls' | 'cpuUs' | 'failed',
  least: number,
  most: number,
): Mover[] {
  if (periods < 2) return [];
  const found: (Mover & { readonly change: number })[] = [];
  let total = 0;
  for (const one of plugins) {
    const values = one[value];
    if (values === undefined) continue;
    const now = (values.at(-1) ?? 0) / seconds;
    let earlier = 0;
    for (let i = 0; i < periods - 1; i += 1) earlier += values[i] ?? 0;
    const before = earlier / (periods - 1) / seconds;
    total += Math.max(now, before);
    const factor = before === 0 ? Number.POSITIVE_INFINITY : now / before;
    const isChanged = factor >= leastFactor || factor <= 1 / leastFactor;
    if (Math.max(now, before) >= least && isChanged)
      found.push({ plugin: one.plugin, before, now, factor, change: Math.abs(now - before) });
  }
  return found
    .filter(({ change }) => change >= total * leastShare)
    .sort((a, b) => b.change - a.change || (a.plugin < b.plugin ? -1 : 1))
    .slice(0, most)
    .map(({ change: _, ...mover }) => mover);
}
