/** Rows as they are sent: JSON, lines of JSON, or CSV. They are written where they are read, so that the host only passes bytes on. */

import { costOf, priceNames } from './cost.ts';
import { callsAt, counters, durations } from './counters.ts';
import type { Group } from './grouped.ts';
import type { Histogram } from './histogram.ts';
import type { RowForm, RowsQuery } from './messages.ts';
import type { PriceList, PriceName } from './prices.ts';
import { type Grouping, steps } from './query.ts';
import { periodOf, startOf } from './tiers.ts';

type Value = string | number | null;
const percents = [50, 90, 99] as const;
const memoryAt = counters.indexOf('memoryKibSeconds');

/** @returns no text but bytes, so that they can be handed over without being copied */
export function rowText(groups: readonly Group[], query: RowsQuery): Uint8Array {
  const rows = [...groups].sort(compare(query.groupings));
  const { form } = query;
  const lines = rows.map((group) => (form === 'csv' ? csvRow(group, query) : JSON.stringify(jsonRow(group, query))));
  return new TextEncoder().encode(form === 'json' ? lines.join(',') : lines.map((line) => `${line}${lineEnd(form)}`).join(''));
}

/** What stands before a CSV's first row (RFC 4180). */
export function csvHead(groupings: readonly Grouping[], prices: PriceList | undefined): string {
  const columns = [...['from', 'to', ...groupings], ...(prices === undefined ? usageColumns : ['currency', ...pricesOf(prices), 'total'])];
  return `${columns.join(',')}${lineEnd('csv')}`;
}

const usageColumns = [
  ...['calls', 'failed', ...counters.filter((name) => name !== 'calls'), 'memoryBytes'],
  ...durations.flatMap((name) => percents.map((percent) => `${name}P${percent}`)),
];

function lineEnd(form: RowForm): string {
  return form === 'csv' ? '\r\n' : '\n';
}

function jsonRow(group: Group, query: RowsQuery): unknown {
  const { from, to } = rangeOf(group, query);
  const head = { from: isoOf(from), to: isoOf(to), ...group.names };
  const { sum, outcomes } = group;
  if (query.prices !== undefined) return { ...head, currency: query.prices.currency, ...costOf(sum, query.prices) };
  const values: Record<string, number> = {};
  for (let i = 0; i < counters.length; i += 1) values[counters[i] as string] = Math.round(sum.numbers[i] as number);
  const percentiles = { waitUs: percentilesOf(sum.wait), runUs: percentilesOf(sum.run), cpuUs: percentilesOf(sum.cpu) };
  return {
    ...head,
    ...values,
    memoryBytes: meanMemory(sum.numbers, from, Math.min(to, query.now + 1)),
    outcomes: Object.fromEntries(outcomes),
    percentiles,
  };
}

function csvRow(group: Group, query: RowsQuery): string {
  const { from, to } = rangeOf(group, query);
  const { sum, outcomes } = group;
  const head: Value[] = [isoOf(from), isoOf(to), ...query.groupings.map((one) => group.names[one] ?? null)];
  if (query.prices !== undefined) {
    const { costs, total } = costOf(sum, query.prices);
    return csvLine([...head, query.prices.currency, ...pricesOf(query.prices).map((name) => costs[name] ?? null), total]);
  }
  const calls = sum.numbers[callsAt] as number;
  const others = counters.flatMap((_, i) => (i === callsAt ? [] : [Math.round(sum.numbers[i] as number)]));
  const memory = meanMemory(sum.numbers, from, Math.min(to, query.now + 1));
  const percentiles = [sum.wait, sum.run, sum.cpu].flatMap((histogram) => percents.map((percent) => histogram.percentile(percent)));
  return csvLine([...head, calls, calls - (outcomes.get('ok') ?? 0), ...others, memory, ...percentiles]);
}

function csvLine(values: readonly Value[]): string {
  return values.map((value) => (value === null ? '' : typeof value === 'number' ? String(value) : quoted(value))).join(',');
}

/** Quoted where it must be. Names of interfaces are an author's: none may become a formula where a table is opened. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function pricesOf(prices: PriceList): PriceName[] {
  return priceNames.filter((name) => prices[name] !== undefined);
}

function rangeOf({ at }: Group, { step, to }: RowsQuery): { from: number; to: number } {
  if (step === undefined) return { from: at, to };
  return { from: at, to: startOf(steps[step], periodOf(steps[step], at) + 1) };
}

/** Many rows have the same times. */
const isoTexts = new Map<number, string>();
function isoOf(second: number): string {
  let text = isoTexts.get(second);
  if (text === undefined) {
    text = new Date(second * 1_000).toISOString().replace('.000Z', 'Z');
    if (isoTexts.size >= 1_000) isoTexts.clear();
    isoTexts.set(second, text);
  }
  return text;
}

/** Over the time that has passed of the row's. */
function meanMemory(numbers: readonly number[], from: number, to: number): number {
  return Math.round(((numbers[memoryAt] as number) * 1_024) / Math.max(1, to - from));
}

function percentilesOf(histogram: Histogram): Record<string, number> {
  return { p50: histogram.percentile(50), p90: histogram.percentile(90), p99: histogram.percentile(99) };
}

/** By time, then by names as they are asked for; what has no name comes last. */
function compare(groupings: readonly Grouping[]): (a: Group, b: Group) => number {
  return (a, b) => {
    if (a.at !== b.at) return a.at - b.at;
    for (const grouping of groupings) {
      const [one, other] = [a.names[grouping] ?? null, b.names[grouping] ?? null];
      if (one === other) continue;
      if (one === null || other === null) return one === null ? 1 : -1;
      if (typeof one === 'number' && typeof other === 'number') return one - other;
      return String(one) < String(other) ? -1 : 1;
    }
    return 0;
  };
}
