/** `nbox top`: which plugins use the machine now, in a table that follows it; where there is no terminal, once. */

import { type Command, Option } from 'commander';
import { AdminClient } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { plain } from './paint.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { isForeground } from './terminal/foreground.ts';
import { oneOverview } from './top/happenings.ts';
import { LiveTop } from './top/live-top.ts';
import { takeSample } from './top/sample.ts';
import { chosen, firstState, type SortKey, sortKeys, type TopState } from './top/state.ts';
import { type TopView, timeOf, topLines } from './top/view.ts';
import { warn } from './warn.ts';

interface TopFlags extends AdminFlags {
  readonly sort: SortKey;
  readonly filter?: string;
  readonly interval: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** A snapshot waits so long for what the host says once a second. */
const overviewMs = 2_500;

export function addTop(program: Command): void {
  const command = program
    .command('top')
    .description('Shows which plugins use the machine now: CPU, calls, errors, latency, memory; live on a terminal, once elsewhere')
    .addOption(new Option('--sort <key>', 'by what rows are sorted').choices(sortKeys).default('cpu'))
    .option('--filter <text>', 'plugins with this in their ids')
    .option('--interval <seconds>', 'how often it looks', '2')
    .option('--once', 'show it once, on a terminal, too')
    .option('--json', 'once, as JSON');
  addAdminOptions(command)
    .addHelpText(
      'after',
      '\nFigures are of the last 10 seconds. Keys: c a e l p m n sort by CPU, calls, errors, P50, P99, memory, name; ← → r, / filter, space pause, ? help, q quit.\n\nExamples:\n  nbox top --sort p99\n  nbox top --once --filter shop/ | head -20',
    )
    .action(top);
}

async function top(flags: TopFlags): Promise<void> {
  if (!/^\d{1,4}(\.\d)?$/.test(flags.interval) || Number(flags.interval) < 0.5) {
    throw usageError(`--interval is ${JSON.stringify(flags.interval)}; it may be seconds, from 0.5 on`);
  }
  const settings = await adminSettings(flags, process.env, warn);
  // It draws itself.
  const client = new AdminClient(settings, { isQuiet: true });
  const state: TopState = { ...firstState, sort: flags.sort, filter: flags.filter ?? '' };
  const isLive = process.stdout.isTTY === true && process.stdin.isTTY === true && process.env['TERM'] !== 'dumb' && isForeground();
  if (flags.json === true || flags.once === true || !isLive) await showOnce(client, settings.url, state, flags.json === true);
  else await new LiveTop(client, settings.url, state, Number(flags.interval) * 1_000).run();
}

async function showOnce(client: AdminClient, url: string, state: TopState, json: boolean): Promise<void> {
  const [sample, overview] = await Promise.all([takeSample(client), oneOverview(client, overviewMs)]);
  const plugins = chosen(sample.plugins, state);
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...sample, plugins, overview: overview ?? null }, null, 2)}\n`);
    return;
  }
  const view: TopView = { url, sample, overview, happened: undefined, trouble: undefined, time: timeOf(Date.now()) };
  // As wide as a terminal that has room for everything, and as high as it gets.
  const lines = topLines(view, state, { width: process.stdout.columns ?? 120, height: plugins.length + 9 }, plain);
  // The last line tells keys.
  const text = lines.slice(0, -1).map((line) => line.trimEnd());
  process.stdout.write(`${text.join('\n').trimEnd()}\n`);
}
