/** How two releases part a plugin's calls: hundredths that add up to 100. */

import type { Share } from '../api/wire.ts';

/** @param percentage of the second release; with none or all of the calls there is one release only */
export function sharesFor(first: number, second: number, percentage: number): Share[] {
  const part = Math.round(Math.min(100, Math.max(0, percentage)) * 100) / 100;
  if (part === 0) return [{ number: first, percentage: 100 }];
  if (part === 100) return [{ number: second, percentage: 100 }];
  return [
    { number: first, percentage: Math.round((100 - part) * 100) / 100 },
    { number: second, percentage: part },
  ];
}

/** A slider's places: fine where little is risked, and coarse beyond. */
export const stops: readonly number[] = [0, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

export function nearestStop(percentage: number): number {
  let best = 0;
  for (const [i, stop] of stops.entries()) if (Math.abs(stop - percentage) < Math.abs((stops[best] as number) - percentage)) best = i;
  return best;
}
