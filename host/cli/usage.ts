/** `nbox usage`: what plugins have used since the host started, or in any range of the time that is stored; and what that costs. */

import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { AdminClient } from './admin-client.ts';
import { CliError, usageError } from './cli-error.ts';
import { dividedSchema, divisionTable, pluginDividedSchema, pluginDivisionTable } from './division-table.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { type Column, table } from './table.ts';
import { costRowsSchema, costTable, duration, usageRowsSchema, usageTable } from './usage-rows.ts';
import { warn } from './warn.ts';

const sumsSchema = z.looseObject({
  calls: z.number(),
  outcomes: z.record(z.string(), z.number()),
  cpuUs: z.number(),
  memoryPeakBytes: z.number(),
});
const percentilesSchema = z.looseObject({ p50: z.number(), p99: z.number() });
const rowSchema = sumsSchema.extend({
  plugin: z.string(),
  percentiles: z.looseObject({ cpuUs: percentilesSchema, wallUs: percentilesSchema }),
});
const usageSchema = rowSchema.extend(pluginDividedSchema.shape);
const allSchema = z.looseObject({ ...dividedSchema.shape, plugins: z.array(rowSchema), removed: sumsSchema });

type Sums = z.infer<typeof sumsSchema>;
type All = z.infer<typeof allSchema>;

const columns: readonly Column[] = [
  { head: 'PLUGIN' },
  ...['CALLS', 'FAILED', 'CPU', 'CPU P50', 'CPU P99', 'WALL P50', 'WALL P99', 'MEMORY'].map((head) => ({ head, align: 'right' as const })),
];

interface UsageFlags extends AdminFlags {
  readonly json?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
  readonly group?: string;
  readonly format?: 'table' | 'json' | 'csv' | 'ndjson';
  readonly prices?: string;
}

export function addUsage(program: Command): void {
  const command = program
    .command('usage')
    .description('Shows what plugins have used since the host started, or with --from, --step or --group in any time that is stored')
    .argument('[domain/group/name]', 'one plugin (default: all that were called)')
    .option('--from <time>', 'where the time begins: 2026-03-01T00:00:00Z, milliseconds since 1970, or -15m, -24h, -30d')
    .option('--to <time>', 'where it ends (default: now)')
    .option('--step <step>', 'a row for each 1s, 1m, 1h or 1d')
    .option('--group <names>', 'a row for each plugin, domain, group, release, interface, outcome or part, with commas between them')
    .addOption(new Option('--format <form>', 'how rows are written').choices(['table', 'json', 'csv', 'ndjson']))
    .option('--prices <file>', 'a price list in JSON: rows are costs')
    .option('--json', 'as the host says it');
  addAdminOptions(command).action(usage);
}

async function usage(id: string | undefined, flags: UsageFlags): Promise<void> {
  const plugin = id === undefined ? undefined : parsePluginId(id);
  if (flags.json === true && flags.format !== undefined && flags.format !== 'json') throw usageError('give either --json or --format');
  const { from, to, step, group, prices } = flags;
  const range = Object.fromEntries(Object.entries({ from, to, step, group }).filter(([, value]) => value !== undefined));
  const isStored = Object.keys(range).length > 0 || flags.format !== undefined || prices !== undefined;
  const list = prices === undefined ? undefined : await readPrices(prices);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  if (isStored) return storedUsage(client, plugin, range as Record<string, string>, flags, list);
  const write = (value: unknown, tables: readonly (string | undefined)[]) => {
    const text = flags.json === true ? JSON.stringify(value, null, 2) : tables.filter((one) => one !== undefined).join('\n\n');
    process.stdout.write(`${text}\n`);
  };
  if (plugin === undefined) {
    const { value } = await client.ask('GET', '/v1/usage', allSchema);
    write(value, [table(columns, rowsOf(value)), divisionTable(value)]);
  } else {
    const { value } = await client.ask('GET', `/v1/plugins/${plugin}/usage`, usageSchema);
    write(value, [table(columns, [row(value)]), pluginDivisionTable(plugin, value)]);
  }
}

async function storedUsage(
  client: AdminClient,
  plugin: string | undefined,
  range: Readonly<Record<string, string>>,
  { json, format = json === true ? 'json' : 'table' }: UsageFlags,
  prices: unknown,
): Promise<void> {
  const sent = format === 'table' ? 'json' : format;
  const path = plugin === undefined ? '/v1/usage' : `/v1/plugins/${plugin}/usage`;
  const [at, body] =
    prices === undefined
      ? [`${path}?${new URLSearchParams({ ...range, format: sent })}`, undefined]
      : ['/v1/usage/cost', { ...range, prices, format: sent, ...(plugin === undefined ? {} : { plugin }) }];
  if (sent !== 'json') {
    const reply = await client.download(at, body);
    await pipeline(reply, process.stdout, { end: false }).catch((error: unknown) => {
      throw error instanceof CliError ? error : new CliError('The host has cut the rows off; its log says why', { cause: error });
    });
    return;
  }
  const write = (text: string) => process.stdout.write(`${text}\n`);
  if (body === undefined) {
    const { value } = await client.ask('GET', at, usageRowsSchema);
    write(format === 'json' ? JSON.stringify(value, null, 2) : usageTable(value));
  } else {
    const { value } = await client.ask('POST', at, costRowsSchema, body);
    write(format === 'json' ? JSON.stringify(value, null, 2) : costTable(value));
  }
}

/** What it says is the host's to judge. */
async function readPrices(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw usageError(`--prices: ${JSON.stringify(file)} cannot be read as JSON: ${(error as Error).message}`);
  }
}

/** What removed plugins used belongs to the account, too. */
function rowsOf({ plugins, removed }: All): string[][] {
  return [...plugins.map(row), ...(removed.calls === 0 ? [] : [[...sums('(removed)', removed), '', '', '', '', megabytes(removed)]])];
}

function row(one: z.infer<typeof rowSchema>): string[] {
  const { cpuUs, wallUs } = one.percentiles;
  return [...sums(one.plugin, one), ...[cpuUs.p50, cpuUs.p99, wallUs.p50, wallUs.p99].map(duration), megabytes(one)];
}

function sums(name: string, { calls, outcomes, cpuUs }: Sums): string[] {
  return [name, String(calls), String(calls - (outcomes['ok'] ?? 0)), duration(cpuUs)];
}

function megabytes({ memoryPeakBytes }: Sums): string {
  return `${(memoryPeakBytes / 1_048_576).toFixed(1)} MiB`;
}
