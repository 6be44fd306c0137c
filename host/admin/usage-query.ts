/** What is asked of stored usage, from a URL's query or a body. */

import { NboxError } from '../../guards/errors.ts';
import type { RowForm } from '../usage/messages.ts';
import { type Grouping, groupings, type Step, steps, type UsageQuery, type WidenedQuery, widened } from '../usage/query.ts';
import { keptS } from '../usage/tiers.ts';

export const usageParameters = ['from', 'to', 'step', 'group', 'format'] as const;
export type UsageParameter = (typeof usageParameters)[number];
export type UsageTexts = Readonly<Partial<Record<UsageParameter, string>>>;

export interface AskedUsage {
  readonly query: WidenedQuery;
  readonly form: RowForm;
}

/** How far back a range begins where nothing is said, by its step. */
const defaultS: Readonly<Record<Step | 'none', number>> = { '1s': 600, '1m': 6 * 3_600, '1h': 7 * 86_400, '1d': 90 * 86_400, none: 86_400 };
const unitsS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
export const times = 'an RFC 3339 time (2026-03-01T00:00:00Z), milliseconds since 1970, now, or a time before now (-90s, -15m, -24h, -30d)';

/**
 * @param plugin of which alone it is asked
 * @param now the current second
 * @param fault makes the error for the field that is wrong
 * @throws NboxError by `fault`, or `usage_not_kept`
 */
export function parseUsage(
  texts: UsageTexts,
  plugin: string | undefined,
  now: number,
  fault: (field: UsageParameter, detail: string) => NboxError,
): AskedUsage {
  const step = oneOf<Step | 'none'>(texts.step, [...(Object.keys(steps) as Step[]), 'none'], 'none');
  if (step === undefined) throw fault('step', `step may be ${Object.keys(steps).join(', ')} or none`);
  const form = oneOf<RowForm>(texts.format, ['json', 'ndjson', 'csv'], 'json');
  if (form === undefined) throw fault('format', 'format may be json, ndjson or csv');
  const from = texts.from === undefined ? now - defaultS[step] : secondOf(texts.from, now);
  const to = texts.to === undefined ? now + 1 : secondOf(texts.to, now);
  if (from === undefined) throw fault('from', `from may be ${times}`);
  if (to === undefined) throw fault('to', `to may be ${times}`);
  if (from >= to) throw fault('from', 'from must be before to');
  if (from > now) throw fault('from', 'from must not lie ahead');
  const tier = step === 'none' ? undefined : steps[step];
  if (tier !== undefined && from < now - keptS[tier]) {
    const coarser = step === '1s' ? '1m' : step === '1m' ? '1h' : '1d';
    const kept = keptS[tier] < 86_400 ? `${keptS[tier] / 60} minutes` : `${keptS[tier] / 86_400} days`;
    throw new NboxError(
      'usage_not_kept',
      `Usage by ${step} is kept for ${kept}: begin later${step === '1d' ? '' : `, or ask for step=${coarser}`}`,
    );
  }
  const parsed = groupsOf(texts.group, plugin, fault);
  const query: UsageQuery = { from, to: Math.min(to, now + 1), step: step === 'none' ? undefined : step, groupings: parsed, plugin };
  return { query: widened(query, now), form };
}

function groupsOf(text: string | undefined, plugin: string | undefined, fault: (field: 'group', detail: string) => NboxError): Grouping[] {
  if (text === undefined || text === '') return [];
  const names = text.split(',').map((name) => name.trim());
  const known = groupings.filter((name) => plugin === undefined || name !== 'part');
  if (!names.every((name) => known.includes(name as Grouping)))
    throw fault('group', `group may be ${known.join(', ')}, with commas between them`);
  if (new Set(names).size < names.length) throw fault('group', 'group names something twice');
  return names as Grouping[];
}

/** @param now the current second @returns `undefined` where the text is none of `times` */
export function secondOf(text: string, now: number): number | undefined {
  if (text === 'now') return now + 1;
  const [, count, unit] = /^-(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return Math.max(0, now + 1 - Number(count) * (unitsS[unit] as number));
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : instant.test(text) ? Date.parse(text) : Number.NaN;
  // The end of what a Date can be is far behind it.
  return ms >= 0 && ms < 8e15 ? Math.floor(ms / 1_000) : undefined;
}

function oneOf<T extends string>(text: string | undefined, values: readonly T[], otherwise: T): T | undefined {
  return text === undefined ? otherwise : values.find((value) => value === text);
}
