/** `nbox logs`: what a plugin has written to its console, and what it writes from here on. */

import { once } from 'node:events';
import type { Command } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { printable } from '../printable.ts';
import { AdminClient } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { entrySchema, follow, type LogEvent } from './log-events.ts';
import { logText } from './log-text.ts';
import { paintFor } from './paint.ts';
import { releaseNumber } from './release-number.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { warn } from './warn.ts';

interface LogsFlags extends AdminFlags {
  readonly follow?: boolean;
  readonly lines: string;
  readonly level?: string;
  readonly release?: string;
  readonly preview?: string;
  readonly call?: string;
  readonly contains?: string;
  readonly from?: string;
  readonly json?: boolean;
}

const pageSchema = z.looseObject({ entries: z.array(entrySchema) });
const mostLines = 1_000;

export function addLogs(program: Command): void {
  const command = program
    .command('logs')
    .description('Shows what a plugin has written to its console of late: its releases, previews, tests and replays')
    .argument('<domain/group/name>', 'id of the plugin')
    .option('-f, --follow', 'go on with what is written, across pushes and lost connections, until Ctrl-C')
    .option('-n, --lines <number>', 'how many lines of those that are there, the last ones; at most 1000', '100')
    .option('--level <level>', 'lines of this level and above: debug, info, warn, error')
    .option('--release <number>', 'of this release')
    .option('--preview <id>', 'of this preview')
    .option('--call <id>', 'of the call whose reply had this header nbox-call, or one that begins so')
    .option('--contains <text>', 'with this in their text')
    .option('--from <what>', 'of what was run: live, previews, tests, replay')
    .option('--json', 'as the host says it, an object a line');
  addAdminOptions(command)
    .addHelpText('after', '\nExamples:\n  nbox logs demo/hello/world -f --level warn\n  nbox logs demo/hello/world --call 3f2a91c0')
    .action(logs);
}

async function logs(id: string, flags: LogsFlags): Promise<void> {
  const path = `/v1/plugins/${parsePluginId(id)}/logs?${queryOf(flags)}`;
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const paint = paintFor(process.stdout);
  const print = async (event: LogEvent) => {
    const text = flags.json === true ? JSON.stringify(event) : logText(event, paint);
    if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
  };
  if (flags.follow !== true) {
    const { value } = await client.ask('GET', path, pageSchema);
    for (const entry of value.entries) await print(entry);
    return;
  }
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const lost = (why: string, forMs: number) => note(`${why}; trying again in ${(forMs / 1_000).toFixed(1)} s`);
  for await (const event of follow({ client, path, signal: stopping.signal, lost })) await print(event);
  if (!stopping.signal.aborted) note(`${id} was removed`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
}

/** Beside the lines, which may go to another program. */
function note(text: string): void {
  process.stderr.write(`${paintFor(process.stderr)('dim', printable(text))}\n`);
}

/** @throws CliError */
function queryOf({ lines, level, release, preview, call, contains, from }: LogsFlags): URLSearchParams {
  if (!/^\d{1,4}$/.test(lines) || Number(lines) > mostLines) {
    throw usageError(`--lines is ${JSON.stringify(lines)}; it may be a number from 0 to ${mostLines}`);
  }
  const query = new URLSearchParams({ limit: lines });
  const number = release === undefined ? undefined : String(releaseNumber(release));
  for (const [name, value] of Object.entries({ level, release: number, preview, call, contains, from }))
    if (value !== undefined) query.set(name, value);
  return query;
}
