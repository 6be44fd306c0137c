/** Rows of stored usage, or of what it costs, as a table. */

import { z } from 'zod';
import { type Column, table } from './table.ts';

const name = z.union([z.string(), z.number(), z.null()]);
const percentilesSchema = z.looseObject({ p50: z.number(), p99: z.number() });
const rowSchema = z.looseObject({
  ...{ from: z.string(), calls: z.number(), cpuUs: z.number(), osCpuUs: z.number(), memoryBytes: z.number() },
  outcomes: z.record(z.string(), z.number()),
  percentiles: z.looseObject({ waitUs: percentilesSchema, runUs: percentilesSchema, cpuUs: percentilesSchema }),
});
const costSchema = z.looseObject({ from: z.string(), currency: z.string(), costs: z.record(z.string(), z.string()), total: z.string() });
const headSchema = { from: z.string(), to: z.string(), step: z.string().nullable(), group: z.array(z.string()) };
export const usageRowsSchema = z.looseObject({ ...headSchema, rows: z.array(rowSchema) });
export const costRowsSchema = z.looseObject({ ...headSchema, rows: z.array(costSchema) });

export function usageTable({ step, group, rows }: z.infer<typeof usageRowsSchema>): string {
  const figures = ['CALLS', 'FAILED', 'CPU', 'CPU P50', 'CPU P99', 'WAIT P99', 'RUN P50', 'RUN P99', 'OS CPU', 'MEMORY'];
  return table(
    columns(step, group, figures),
    rows.map((row) => [...head(row, step, group), ...figuresOf(row)]),
  );
}

function figuresOf({ calls, outcomes, cpuUs, osCpuUs, memoryBytes, percentiles }: z.infer<typeof rowSchema>): string[] {
  const { waitUs, runUs, cpuUs: cpu } = percentiles;
  const times = [cpuUs, cpu.p50, cpu.p99, waitUs.p99, runUs.p50, runUs.p99, osCpuUs].map(duration);
  return [String(calls), String(calls - (outcomes['ok'] ?? 0)), ...times, `${(memoryBytes / 1_048_576).toFixed(1)} MiB`];
}

export function costTable({ step, group, rows }: z.infer<typeof costRowsSchema>): string {
  const prices = Object.keys(rows[0]?.costs ?? {});
  return table(
    columns(step, group, [...prices.map((price) => price.toUpperCase()), 'TOTAL']),
    rows.map((row) => [...head(row, step, group), ...prices.map((price) => row.costs[price] ?? ''), `${row.total} ${row.currency}`]),
  );
}

function columns(step: string | null, group: readonly string[], figures: readonly string[]): Column[] {
  const heads = [...(step === null ? [] : ['FROM']), ...group.map((one) => one.toUpperCase())];
  return [...heads.map((one) => ({ head: one })), ...figures.map((one) => ({ head: one, align: 'right' as const }))];
}

function head(row: { readonly from: string; readonly [field: string]: unknown }, step: string | null, group: readonly string[]): string[] {
  const names = group.map((one) => name.safeParse(row[one]).data ?? '–');
  return [...(step === null ? [] : [row.from]), ...names.map(String)];
}

/** A duration, or CPU time, for people. */
export function duration(us: number): string {
  if (Math.abs(us) < 1_000) return `${Math.round(us)} µs`;
  return Math.abs(us) < 1_000_000 ? `${(us / 1_000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}
