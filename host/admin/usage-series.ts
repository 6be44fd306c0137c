/** The routes of the course of usage: compact enough for charts of all plugins at once. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import { getUsageSeries, getUsageTop } from '../api/operations/usage-series.ts';
import type { WidenedQuery } from '../usage/query.ts';
import { widened } from '../usage/query.ts';
import { type SeriesValue, seriesValues } from '../usage/series-query.ts';
import type { StoredUsage } from '../usage/stored-usage.ts';
import { principalOf } from './access.ts';
import { type Route, route } from './route.ts';
import { parseUsage, type UsageTexts } from './usage-query.ts';

export interface UsageSeriesRouteParts {
  readonly storedUsage: Pick<StoredUsage, 'series' | 'now'>;
}

/** Of one answer: some 2 MB. */
const mostNumbers = 300_000;
const mostBins = 2_000;

export function usageSeriesRoutes({ storedUsage }: UsageSeriesRouteParts): Route[] {
  return [
    route(getUsageSeries, async (ctx, _, { query }) => {
      const asked = timeOf(query, storedUsage.now());
      const values = valuesOf(query.values ?? 'calls');
      answer(ctx, await storedUsage.series({ ...asked, values, top: undefined, reach: principalOf(ctx).reach, mostNumbers }));
    }),
    route(getUsageTop, async (ctx, _, { query }) => {
      const asked = timeOf({ ...query, bins: undefined }, storedUsage.now());
      const top = { by: query.by, count: query.count };
      answer(ctx, await storedUsage.series({ ...asked, values: seriesValues, top, reach: principalOf(ctx).reach, mostNumbers }));
    }),
  ];
}

function answer(ctx: Context, text: Uint8Array): void {
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}

interface AskedTime {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly step: '1s' | '1m' | '1h' | '1d';
  readonly bins: number | undefined;
}

/** @throws NboxError `invalid_query`, `usage_not_kept` */
function timeOf(
  { from: since, to, step, bins: wanted }: AskedTime,
  now: number,
): { within: WidenedQuery; whole: WidenedQuery; bins: number } {
  const texts: UsageTexts = { step, ...(since === undefined ? {} : { from: since }), ...(to === undefined ? {} : { to }) };
  const fault = (_: string, detail: string) => new NboxError('invalid_query', detail);
  const { query: within } = parseUsage(texts, undefined, now, fault);
  if (within.step === undefined) throw new NboxError('invalid_query', 'step may be 1s, 1m, 1h or 1d');
  const stepSeconds = { '1s': 1, '1m': 60, '1h': 3_600, '1d': 86_400 }[within.step];
  const steps = (within.to - within.from) / stepSeconds;
  if (steps > mostBins) {
    throw new NboxError(
      'invalid_query',
      `These are ${steps} steps of ${within.step}; ask for ${mostBins} at most, by a longer step or a shorter time`,
    );
  }
  const bins = Math.min(steps, wanted ?? steps);
  // Bins are alike: what does not fit in is the oldest.
  const from = within.from + (steps % bins) * stepSeconds;
  // The same seconds, whose coarser periods are read where there are some.
  const whole = widened({ from, to: within.to, step: undefined, groupings: ['plugin'], plugin: undefined }, now);
  return { within: { ...within, from }, whole, bins };
}

/** @throws NboxError `invalid_query` */
function valuesOf(text: string): SeriesValue[] {
  const names = text.split(',').map((name) => name.trim());
  const isKnown = names.every((name) => seriesValues.includes(name as SeriesValue)) && new Set(names).size === names.length;
  if (isKnown) return names as SeriesValue[];
  throw new NboxError('invalid_query', `Values are ${seriesValues.join(', ')}, with commas between them, each once`);
}
