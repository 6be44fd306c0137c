/** The routes of the course of usage: compact enough for charts of all plugins at once. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { WidenedQuery } from '../usage/query.ts';
import { widened } from '../usage/query.ts';
import { type SeriesValue, seriesValues } from '../usage/series-query.ts';
import type { StoredUsage } from '../usage/stored-usage.ts';
import { principalOf } from './access.ts';
import type { Route } from './route.ts';
import { parseUsage, type UsageTexts } from './usage-query.ts';

export interface UsageSeriesRouteParts {
  readonly storedUsage: Pick<StoredUsage, 'series' | 'now'>;
}

/** Of one answer: some 2 MB. */
const mostNumbers = 300_000;
const mostBins = 2_000;
const mostTop = 50;
const defaultTop = 8;

export function usageSeriesRoutes({ storedUsage }: UsageSeriesRouteParts): Route[] {
  return [
    {
      ...{ method: 'GET', pattern: '/v1/usage/series', access: 'read', of: 'reach', query: ['from', 'to', 'step', 'bins', 'values'] },
      async handle(ctx) {
        const query = new URLSearchParams(ctx.querystring);
        const asked = timeOf(query, storedUsage.now());
        const values = valuesOf(query.get('values') ?? 'calls');
        answer(ctx, await storedUsage.series({ ...asked, values, top: undefined, reach: principalOf(ctx).reach, mostNumbers }));
      },
    },
    {
      ...{ method: 'GET', pattern: '/v1/usage/top', access: 'read', of: 'reach', query: ['from', 'to', 'step', 'by', 'count'] },
      async handle(ctx) {
        const query = new URLSearchParams(ctx.querystring);
        const asked = timeOf(query, storedUsage.now());
        const by = valuesOf(query.get('by') ?? 'osCpuUs');
        if (by.length > 1) throw new NboxError('invalid_query', 'by may be one value');
        const count = numberOf('count', query.get('count'), mostTop) ?? defaultTop;
        const top = { by: by[0] as SeriesValue, count };
        answer(ctx, await storedUsage.series({ ...asked, values: seriesValues, top, reach: principalOf(ctx).reach, mostNumbers }));
      },
    },
  ];
}

function answer(ctx: Context, text: Uint8Array): void {
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}

/** @throws NboxError `invalid_query`, `usage_not_kept` */
function timeOf(query: URLSearchParams, now: number): { within: WidenedQuery; whole: WidenedQuery; bins: number } {
  const given = Object.fromEntries(['from', 'to', 'step'].flatMap((name) => (query.has(name) ? [[name, query.get(name) as string]] : [])));
  const texts: UsageTexts = { step: '1m', ...given };
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
  const bins = Math.min(steps, numberOf('bins', query.get('bins'), mostBins) ?? steps);
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

/** @throws NboxError `invalid_query` */
function numberOf(name: string, text: string | null, most: number): number | undefined {
  if (text === null) return undefined;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new NboxError('invalid_query', `${name} may be a number from 1 to ${most}`);
}
