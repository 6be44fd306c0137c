/** Who uses the machine, as a table: plugins, the host's parts and the residual, which together are what the operating system has counted. */

import { z } from 'zod';
import { type Column, table } from './table.ts';
import { duration } from './usage-rows.ts';

const cpu = z.looseObject({ cpuUs: z.number() });
const share = cpu.extend({ memoryBytes: z.number() });
const sums = cpu.extend({ callsCpuUs: z.number(), pushesCpuUs: z.number() });
const named = { plugin: z.string() };
const range = { from: z.number(), to: z.number() };

/** `division` and `sinceStart` of `GET /v1/usage`; both `null` in a host's first second. */
export const dividedSchema = z.looseObject({
  division: z
    .looseObject({ ...range, plugins: z.array(share.extend(named)), host: z.record(z.string(), share), residual: share, total: share })
    .nullable(),
  sinceStart: z
    .looseObject({
      ...{ ...range, plugins: z.array(sums.extend(named)), removed: sums, host: z.record(z.string(), cpu) },
      ...{ residual: cpu, total: cpu },
    })
    .nullable(),
});
type Divided = z.infer<typeof dividedSchema>;

/** The same of one plugin. */
export const pluginDividedSchema = z.looseObject({ division: share, sinceStart: sums });

interface Row {
  readonly name: string;
  readonly latestUs: number | undefined;
  readonly sumUs: number;
  readonly calls?: number | undefined;
  readonly pushes?: number | undefined;
  readonly bytes: number | undefined;
}

/** Plugins that stand by themselves: those that have used the most. */
const shownPlugins = 20;

const columns: readonly Column[] = [
  { head: 'WHO USES THE MACHINE' },
  ...['LAST 10 S', 'CPU', 'SHARE', 'OF CALLS', 'OF PUSHES', 'MEMORY NOW'].map((head) => ({ head, align: 'right' as const })),
];

/** @returns undefined before anything was divided */
export function divisionTable({ division, sinceStart }: Divided): string | undefined {
  if (division === null || sinceStart === null) return undefined;
  const latest = new Map(division.plugins.map((one) => [one.plugin, one]));
  const known = new Set(sinceStart.plugins.map(({ plugin }) => plugin));
  // Of memory alone: one that was loaded and never called.
  const idle = division.plugins.filter(({ plugin }) => !known.has(plugin)).map(({ plugin }) => ({ ...noSums, plugin }));
  const plugins = [...sinceStart.plugins, ...idle]
    .map((one): Row => rowOf(one.plugin, one, latest.get(one.plugin)))
    .sort((a, b) => b.sumUs - a.sumUs || (b.bytes ?? 0) - (a.bytes ?? 0) || (a.name < b.name ? -1 : 1));
  const others = plugins.slice(shownPlugins);
  const rows: Row[] = [
    ...plugins.slice(0, shownPlugins),
    ...(others.length === 0 ? [] : [together(`(${others.length} more plugins)`, others)]),
    ...(sinceStart.removed.cpuUs === 0 ? [] : [rowOf('(removed)', sinceStart.removed, undefined)]),
    ...Object.entries(sinceStart.host).map(([part, one]) => hostRow(`host: ${part}`, one, division.host[part])),
    hostRow('residual', sinceStart.residual, division.residual),
    hostRow('total', sinceStart.total, division.total),
  ];
  return shown(rows, sinceStart.total.cpuUs);
}

export function pluginDivisionTable(plugin: string, { division, sinceStart }: z.infer<typeof pluginDividedSchema>): string {
  return shown([rowOf(plugin, sinceStart, division)], undefined);
}

const noSums = { cpuUs: 0, callsCpuUs: 0, pushesCpuUs: 0 };

function rowOf(name: string, one: z.infer<typeof sums>, latest: z.infer<typeof share> | undefined): Row {
  return {
    ...{ name, latestUs: latest?.cpuUs, sumUs: one.cpuUs, calls: one.callsCpuUs, pushes: one.pushesCpuUs },
    bytes: latest?.memoryBytes,
  };
}

function hostRow(name: string, one: z.infer<typeof cpu>, latest: z.infer<typeof share> | undefined): Row {
  return { name, latestUs: latest?.cpuUs, sumUs: one.cpuUs, bytes: latest?.memoryBytes };
}

function together(name: string, rows: readonly Row[]): Row {
  const sum = (of: (row: Row) => number | undefined) => rows.reduce((all, row) => all + (of(row) ?? 0), 0);
  return {
    ...{ name, latestUs: sum((row) => row.latestUs), sumUs: sum((row) => row.sumUs), calls: sum((row) => row.calls) },
    ...{ pushes: sum((row) => row.pushes), bytes: sum((row) => row.bytes) },
  };
}

function shown(rows: readonly Row[], totalUs: number | undefined): string {
  const kept = totalUs === undefined ? columns.filter(({ head }) => head !== 'SHARE') : columns;
  return table(
    kept,
    rows.map(({ name, latestUs, sumUs, calls, pushes, bytes }) => [
      ...[name, latestUs === undefined ? '' : duration(latestUs), duration(sumUs)],
      ...(totalUs === undefined ? [] : [`${((sumUs / Math.max(1, totalUs)) * 100).toFixed(1)}%`]),
      ...[calls, pushes].map((us) => (us === undefined ? '' : duration(us))),
      bytes === undefined ? '' : `${(bytes / 1_048_576).toFixed(1)} MiB`,
    ]),
  );
}
