/** `nbox deploy`, `rollback` and `deployments`: which releases serve a plugin's calls, and which did. */

import type { Command } from 'commander';
import { z } from 'zod';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { printableLine } from '../printable.ts';
import { AdminClient } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { age } from './ls.ts';
import { releaseNumber } from './release-number.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const shareSchema = z.object({ number: z.number(), percentage: z.number() });
const deploymentSchema = z.looseObject({
  number: z.number(),
  releases: z.array(shareSchema),
  createdAt: z.iso.datetime(),
  actor: z.string(),
  cause: z.string(),
  message: z.string(),
});
const deployedSchema = z.looseObject({ plugin: z.string(), deployment: deploymentSchema });
type Share = z.infer<typeof shareSchema>;

interface ChangeFlags extends AdminFlags {
  readonly json?: boolean;
  readonly handover: boolean;
  readonly message?: string;
}

const why = '-m, --message <text>';
const asJson = ['--json', 'as the host says it'] as const;
const fresh = ['--no-handover', 'have what is brought in start fresh, without the state of what is live'] as const;

export function addDeployments(program: Command): void {
  const deploying = program
    .command('deploy')
    .description('Deploys releases that are there: one, or two of which each gets a part of the calls')
    .argument('<domain/group/name>', 'id of the plugin')
    .argument('<release[=percentage]...>', '7 for all calls; 6=95 7=5 for a canary; of two, one may go without its percentage')
    .option(...fresh)
    .option(why, 'why, for the history')
    .option(...asJson);
  addAdminOptions(deploying)
    .addHelpText('after', '\nExamples:\n  nbox deploy demo/hello/world 7=5 6\n  nbox deploy demo/hello/world 7 -m "looks good"')
    .action(deploy);

  const back = program
    .command('rollback')
    .description('Deploys again what had all calls before; a canary is dropped')
    .argument('<domain/group/name>', 'id of the plugin')
    .option('--to <release>', 'that release, and not the last one before')
    .option(...fresh)
    .option(why, 'why, for the history')
    .option(...asJson);
  addAdminOptions(back)
    .addHelpText('after', '\nExamples:\n  nbox rollback demo/hello/world -m "wrong totals"\n  nbox rollback demo/hello/world --to 5')
    .action(rollback);

  const listing = program
    .command('deployments')
    .description('Lists what was deployed when, by whom and why, the newest first')
    .argument('<domain/group/name>', 'id of the plugin')
    .option(...asJson);
  addAdminOptions(listing).action(deployments);
}

async function deploy(id: string, shares: readonly string[], flags: ChangeFlags): Promise<void> {
  const plugin = parsePluginId(id);
  await change(plugin, 'deployments', { releases: sharesOf(shares), ...messageOf(flags) }, flags);
}

async function rollback(id: string, flags: ChangeFlags & { readonly to?: string }): Promise<void> {
  const plugin = parsePluginId(id);
  const to = flags.to === undefined ? {} : { to: releaseNumber(flags.to) };
  await change(plugin, 'rollback', { ...to, ...messageOf(flags) }, flags);
}

async function deployments(id: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('GET', `/v1/plugins/${plugin}/deployments`, z.object({ deployments: z.array(deploymentSchema) }));
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(value.deployments, null, 2)}\n`);
    return;
  }
  const now = Date.now();
  const rows = value.deployments.map(({ number, releases, createdAt, actor, cause, message }) => [
    ...[String(number), shown(releases), age(now - Date.parse(createdAt)), cause, actor, message],
  ]);
  const columns = [
    { head: 'DEPLOYMENT', align: 'right' as const },
    { head: 'RELEASES' },
    { head: 'AGE', align: 'right' as const },
    ...[{ head: 'BY' }, { head: 'WHO' }, { head: 'WHY' }],
  ];
  process.stdout.write(`${table(columns, rows, widthOf(process.stdout))}\n`);
}

async function change(plugin: PluginId, what: 'deployments' | 'rollback', body: object, flags: ChangeFlags): Promise<void> {
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { status, value } = await client.ask(
    'POST',
    `/v1/plugins/${plugin}/${what}${flags.handover ? '' : '?handover=skip'}`,
    deployedSchema,
    body,
  );
  const { number, releases } = value.deployment;
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    return;
  }
  const same = status === 201 ? '' : ' (it was so already)';
  process.stdout.write(`${printableLine(value.plugin)}  deployment ${number}: ${shown(releases)}${same}\n`);
}

/** `6 95%, 7 5%`; the number alone where it has all. */
function shown(releases: readonly Share[]): string {
  return releases.map(({ number, percentage }) => (percentage === 100 ? String(number) : `${number} ${percentage}%`)).join(', ');
}

function messageOf({ message }: ChangeFlags): { message?: string } {
  return message === undefined ? {} : { message };
}

/** @throws CliError where they are no shares; whether they add up is the host's to say */
export function sharesOf(texts: readonly string[]): Share[] {
  const parts = texts.map((text) => {
    const [, number, percentage] = /^(\d+)(?:=(\d+(?:\.\d+)?)%?)?$/.exec(text) ?? [];
    if (number === undefined) throw usageError(`${JSON.stringify(text)} is no release; write 7, or 7=5 for five percent of the calls`);
    return { number: releaseNumber(number), percentage: percentage === undefined ? undefined : Number(percentage) };
  });
  const open = parts.filter(({ percentage }) => percentage === undefined);
  if (open.length > 1) throw usageError('Of two releases, one needs a percentage', 'Such as: nbox deploy demo/hello/world 7=5 6');
  const given = parts.reduce((sum, { percentage }) => sum + Math.round((percentage ?? 0) * 100), 0);
  return parts.map(({ number, percentage }) => ({ number, percentage: percentage ?? (10_000 - given) / 100 }));
}
