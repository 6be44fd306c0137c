/** `nbox show`: all about one plugin at a glance, of what a host tells in many places. */

import type { Command } from 'commander';
import { z } from 'zod';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { printableLine } from '../printable.ts';
import { AdminClient, RefusedError } from './admin-client.ts';
import { age } from './ls.ts';
import { type Paint, paintFor } from './paint.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { terminalWidth, widthOf } from './terminal-width.ts';
import { size } from './top/view.ts';
import { duration } from './usage-rows.ts';
import { warn } from './warn.ts';

const pluginSchema = z.looseObject({
  ...{ plugin: z.string(), owner: z.string(), description: z.string(), interfaces: z.array(z.string()) },
  deployment: z.looseObject({
    ...{ number: z.number(), createdAt: z.iso.datetime(), actor: z.string() },
    releases: z.array(z.object({ number: z.number(), percentage: z.number() })),
  }),
  manifest: z.looseObject({
    ...{ lane: z.string(), isolation: z.string(), egress: z.array(z.string()), dynamicCode: z.boolean() },
    limits: z.record(z.string(), z.number()),
  }),
});
const releasesSchema = z.looseObject({
  releases: z.array(z.looseObject({ number: z.number(), createdAt: z.iso.datetime(), actor: z.string(), message: z.string() })),
});
const percentilesSchema = z.looseObject({ p50: z.number(), p99: z.number() });
const usageSchema = z.looseObject({
  ...{ calls: z.number(), outcomes: z.record(z.string(), z.number()), cpuUs: z.number(), memoryPeakBytes: z.number() },
  percentiles: z.looseObject({ cpuUs: percentilesSchema, wallUs: percentilesSchema }),
});
const breakerSchema = z.looseObject({ state: z.string(), trips: z.number(), kills: z.number(), refusedForMs: z.number() });
const hintSchema = z.looseObject({ wanted: z.number(), present: z.number().optional(), reason: z.string() });
const limit = z.number().nullable();
const budgetsSchema = z.looseObject({
  budgets: z.array(
    z.looseObject({
      ...{ scope: z.string(), window: z.string(), mode: z.string(), state: z.string() },
      ...{ calls: limit, cpuSeconds: limit, memoryBytes: limit },
      used: z.looseObject({ calls: z.number(), cpuSeconds: z.number(), memoryBytes: z.number() }),
    }),
  ),
});
const rolloutsSchema = z.looseObject({
  rollouts: z.array(z.looseObject({ number: z.number(), state: z.string(), release: z.number(), percentage: z.number() })),
});
const failuresSchema = z.looseObject({
  failures: z.array(z.looseObject({ at: z.iso.datetime(), code: z.string(), request: z.string(), release: z.number() })),
});

/** What a host would not say (it may not know yet, or the token may not ask), in its words. */
interface Unsaid {
  readonly unsaid: string;
}
type Maybe<T> = T | Unsaid;

interface Shown {
  readonly plugin: z.infer<typeof pluginSchema>;
  readonly releases: Maybe<z.infer<typeof releasesSchema>['releases']>;
  readonly usage: Maybe<z.infer<typeof usageSchema>>;
  readonly breaker: Maybe<z.infer<typeof breakerSchema>>;
  readonly hint: Maybe<z.infer<typeof hintSchema>>;
  readonly budgets: Maybe<z.infer<typeof budgetsSchema>['budgets']>;
  readonly rollouts: Maybe<z.infer<typeof rolloutsSchema>['rollouts']>;
  readonly failures: Maybe<z.infer<typeof failuresSchema>['failures']>;
}

const latest = 3;

export function addShow(program: Command): void {
  const command = program
    .command('show')
    .description('Shows all about one plugin: deployment, releases, interfaces, limits, usage, hint, breaker, budgets, failures')
    .argument('<domain/group/name>', 'id of the plugin')
    .option('--json', 'as the host says it, by what it is');
  addAdminOptions(command).addHelpText('after', '\nExample:\n  nbox show demo/hello/world').action(show);
}

async function show(id: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = parsePluginId(id);
  const shown = await read(new AdminClient(await adminSettings(flags, process.env, warn)), plugin);
  const told =
    flags.json === true ? JSON.stringify(shown, null, 2) : text(shown, Date.now(), paintFor(process.stdout), widthOf(process.stdout));
  process.stdout.write(`${told}\n`);
}

async function read(client: AdminClient, plugin: PluginId): Promise<Shown> {
  const own = `/v1/plugins/${plugin}`;
  // Alone, and first: where there is no such plugin, it is all that there is to say.
  const { value } = await client.ask('GET', own, pluginSchema);
  const ask = async <T, U>(path: string, schema: z.ZodType<T>, take: (found: T) => U): Promise<Maybe<U>> => {
    try {
      return take((await client.ask('GET', path, schema)).value);
    } catch (error) {
      if (error instanceof RefusedError) return { unsaid: error.problem.detail };
      throw error;
    }
  };
  const same = <T>(found: T): T => found;
  const [releases, usage, breaker, hint, budgets, rollouts, failures] = await Promise.all([
    ask(`${own}/releases`, releasesSchema, (found) => found.releases),
    ask(`${own}/usage`, usageSchema, same),
    ask(`${own}/breaker`, breakerSchema, same),
    ask(`${own}/hint`, hintSchema, same),
    ask('/v1/budgets', budgetsSchema, (found) => found.budgets.filter(({ scope }) => plugin === scope || plugin.startsWith(`${scope}/`))),
    ask(`${own}/rollouts`, rolloutsSchema, (found) => found.rollouts),
    ask(`${own}/failures`, failuresSchema, (found) => found.failures),
  ]);
  return { plugin: value, releases, usage, breaker, hint, budgets, rollouts, failures };
}

