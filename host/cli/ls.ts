/** `nbox ls`: what is live on a host. */

import type { Command } from 'commander';
import { z } from 'zod';
import { AdminClient } from './admin-client.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const listSchema = z.object({
  plugins: z.array(
    z.looseObject({
      plugin: z.string(),
      owner: z.string(),
      description: z.string(),
      release: z.looseObject({ number: z.number(), createdAt: z.iso.datetime() }),
    }),
  ),
});

export function addLs(program: Command): void {
  const command = program
    .command('ls')
    .description('Lists the plugins of a host: id, release, its age, owner, description')
    .option('--json', 'as the host says it');
  addAdminOptions(command).action(ls);
}

async function ls(flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('GET', '/v1/plugins', listSchema);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(value.plugins, null, 2)}\n`);
    return;
  }
  const now = Date.now();
  const rows = value.plugins.map(({ plugin, release, owner, description }) => [
    plugin,
    String(release.number),
    age(now - Date.parse(release.createdAt)),
    owner,
    description,
  ]);
  const columns = [
    { head: 'PLUGIN' },
    { head: 'RELEASE', align: 'right' as const },
    { head: 'AGE', align: 'right' as const },
    { head: 'OWNER' },
    { head: 'DESCRIPTION' },
  ];
  process.stdout.write(
    `${rows.length === 0 ? 'There is no plugin yet; `nbox push` publishes one' : table(columns, rows, widthOf(process.stdout))}\n`,
  );
}

/** `5s`, `12m`, `3h`, `40d`: one unit, as kubectl does. */
export function age(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 2 * 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
