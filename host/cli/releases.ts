/** `nbox releases` and `nbox diff`: what was published of a plugin, and what differs. */

import type { Command } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { printable, printableLine } from '../printable.ts';
import { AdminClient } from './admin-client.ts';
import { age } from './ls.ts';
import { paintFor } from './paint.ts';
import { releaseNumber } from './release-number.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const releasesSchema = z.object({
  releases: z.array(
    z.looseObject({
      ...{ number: z.number(), hash: z.string(), createdAt: z.iso.datetime(), actor: z.string(), message: z.string() },
      ...{ sourceBytes: z.number(), percentage: z.number().nullable() },
    }),
  ),
});

const diffSchema = z.object({
  number: z.number(),
  against: z.number(),
  files: z.array(z.object({ file: z.string(), change: z.string(), patch: z.string().nullable() })),
});

export function addReleases(program: Command): void {
  const listing = program
    .command('releases')
    .description('Lists the releases of a plugin, the newest first: content, age, part of the calls, who and why')
    .argument('<domain/group/name>', 'id of the plugin')
    .option('--json', 'as the host says it');
  addAdminOptions(listing).action(releases);

  const comparing = program
    .command('diff')
    .description('Shows what a release changed in the source')
    .argument('<domain/group/name>', 'id of the plugin')
    .argument('<release>', 'its number')
    .argument('[against]', 'number of the release to compare it with (default: the one before it)')
    .option('--json', 'as the host says it');
  addAdminOptions(comparing).action(diff);
}

async function releases(id: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('GET', `/v1/plugins/${plugin}/releases`, releasesSchema);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(value.releases, null, 2)}\n`);
    return;
  }
  const now = Date.now();
  const rows = value.releases.map(({ number, hash, createdAt, sourceBytes, percentage, actor, message }) => [
    ...[String(number), hash.slice(0, 12), age(now - Date.parse(createdAt)), `${sourceBytes} B`],
    ...[percentage === null ? '' : `${percentage}%`, actor, message],
  ]);
  const right = 'right' as const;
  const columns = [
    ...[{ head: 'RELEASE', align: right }, { head: 'CONTENT' }, { head: 'AGE', align: right }, { head: 'SOURCE', align: right }],
    ...[{ head: 'CALLS', align: right }, { head: 'WHO' }, { head: 'WHY' }],
  ];
  process.stdout.write(`${table(columns, rows, widthOf(process.stdout))}\n`);
}

async function diff(
  id: string,
  release: string,
  against: string | undefined,
  flags: AdminFlags & { readonly json?: boolean },
): Promise<void> {
  const plugin = parsePluginId(id);
  const number = releaseNumber(release);
  const query = against === undefined ? '' : `?against=${releaseNumber(against)}`;
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('GET', `/v1/plugins/${plugin}/releases/${number}/diff${query}`, diffSchema);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    return;
  }
  const paint = paintFor(process.stdout);
  if (value.files.length === 0) process.stdout.write(`Releases ${value.against} and ${value.number} have the same files\n`);
  for (const { file, change, patch } of value.files) {
    process.stdout.write(`${paint('bold', `${change}  ${printableLine(file)}`)}\n`);
    if (patch === null) process.stdout.write('  (too different to be shown)\n');
    else
      process.stdout.write(
        `${patchLines(patch)
          .map((line) => painted(line, paint))
          .join('\n')}\n`,
      );
  }
}

/** Without its head, which names the file once more. */
function patchLines(patch: string): string[] {
  const lines = patch.trimEnd().split('\n');
  const first = lines.findIndex((line) => line.startsWith('@@'));
  return first < 0 ? [] : lines.slice(first);
}

function painted(line: string, paint: ReturnType<typeof paintFor>): string {
  const text = printable(line);
  if (line.startsWith('+')) return paint('green', text);
  if (line.startsWith('-')) return paint('red', text);
  return line.startsWith('@@') ? paint('dim', text) : text;
}
