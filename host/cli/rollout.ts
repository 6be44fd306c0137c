/** `nbox rollout`: gives a release more and more of a plugin's calls, shows how that goes, and steps in. */

import type { Command } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { printableLine } from '../printable.ts';
import { AdminClient } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { age } from './ls.ts';
import { releaseNumber } from './release-number.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const figuresSchema = z.looseObject({
  release: z.number(),
  calls: z.number(),
  failures: z.number(),
  cpuUs: percentiles(),
  latencyUs: percentiles(),
});
const healthSchema = z.looseObject({ verdict: z.string(), base: figuresSchema, canary: figuresSchema });
const decisionSchema = z.looseObject({
  decision: z.string(),
  at: z.iso.datetime(),
  actor: z.string(),
  reason: z.string(),
  percentage: z.number().nullable(),
});
const rolloutSchema = z.looseObject({
  number: z.number(),
  state: z.string(),
  release: z.number(),
  base: z.number(),
  steps: z.array(z.number()),
  percentage: z.number(),
  decisions: z.array(decisionSchema),
});
const statusSchema = z.object({
  plugin: z.string(),
  rollout: rolloutSchema.extend({
    health: healthSchema.nullable(),
    waitingFor: z.array(z.looseObject({ detail: z.string() })),
  }),
});
type Status = z.infer<typeof statusSchema>;

/** What a rollout may be started with, here and by `nbox push --rollout`. */
export interface PlanFlags {
  readonly steps?: string;
  readonly hold?: string;
  readonly samples?: string;
  readonly timeout?: string;
}

interface ChangeFlags extends AdminFlags {
  readonly json?: boolean;
  readonly message?: string;
}

export function addPlanOptions(command: Command): Command {
  return command
    .option('--steps <percentages>', 'parts of the calls that the release gets one after another (default: 1,10,50,100)')
    .option('--hold <seconds>', 'how long each step lasts at least (default: 60)')
    .option('--samples <calls>', 'how many calls of both releases are compared at each step at least (default: 100)')
    .option('--timeout <seconds>', 'roll back where a step takes longer (default: it takes as long as it takes)');
}

export function addRollout(program: Command): void {
  const group = program
    .command('rollout')
    .description('Gives a release more and more of the calls, step by step, and rolls it back by itself where it is worse');
  const starting = group
    .command('start')
    .description('Starts with the first step')
    .argument('<domain/group/name>', 'id of the plugin')
    .argument('<release>', 'number of the release that is to get all calls');
  addAdminOptions(addPlanOptions(starting).option('-m, --message <text>', 'why, for the history').option('--json', 'as the host says it'))
    .addHelpText(
      'after',
      '\nExamples:\n  nbox rollout start demo/hello/world 7\n  nbox rollout start demo/hello/world 7 --steps 5,25,100 --hold 600',
    )
    .action(start);
  const showing = group
    .command('status')
    .description(
      'Shows the rollout that is under way, or else the last one: its step, what it waits for, the figures, and what was decided',
    )
    .argument('<domain/group/name>', 'id of the plugin')
    .option('--json', 'as the host says it');
  addAdminOptions(showing).action(status);
  for (const [change, what] of [
    ['pause', 'Holds it in its step; it is watched on'],
    ['resume', 'Lets a paused one go on'],
    ['promote', 'Goes to the next step now, whatever is missing for it'],
    ['abort', 'Ends it, and gives the old release all calls'],
  ] as const) {
    const changing = group
      .command(change)
      .description(what)
      .argument('<domain/group/name>', 'id of the plugin')
      .option('-m, --message <text>', 'why, for the history')
      .option('--json', 'as the host says it');
    addAdminOptions(changing).action((id: string, flags: ChangeFlags) => send(id, `rollout/${change}`, {}, flags));
  }
}

async function start(id: string, release: string, flags: ChangeFlags & PlanFlags): Promise<void> {
  await send(id, 'rollout', { release: releaseNumber(release), ...planOf(flags) }, flags);
}

async function send(id: string, what: string, body: object, flags: ChangeFlags): Promise<void> {
  const plugin = parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const message = flags.message === undefined ? {} : { message: flags.message };
  const { value } = await client.ask('POST', `/v1/plugins/${plugin}/${what}`, statusSchema, { ...body, ...message });
  process.stdout.write(`${flags.json === true ? JSON.stringify(value.rollout, null, 2) : headline(value)}\n`);
}

/** Starts one for `nbox push`. @returns what to print */
export async function startRollout(client: AdminClient, plugin: string, release: number, flags: PlanFlags): Promise<string> {
  const { value } = await client.ask('POST', `/v1/plugins/${plugin}/rollout`, statusSchema, { release, ...planOf(flags) });
  return headline(value);
}

async function status(id: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('GET', `/v1/plugins/${plugin}/rollout`, statusSchema);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(value.rollout, null, 2)}\n`);
    return;
  }
  const { health, waitingFor, decisions } = value.rollout;
  const waits = waitingFor.map(({ detail }) => `  waits: ${printableLine(detail)}`);
  process.stdout.write(
    `${[headline(value), ...waits, ...(health === null ? [] : ['', figures(health)]), '', history(decisions)].join('\n')}\n`,
  );
}

function headline({ plugin, rollout }: Status): string {
  const { number, state, release, base, percentage, steps } = rollout;
  const at = state === 'running' || state === 'paused' ? ` at ${percentage}% of ${steps.join(', ')}` : '';
  return printableLine(`${plugin}  rollout ${number} of release ${release} over ${base}: ${state.replace('_', ' ')}${at}`);
}

function figures({ base, canary }: z.infer<typeof healthSchema>): string {
  const rows = [canary, base].map(({ release, calls, failures, cpuUs, latencyUs }) => [
    ...[String(release), String(calls), String(failures)],
    ...[cpuUs.p50, cpuUs.p99, latencyUs.p50, latencyUs.p99].map((us) => `${Number((us / 1_000).toPrecision(3))} ms`),
  ]);
  const heads = ['RELEASE', 'CALLS', 'FAILED', 'CPU P50', 'CPU P99', 'LATENCY P50', 'LATENCY P99'];
  return table(
    heads.map((head) => ({ head, align: 'right' as const })),
    rows,
  );
}

function history(decisions: readonly z.infer<typeof decisionSchema>[]): string {
  const now = Date.now();
  const rows = decisions.map(({ decision, at, actor, reason, percentage }) => [
    ...[decision.replace('_', ' '), percentage === null ? '' : `${percentage}%`, age(now - Date.parse(at)), actor, reason],
  ]);
  const right = 'right' as const;
  const columns = [{ head: 'DECISION' }, { head: 'CALLS', align: right }, { head: 'AGE', align: right }, { head: 'WHO' }, { head: 'WHY' }];
  return table(columns, rows, widthOf(process.stdout));
}

/** @throws CliError where they are no numbers; what they may be is the host's to say */
export function planOf({ steps, hold, samples, timeout }: PlanFlags): object {
  return {
    ...(steps === undefined ? {} : { steps: steps.split(',').map((step) => numberOf('--steps', step.trim().replace(/%$/, ''))) }),
    ...(hold === undefined ? {} : { holdSeconds: numberOf('--hold', hold) }),
    ...(samples === undefined ? {} : { samples: numberOf('--samples', samples) }),
    ...(timeout === undefined ? {} : { timeoutSeconds: numberOf('--timeout', timeout) }),
  };
}

function numberOf(flag: string, text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw usageError(`${flag} has ${JSON.stringify(text)}, which is no number`);
  return Number(text);
}

function percentiles() {
  return z.looseObject({ p50: z.number(), p99: z.number() });
}