type Row = readonly [name: string, text: string];

function text(shown: Shown, now: number, paint: Paint, columns: number | undefined): string {
  const { plugin, owner, description, interfaces, deployment, manifest } = shown.plugin;
  const ago = (at: string) => `${age(now - Date.parse(at))} ago`;
  const shares = deployment.releases.map(({ number, percentage }) => (percentage === 100 ? `${number}` : `${number} ${percentage}%`));
  const limits = Object.entries(manifest.limits).map(([name, value]) => `${name} ${value}`);
  const rows: Row[] = [
    ...(description === '' ? [] : [['what', description] as const]),
    ['owner', owner === '' ? '–' : owner],
    ['serves', interfaces.length === 0 ? 'nothing' : interfaces.join(', ')],
    ['deployed', `release ${shares.join(', ')}; deployment ${deployment.number}, ${ago(deployment.createdAt)} by ${deployment.actor}`],
    ...listed('releases', shown.releases, ({ number, createdAt, actor, message }) =>
      [`${number}`, ago(createdAt), actor, message].filter((part) => part !== '').join('  '),
    ),
    ...listed(
      'rollout',
      'unsaid' in shown.rollouts ? shown.rollouts : shown.rollouts.slice(0, 1),
      ({ number, release, state, percentage }) => `${number} of release ${release}: ${state} at ${percentage}%`,
    ),
    ...said('usage', shown.usage, ({ calls, outcomes, cpuUs, memoryPeakBytes, percentiles }) => {
      const failed = calls - (outcomes['ok'] ?? 0);
      const { wallUs } = percentiles;
      return `${calls} calls since the start, ${failed} failed; CPU ${duration(cpuUs)}; P50 ${duration(wallUs.p50)}, P99 ${duration(wallUs.p99)}; ${size(memoryPeakBytes)} at most`;
    }),
    ...said(
      'hint',
      shown.hint,
      ({ wanted, present, reason }) => `${wanted} wanted${present === undefined ? '' : `, ${present} there`}: ${reason}`,
    ),
    ...said('breaker', shown.breaker, ({ state, trips, kills, refusedForMs }) =>
      state === 'closed' && trips === 0
        ? 'closed'
        : `${state}: ${trips} trips, ${kills} executors killed in 10 s${refusedForMs > 0 ? `; refused for ${Math.ceil(refusedForMs / 1_000)} s yet` : ''}`,
    ),
    ...listed('budgets', shown.budgets, (one) => `${one.scope} (${one.mode}, ${one.window}): ${one.state}${used(one)}`),
    ...listed('failures', shown.failures, ({ at, code, request, release }) => `${ago(at)}  ${code}  ${request}  r${release}`),
    ['runs in', `lane ${manifest.lane}, isolation ${manifest.isolation}${manifest.dynamicCode ? ', makes code from strings' : ''}`],
    ['may fetch', manifest.egress.length === 0 ? 'nothing' : manifest.egress.join(', ')],
    ['limits', limits.join(', ')],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const room = columns === undefined ? undefined : Math.max(20, columns - width - 4);
  const lines = rows.flatMap(([name, value]) =>
    wrapped(printableLine(value), room).map((line, i) => `  ${paint('dim', (i === 0 ? name : '').padEnd(width))}  ${line}`),
  );
  return [paint('bold', printableLine(plugin)), ...lines].join('\n');
}

/** Broken behind commas, where it is wider than that. */
function wrapped(words: string, room: number | undefined): string[] {
  const lines: string[] = [];
  for (const part of words.split(/(?<=, )/)) {
    const line = lines.at(-1);
    if (line !== undefined && (room === undefined || terminalWidth(line + part.trimEnd()) <= room)) lines[lines.length - 1] = line + part;
    else lines.push(part);
  }
  return lines.map((line) => line.trimEnd());
}

function said<T extends object>(name: string, value: Maybe<T>, words: (value: T) => string): Row[] {
  return [[name, 'unsaid' in value ? `? ${value.unsaid}` : words(value)]];
}

function listed<T>(name: string, value: Maybe<readonly T[]>, words: (one: T) => string): Row[] {
  if ('unsaid' in value) return [[name, `? ${value.unsaid}`]];
  const rows = value.slice(0, latest).map((one, i): Row => [i === 0 ? name : '', words(one)]);
  return value.length > latest ? [...rows, ['', `… and ${value.length - latest} more`]] : rows;
}

function used({ calls, cpuSeconds, memoryBytes, used: of }: z.infer<typeof budgetsSchema>['budgets'][number]): string {
  const part = (what: string, taken: number, most: number | null) =>
    most === null ? '' : `, ${what} ${Math.floor((taken / most) * 100)}%`;
  return `${part('calls', of.calls, calls)}${part('CPU', of.cpuSeconds, cpuSeconds)}${part('memory', of.memoryBytes, memoryBytes)}`;
}
