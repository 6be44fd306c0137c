/** `nbox hints`: how much capacity plugins, lanes and hosts should have, and why. */

import type { Command } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { AdminClient } from './admin-client.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { type Column, table } from './table.ts';
import { warn } from './warn.ts';

const hintSchema = z.looseObject({
  wanted: z.number().optional(),
  present: z.number().optional(),
  reason: z.string().optional(),
  unknown: z.string().optional(),
});
const pluginSchema = hintSchema.extend({ plugin: z.string() });
const allSchema = z.looseObject({
  plugins: z.record(z.string(), hintSchema),
  lanes: z.record(z.string(), hintSchema),
  host: z.looseObject({ replicas: z.number(), present: z.number(), reason: z.string() }),
});

type Hint = z.infer<typeof hintSchema>;
type All = z.infer<typeof allSchema>;

const columns: readonly Column[] = [{ head: '' }, { head: 'WANTED', align: 'right' }, { head: 'NOW', align: 'right' }, { head: 'WHY' }];

export function addHints(program: Command): void {
  const command = program
    .command('hints')
    .description('Shows how many executors plugins and lanes should have, and how many hosts there should be, and why')
    .argument('[domain/group/name]', 'one plugin (default: the hosts, all lanes, and the plugins that are not idle)')
    .option('--json', 'as the host says it');
  addAdminOptions(command).action(hints);
}

async function hints(id: string | undefined, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = id === undefined ? undefined : parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const [value, rows] = plugin === undefined ? await allHints(client) : await pluginHint(client, plugin);
  process.stdout.write(`${flags.json === true ? JSON.stringify(value, null, 2) : table(columns, rows, process.stdout.columns)}\n`);
}

async function allHints(client: AdminClient): Promise<[All, string[][]]> {
  const { value } = await client.ask('GET', '/v1/hints', allSchema);
  const { host, lanes, plugins } = value;
  return [
    value,
    [
      row('hosts', { ...host, wanted: host.replicas }),
      ...Object.entries(lanes).map(([lane, hint]) => row(`lane ${lane}`, hint)),
      ...Object.entries(plugins)
        .filter(([, { wanted }]) => wanted !== 0)
        .map(([plugin, hint]) => row(plugin, hint)),
    ],
  ];
}

async function pluginHint(client: AdminClient, plugin: string): Promise<[Hint, string[][]]> {
  const { value } = await client.ask('GET', `/v1/plugins/${plugin}/hint`, pluginSchema);
  return [value, [row(value.plugin, value)]];
}

function row(name: string, { wanted, present, reason, unknown }: Hint): string[] {
  return [name, String(wanted ?? '?'), String(present ?? ''), reason ?? unknown ?? ''];
}
