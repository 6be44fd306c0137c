/**
 * Plugins whose calls cost more since a release: its CPU time per call, hour by hour, against that of the release before it. Hours
 * count alike, whatever their calls, so that one hour with a costly batch is one hour among many.
 */

import type { HourlySums } from './hourly-sums.ts';
import { median, spread } from './robust.ts';

export interface CostRise {
  readonly plugin: string;
  /** The newest release that is live and has been called enough. */
  readonly release: number;
  /** The newest one before it of which that is true as well. */
  readonly base: number;
  /** Median CPU time per call of an hour, of either. */
  readonly beforeUs: number;
  readonly afterUs: number;
  /** How many hours each was judged by. */
  readonly hours: { readonly before: number; readonly after: number };
  /** What the rise comes to in CPU time, over the calls that the release has had. */
  readonly extraCpuUs: number;
}

/** An hour with fewer calls says little of what a call costs: the first ones make sandboxes and find cold caches. */
const leastCalls = 50;
const leastHours = 3;
/** Less is noise of the machine. */
const leastFactor = 1.25;
/** And less than this is nobody's trouble. */
const leastExtraUs = 100;
/** Above the old median by so many of the hours' own deviations. */
const deviations = 3;

/**
 * @param isLive whether a release is deployed: what one cost that was rolled back is no reason to go back again
 * @returns those that cost the most CPU time first
 */
export function costRises(sums: readonly HourlySums[], isLive: (plugin: string, release: number) => boolean = () => true): CostRise[] {
  const plugins = Map.groupBy(sums, ({ plugin }) => plugin);
  const found = [...plugins].flatMap(([plugin, mine]) => riseOf(plugin, mine, isLive) ?? []);
  return found.sort((a, b) => b.extraCpuUs - a.extraCpuUs || (a.plugin < b.plugin ? -1 : 1));
}

function riseOf(plugin: string, sums: readonly HourlySums[], isLive: (plugin: string, release: number) => boolean): CostRise | undefined {
  const releases = [...Map.groupBy(sums, ({ release }) => release)]
    .map(([release, rows]) => ({ release, rows, costs: costsOf(rows) }))
    .filter(({ costs }) => costs.length >= leastHours)
    .sort((a, b) => b.release - a.release);
  const newest = releases.findIndex(({ release }) => isLive(plugin, release));
  const [after, before] = newest < 0 ? [] : releases.slice(newest);
  if (after === undefined || before === undefined) return undefined;
  const [beforeUs, afterUs] = [median(before.costs), median(after.costs)];
  const bound = Math.max(beforeUs * leastFactor, beforeUs + leastExtraUs, beforeUs + deviations * spread(before.costs));
  if (afterUs <= bound) return undefined;
  const calls = after.rows.reduce((all, one) => all + one.calls, 0);
  return {
    ...{ plugin, release: after.release, base: before.release, beforeUs, afterUs },
    hours: { before: before.costs.length, after: after.costs.length },
    extraCpuUs: Math.round((afterUs - beforeUs) * calls),
  };
}

function costsOf(rows: readonly HourlySums[]): number[] {
  return rows.filter(({ calls }) => calls >= leastCalls).map(({ calls, cpuUs }) => cpuUs / calls);
}
