/** Answers questions about the course of usage, as the text that is sent. */

import { everything } from '../access/reach.ts';
import { parts } from './counters.ts';
import type { UsageReader } from './reader.ts';
import { isPluginWithin, Series } from './series.ts';
import type { SeriesQuery, SeriesValue } from './series-query.ts';

type Columns = Partial<Record<SeriesValue, readonly number[]>>;

/** @throws TooLargeError, and what SQLite throws */
export function seriesText(reader: Pick<UsageReader, 'blocks'>, query: SeriesQuery): string {
  const { within, bins, top } = query;
  const head = {
    ...{ from: isoOf(within.from), to: isoOf(within.to), seconds: (within.to - within.from) / bins, periods: bins },
  };
  if (top === undefined) {
    const series = read(reader, query, isPluginWithin(query.reach));
    return JSON.stringify({ ...head, plugins: series.plugins().map((plugin) => ({ plugin, ...columns(query, series.row(plugin)) })) });
  }
  const leaders = leadersOf(reader, query);
  const isAll = query.reach === everything;
  // Of all plugins there is a total; of some the others have to be added up.
  const names = new Set<string>(isAll ? [...leaders, ...Object.values(parts)] : leaders);
  const isWithin = isPluginWithin(query.reach);
  const series = read(reader, query, isAll ? (name) => names.has(name) : isWithin, isAll ? leaders : undefined);
  const others = isAll
    ? minus(
        series.row(parts.total),
        leaders.map((plugin) => series.row(plugin)),
      )
    : plus(
        series
          .plugins()
          .filter((plugin) => !names.has(plugin))
          .map((plugin) => series.row(plugin)),
      );
  const { total: _, ...ofHost } = parts;
  return JSON.stringify({
    ...{ ...head, plugins: leaders.map((plugin) => ({ plugin, ...columns(query, series.row(plugin)) })), others: columns(query, others) },
    parts: isAll ? Object.fromEntries(Object.entries(ofHost).map(([part, name]) => [part, columns(query, series.row(name))])) : {},
  });
}

/** Those that have most of the value in the whole time, the first of them first. */
function leadersOf(reader: Pick<UsageReader, 'blocks'>, query: SeriesQuery): string[] {
  const { by, count } = query.top as NonNullable<SeriesQuery['top']>;
  const { whole, mostNumbers } = query;
  const isWanted = isPluginWithin(query.reach);
  const series = new Series({
    from: whole.from,
    binSeconds: Number.MAX_SAFE_INTEGER,
    bins: 1,
    values: [by],
    mostNumbers,
    isWanted,
    hasTotal: false,
  });
  reader.blocks({ ...whole, groupings: ['plugin'], now: query.now, unwritten: query.unwritten }, undefined, (block) =>
    series.add(block, whole.from, false),
  );
  return series
    .plugins()
    .map((plugin) => ({ plugin, value: series.row(plugin)?.[0] ?? 0 }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || (a.plugin < b.plugin ? -1 : 1))
    .slice(0, count)
    .map(({ plugin }) => plugin);
}

/** @param plugins which alone have to be read, beside what is no plugin's; all where there are none */
function read(
  reader: Pick<UsageReader, 'blocks'>,
  query: SeriesQuery,
  isWanted: (name: string) => boolean,
  plugins?: readonly string[],
): Series {
  const { within, bins, values, mostNumbers, now, unwritten } = query;
  const series = new Series({
    from: within.from,
    binSeconds: (within.to - within.from) / bins,
    bins,
    values,
    mostNumbers,
    isWanted,
    hasTotal: query.top !== undefined && isWanted(parts.total),
  });
  const groupings = query.top === undefined ? (['plugin'] as const) : (['plugin', 'part'] as const);
  reader.blocks({ ...within, groupings, now, unwritten }, plugins, (block, at, isSecond) => series.add(block, at, isSecond));
  return series;
}

function columns({ values, bins, within, now }: SeriesQuery, row: Float64Array | undefined): Columns {
  const binSeconds = (within.to - within.from) / bins;
  const found: Columns = {};
  for (const [i, value] of values.entries()) {
    const column = Array.from({ length: bins }, (_, bin) => row?.[i * bins + bin] ?? 0);
    found[value] =
      value === 'memoryBytes'
        ? column.map((kibSeconds, bin) => meanBytes(kibSeconds, within.from + bin * binSeconds, binSeconds, now))
        : column.map(Math.round);
  }
  return found;
}

/** Over the time that has passed of the part. */
function meanBytes(kibSeconds: number, from: number, seconds: number, now: number): number {
  return Math.round((kibSeconds * 1_024) / Math.max(1, Math.min(seconds, now + 1 - from)));
}

function plus(rows: readonly (Float64Array | undefined)[]): Float64Array | undefined {
  let sum: Float64Array | undefined;
  for (const row of rows) {
    if (row === undefined) continue;
    sum ??= new Float64Array(row.length);
    for (let i = 0; i < row.length; i += 1) sum[i] = (sum[i] as number) + (row[i] as number);
  }
  return sum;
}

function minus(total: Float64Array | undefined, rows: readonly (Float64Array | undefined)[]): Float64Array | undefined {
  const less = plus(rows);
  // What was rounded in each may be a little more than the rounded total.
  return total?.map((value, i) => Math.max(0, value - (less?.[i] ?? 0)));
}

const isoOf = (second: number): string => new Date(second * 1_000).toISOString().replace('.000Z', 'Z');
