/**
 * Plugins whose last whole hour was abnormal: far above the same hour of the days before, and above the same hour of the same
 * weekday. What is far is told by the days before themselves, robustly: one odd day among them neither hides growth nor makes it.
 */

import { dayMs, type HourlySums } from './hourly-sums.ts';
import { median, spread } from './robust.ts';

export interface Growth {
  readonly plugin: string;
  readonly metric: 'calls' | 'cpuUs';
  /** When the hour began that was abnormal, in milliseconds since the epoch. */
  readonly hour: number;
  readonly value: number;
  /** The median of the same hour of the days before. */
  readonly usual: number;
  /** Beyond this it counts as abnormal. */
  readonly bound: number;
  /** On how many days that rests. */
  readonly days: number;
}

/** Days that are looked back, and how many of them a plugin, and the host, must have been there for. */
export const growthDays = Object.freeze({ back: 21, least: 5 });
/** Above the usual by so many of the days' own deviations. */
const deviations = 6;
/** Days that are all alike are no reason to take little for much: so much of the usual counts as its deviation at least. */
const leastDeviation = 0.1;
/** And by so much it must be above it whatever the deviation. */
const leastFactor = 2;
/** What is less than this is nobody's trouble: 1,000 calls, a minute of CPU time. */
const leastValue = Object.freeze({ calls: 1_000, cpuUs: 60_000_000 });
/** Above the most that the same weekday had: some plugins have most of their calls on two days of seven. */
const weekdayFactor = 1.5;

/**
 * @param hour the hour that is judged, whole by now
 * @param sums of it and of the same hour of 21 days before it; of each plugin also those of its first hour in that time, if it is another
 * @param isKnown whether the host was there in an hour: if not, that a plugin had no calls says nothing
 * @returns the furthest above its bound first
 */
export function growth(sums: readonly HourlySums[], hour: number, isKnown: (hour: number) => boolean = () => true): Growth[] {
  const found: Growth[] = [];
  for (const [plugin, hours] of byPlugin(sums)) {
    const first = Math.min(...hours.keys());
    // Days before it was there say nothing; within its life, an hour without sums had none.
    const back = Math.min(growthDays.back, Math.floor((hour - first) / dayMs));
    const days = Array.from({ length: back }, (_, i) => i + 1).filter((day) => isKnown(hour - day * dayMs));
    if (days.length < growthDays.least) continue;
    for (const metric of ['calls', 'cpuUs'] as const) {
      const value = hours.get(hour)?.[metric] ?? 0;
      const before = days.map((day) => hours.get(hour - day * dayMs)?.[metric] ?? 0);
      const usual = median(before);
      const weekday = Math.max(0, ...before.filter((_, i) => (days[i] as number) % 7 === 0));
      const bound = Math.max(
        ...[usual + deviations * Math.max(spread(before), leastDeviation * usual, Math.sqrt(usual))],
        ...[leastFactor * usual, weekdayFactor * weekday, leastValue[metric]],
      );
      if (value > bound) found.push({ plugin, metric, hour, value, usual, bound, days: days.length });
    }
  }
  return found.sort((a, b) => b.value / b.bound - a.value / a.bound || (a.plugin < b.plugin ? -1 : 1));
}

/** The sums of all releases, by hours. */
function byPlugin(sums: readonly HourlySums[]): Map<string, Map<number, { calls: number; cpuUs: number }>> {
  const plugins = new Map<string, Map<number, { calls: number; cpuUs: number }>>();
  for (const { plugin, hour, calls, cpuUs } of sums) {
    let hours = plugins.get(plugin);
    if (hours === undefined) {
      hours = new Map();
      plugins.set(plugin, hours);
    }
    const before = hours.get(hour);
    hours.set(hour, { calls: (before?.calls ?? 0) + calls, cpuUs: (before?.cpuUs ?? 0) + cpuUs });
  }
  return plugins;
}
