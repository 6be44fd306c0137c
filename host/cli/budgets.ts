/** `nbox budgets`: how much domains, groups and plugins may take, and what they have taken. */

import type { Command } from 'commander';
import { z } from 'zod';
import { parseScope } from '../budgets/budget.ts';
import { AdminClient } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const limit = z.number().nullable();
const budgetSchema = z.looseObject({
  ...{ scope: z.string(), window: z.string(), calls: limit, cpuSeconds: limit, memoryBytes: limit },
  ...{ mode: z.string(), warnAt: z.number(), state: z.string(), message: z.string() },
  used: z.looseObject({ calls: z.number(), cpuSeconds: z.number(), memoryBytes: z.number() }),
});
const allSchema = z.looseObject({ budgets: z.array(budgetSchema) });
type Budget = z.infer<typeof budgetSchema>;

interface SetFlags extends AdminFlags {
  readonly window: string;
  readonly calls?: string;
  readonly cpuSeconds?: string;
  readonly memoryMb?: string;
  readonly hard?: boolean;
  readonly warnAt?: string;
  readonly message?: string;
  readonly json?: boolean;
}

const scopeArgument = ['<scope>', 'domain, domain/group or domain/group/name'] as const;

export function addBudgets(program: Command): void {
  const group = program.command('budgets').description('Bounds what domains, groups and plugins may take, and shows what they have taken');
  const listing = group
    .command('ls')
    .description('Lists the budgets with what is used of each in its window')
    .option('--json', 'as the host says it');
  addAdminOptions(listing).action(list);
  const setting = group
    .command('set')
    .description('Sets the budget of a scope, in place of the one that it has')
    .argument(...scopeArgument)
    .requiredOption('--window <window>', 'how long back it counts: 1m, 5m, 15m, 1h, 6h, 1d, 7d or 30d')
    .option('--calls <number>', 'calls')
    .option('--cpu-seconds <seconds>', 'CPU time inside sandboxes')
    .option('--memory-mb <megabytes>', 'the largest sandboxes of its plugins, added up, in MiB')
    .option('--hard', 'refuse calls that go beyond it (default: it is only told)')
    .option('--warn-at <part>', 'the part of a limit from which on it is told (default: 0.8)')
    .option('-m, --message <text>', 'why')
    .option('--json', 'as the host says it');
  addAdminOptions(setting)
    .addHelpText(
      'after',
      '\nExamples:\n  nbox budgets set shop --window 1d --cpu-seconds 36000\n  nbox budgets set shop/detail/price --window 1m --calls 60000 --hard',
    )
    .action(set);
  const removing = group
    .command('rm')
    .description('Removes the budget of a scope, and what was counted for it')
    .argument(...scopeArgument)
    .option('--json', 'what was removed, as JSON');
  addAdminOptions(removing).action(remove);
}

async function list(flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('GET', '/v1/budgets', allSchema);
  const text = flags.json === true ? JSON.stringify(value, null, 2) : shown(value.budgets, widthOf(process.stdout));
  process.stdout.write(`${text}\n`);
}

async function set(given: string, flags: SetFlags): Promise<void> {
  const scope = parseScope(given);
  const body = {
    window: flags.window,
    ...numeric('calls', '--calls', flags.calls),
    ...numeric('cpuSeconds', '--cpu-seconds', flags.cpuSeconds),
    ...numeric('memoryBytes', '--memory-mb', flags.memoryMb, 1_048_576),
    ...numeric('warnAt', '--warn-at', flags.warnAt),
    mode: flags.hard === true ? 'hard' : 'soft',
    ...(flags.message === undefined ? {} : { message: flags.message }),
  };
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('PUT', `/v1/budgets/${scope}`, budgetSchema, body);
  process.stdout.write(`${flags.json === true ? JSON.stringify(value, null, 2) : shown([value], widthOf(process.stdout))}\n`);
}

async function remove(given: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const scope = parseScope(given);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  await client.ask('DELETE', `/v1/budgets/${scope}`, z.undefined());
  process.stdout.write(`${flags.json === true ? JSON.stringify({ removed: scope }) : `${scope} has no budget any more`}\n`);
}

/** @throws CliError where it is no number; what it may be is the host's to say */
function numeric(field: string, flag: string, text: string | undefined, factor = 1): object {
  if (text === undefined) return {};
  if (!/^\d{1,15}(\.\d{1,9})?$/.test(text)) throw usageError(`${flag} has ${JSON.stringify(text)}, which is no number`);
  const value = Number(text) * factor;
  return { [field]: factor === 1 ? value : Math.round(value) };
}

function shown(budgets: readonly Budget[], width: number | undefined): string {
  if (budgets.length === 0) return 'There is no budget yet; `nbox budgets set` sets one';
  const part = (used: number, most: number | null, form: (value: number) => string) =>
    most === null ? '' : `${form(used)} of ${form(most)} (${Math.floor((used / most) * 100)}%)`;
  const plain = (value: number) => String(Number(value.toPrecision(6)));
  const rows = budgets.map(({ scope, window, mode, state, used, calls, cpuSeconds, memoryBytes, message }) => [
    ...[scope, window, mode, state],
    part(used.calls, calls, String),
    part(used.cpuSeconds, cpuSeconds, (value) => `${plain(value)} s`),
    part(used.memoryBytes, memoryBytes, (value) => `${plain(value / 1_048_576)} MiB`),
    message,
  ]);
  const heads = ['SCOPE', 'WINDOW', 'MODE', 'STATE', 'CALLS', 'CPU', 'MEMORY', 'WHY'];
  return table(
    heads.map((head) => ({ head })),
    rows,
    width,
  );
}
