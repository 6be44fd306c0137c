/** What the hours of the past say of plugins that are live: abnormal growth, and releases that made calls dearer. */

import { type CostRise, costRises } from './cost-rise.ts';
import { type Growth, growth, growthDays } from './growth.ts';
import { dayMs, type HourlySums, hourMs } from './hourly-sums.ts';

export interface PastQuestion {
  /** When the hour began that is judged, in milliseconds since the epoch: one that is over, and whose usage is stored. */
  readonly hour: number;
  /** What is deployed: of what is gone nothing needs to be done. */
  readonly live: readonly (readonly [plugin: string, release: number])[];
}

export interface Past {
  readonly growth: readonly Growth[];
  readonly costRises: readonly CostRise[];
  /** When the first hour began in which the host was there; none where there was no whole one in that time. */
  readonly since: number | undefined;
  /** On how many of the days before the host was there in the hour that is judged. */
  readonly days: number;
}

/** What there is of the time from `firstHour` on. */
export interface PastHours {
  /** Of the hour that is judged and the same one of the days before, and of each plugin's first. */
  readonly calls: readonly HourlySums[];
  /** Of the hours from `firstCostHour` on: of calls that ran. */
  readonly costs: readonly HourlySums[];
  /** When hours began in which the host was there. */
  readonly known: ReadonlySet<number>;
}

/** How far back costs are compared. */
const costDays = 14;

export function firstHour(judged: number): number {
  return judged - growthDays.back * dayMs;
}

export function firstCostHour(judged: number): number {
  return judged + hourMs - costDays * dayMs;
}

export function judge({ calls, costs, known }: PastHours, { hour, live }: PastQuestion): Past {
  const releases = Map.groupBy(live, ([plugin]) => plugin);
  const days = Array.from({ length: growthDays.back }, (_, i) => hour - (i + 1) * dayMs).filter((one) => known.has(one));
  return {
    growth: growth(calls, hour, (one) => known.has(one)),
    costRises: costRises(costs, (plugin, release) => releases.get(plugin)?.some(([, one]) => one === release) === true),
    since: known.size === 0 ? undefined : Math.min(...known),
    days: days.length,
  };
}
