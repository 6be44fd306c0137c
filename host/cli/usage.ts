/** `nbox usage`: what plugins have used since the host started. */

import type { Command } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { AdminClient } from './admin-client.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { type Column, table } from './table.ts';
import { warn } from './warn.ts';

const sumsSchema = z.looseObject({
  calls: z.number(),
  outcomes: z.record(z.string(), z.number()),
  cpuUs: z.number(),
  memoryPeakBytes: z.number(),
});
const percentilesSchema = z.looseObject({ p50: z.number(), p99: z.number() });
const usageSchema = sumsSchema.extend({
  plugin: z.string(),
  percentiles: z.looseObject({ cpuUs: percentilesSchema, wallUs: percentilesSchema }),
});
const allSchema = z.looseObject({ plugins: z.array(usageSchema), removed: sumsSchema });

type Sums = z.infer<typeof sumsSchema>;
type Usage = z.infer<typeof usageSchema>;

const columns: readonly Column[] = [
  { head: 'PLUGIN' },
  ...['CALLS', 'FAILED', 'CPU', 'CPU P50', 'CPU P99', 'WALL P50', 'WALL P99', 'MEMORY'].map((head) => ({ head, align: 'right' as const })),
];

export function addUsage(program: Command): void {
  const command = program
    .command('usage')
    .description('Shows what plugins have used since the host started: calls, CPU inside the sandbox, times, memory peak')
    .argument('[domain/group/name]', 'one plugin (default: all that were called)')
    .option('--json', 'as the host says it');
  addAdminOptions(command).action(usage);
}

async function usage(id: string | undefined, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = id === undefined ? undefined : parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const value =
    plugin === undefined
      ? (await client.ask('GET', '/v1/usage', allSchema)).value
      : (await client.ask('GET', `/v1/plugins/${plugin}/usage`, usageSchema)).value;
  process.stdout.write(`${flags.json === true ? JSON.stringify(value, null, 2) : table(columns, rowsOf(value))}\n`);
}

/** What removed plugins used belongs to the account, too. */
function rowsOf(value: Usage | z.infer<typeof allSchema>): string[][] {
  if (!('plugins' in value)) return [row(value as Usage)];
  const { plugins, removed } = value as z.infer<typeof allSchema>;
  return [...plugins.map(row), ...(removed.calls === 0 ? [] : [[...sums('(removed)', removed), '', '', '', '', megabytes(removed)]])];
}

function row(one: Usage): string[] {
  const { cpuUs, wallUs } = one.percentiles;
  return [...sums(one.plugin, one), ...[cpuUs.p50, cpuUs.p99, wallUs.p50, wallUs.p99].map(duration), megabytes(one)];
}

function sums(name: string, { calls, outcomes, cpuUs }: Sums): string[] {
  return [name, String(calls), String(calls - (outcomes['ok'] ?? 0)), duration(cpuUs)];
}

function duration(us: number): string {
  if (us < 1_000) return `${Math.round(us)} µs`;
  return us < 1_000_000 ? `${(us / 1_000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}

function megabytes({ memoryPeakBytes }: Sums): string {
  return `${(memoryPeakBytes / 1_048_576).toFixed(1)} MiB`;
}
