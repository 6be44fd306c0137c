/** What the overview's charts show, from what was answered. */

import type { Columns, UsageRow, UsageTop } from '../api/wire-usage.ts';
import { failedOf } from './plugin-rows.ts';
import { stepMs, type Window } from './range.ts';
import { perSecond, timesOf } from './stack.ts';

export interface Layered {
  readonly label: string;
  readonly color: string;
  readonly values: readonly number[];
  /** The plugin, where it is one. */
  readonly plugin: string | undefined;
}

const partNames: Readonly<Record<string, string>> = {
  ...{ ingress: 'Host: ingress', executors: 'Host: executors', builder: 'Host: builder', previews: 'Previews', residual: 'Residual' },
};
const partColors: Readonly<Record<string, string>> = {
  ...{
    ingress: '--series-host-1',
    executors: '--series-host-2',
    builder: '--series-host-3',
    previews: '--series-8',
    residual: '--series-residual',
  },
};

export const seriesColors: readonly string[] = [
  '--series-1',
  '--series-2',
  '--series-3',
  '--series-4',
  '--series-5',
  '--series-6',
  '--series-7',
  '--series-8',
];

/**
 * The machine's use on top of each other: plugins that use most, the others, the host's parts, and what nothing explains.
 * @param shown what a chart has of a row of numbers
 */
export function layersOf(
  { plugins, others, parts }: UsageTop,
  value: 'osCpuUs' | 'memoryBytes',
  shown: (values: readonly number[]) => readonly number[],
): Layered[] {
  const of = (columns: Columns): readonly number[] => shown(columns[value] ?? []);
  const isSomething = ({ values }: Layered) => values.some((one) => one !== 0);
  const partsInOrder = Object.keys(partNames).filter((name) => parts[name] !== undefined && name !== 'previews');
  return [
    ...plugins.map(({ plugin, ...columns }, i) => ({
      ...{ label: plugin, color: seriesColors[i % seriesColors.length] as string, values: of(columns), plugin },
    })),
    ...[{ label: 'Other plugins', color: '--series-others', values: of(others), plugin: undefined }].filter(isSomething),
    ...partsInOrder.map((name) => ({
      ...{ label: partNames[name] as string, color: partColors[name] as string, plugin: undefined, values: of(parts[name] as Columns) },
    })),
  ];
}

/** Of the machine's CPU, what nothing explains: from 0 to 1. */
export function residualOf({ plugins, others, parts }: UsageTop): number {
  const sum = (columns: Columns | undefined) => (columns?.osCpuUs ?? []).reduce((all, one) => all + one, 0);
  const residual = sum(parts['residual']);
  let total = residual + sum(others);
  for (const one of plugins) total += sum(one);
  for (const [name, columns] of Object.entries(parts)) if (name !== 'residual' && name !== 'previews') total += sum(columns);
  return total <= 0 ? 0 : Math.max(0, residual / total);
}

export interface Traffic {
  readonly times: readonly number[];
  readonly callsPerSecond: readonly number[];
  readonly failuresPerSecond: readonly number[];
  readonly runP50Us: readonly number[];
  readonly runP99Us: readonly number[];
  readonly waitP50Us: readonly number[];
  readonly waitP99Us: readonly number[];
  readonly calls: number;
  readonly failed: number;
}

/** @param rows one for each period in which there was something, all of one kind */
export function trafficOf(rows: readonly UsageRow[], { from, to, step, lastMs }: Window): Traffic {
  const byTime = new Map(rows.map((row) => [Date.parse(row.from), row]));
  const ms = stepMs[step];
  const times = timesOf(from, to, ms);
  const column = (of: (row: UsageRow) => number) =>
    times.map((at) => {
      const row = byTime.get(at);
      return row === undefined ? 0 : of(row);
    });
  let [calls, failed] = [0, 0];
  for (const row of rows) {
    calls += row.calls;
    failed += failedOf(row);
  }
  return {
    ...{
      times,
      calls,
      failed,
      callsPerSecond: perSecond(
        column((row) => row.calls),
        ms,
        lastMs,
      ),
      failuresPerSecond: perSecond(column(failedOf), ms, lastMs),
    },
    ...{ runP50Us: column((row) => row.percentiles.runUs.p50), runP99Us: column((row) => row.percentiles.runUs.p99) },
    ...{ waitP50Us: column((row) => row.percentiles.waitUs.p50), waitP99Us: column((row) => row.percentiles.waitUs.p99) },
  };
}

/** Calls a second by how they ended, over time: the most frequent first, `ok` among them. */
export function outcomesOf(
  rows: readonly UsageRow[],
  times: readonly number[],
  { step, lastMs }: Pick<Window, 'step' | 'lastMs'>,
): { readonly outcome: string; readonly values: readonly number[] }[] {
  const byTime = new Map(rows.map((row) => [Date.parse(row.from), row.outcomes]));
  const sums = new Map<string, number>();
  for (const { outcomes } of rows)
    for (const [outcome, calls] of Object.entries(outcomes)) sums.set(outcome, (sums.get(outcome) ?? 0) + calls);
  return [...sums]
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .map(([outcome]) => ({
      outcome,
      values: perSecond(
        times.map((at) => byTime.get(at)?.[outcome] ?? 0),
        stepMs[step],
        lastMs,
      ),
    }));
}

/** Of a whole range: the percentile that the worst of its periods had is no percentile of the range, so that rows are weighed by their calls. */
export function weighted(rows: readonly UsageRow[], of: (row: UsageRow) => number): number {
  let [sum, calls] = [0, 0];
  for (const row of rows) {
    sum += of(row) * row.calls;
    calls += row.calls;
  }
  return calls === 0 ? 0 : sum / calls;
}
