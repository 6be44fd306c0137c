/** `nbox push`: publishes a file or a folder, and says what became of it as a compiler would. */

import type { Command } from 'commander';
import { z } from 'zod';
import { printableLine } from '../printable.ts';
import { AdminClient, diagnosticSchema } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { countDiagnostics } from './diagnostics.ts';
import { ms } from './duration.ts';
import { gateRows, gatesSchema } from './gate-report.ts';
import type { Packed } from './pack.ts';
import { paintFor } from './paint.ts';
import { pushedPlugin } from './push-source.ts';
import { readOrRefuse, refuseOrThrow, report } from './refused-source.ts';
import { addPlanOptions, type PlanFlags, planOf, startRollout } from './rollout.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { warn } from './warn.ts';

interface PushFlags extends AdminFlags, PlanFlags {
  readonly as?: string;
  readonly warn?: boolean;
  readonly message?: string;
  readonly percentage?: string;
  readonly skipTests?: boolean;
  readonly handover: boolean;
  readonly accept?: string;
  readonly rollout?: boolean;
  readonly json?: boolean;
}

const publishedSchema = z.looseObject({
  plugin: z.string(),
  release: z.looseObject({ number: z.number(), hash: z.string() }),
  deployment: z.number(),
  releases: z.array(z.object({ number: z.number(), percentage: z.number() })).default([]),
  diagnostics: z.array(diagnosticSchema),
  timings: z.record(z.string(), z.number()),
  interfaces: z.array(z.string()).default([]),
  gates: gatesSchema,
});
type Published = z.infer<typeof publishedSchema>;

export function addPush(program: Command): void {
  const command = program
    .command('push')
    .description('Publishes a plugin: type-checked, built, tried and swapped in, or refused with the reasons')
    .argument(
      '<file-or-dir>',
      'a lone file, or a folder with all its source files (README.md and hidden files stay behind) and, where it has a package.json, what it imports of its node_modules',
    )
    .option('--as <domain/group/name>', 'id of the plugin (default: the last three parts of the folder’s path)')
    .option('-m, --message <text>', 'why, for the history')
    .option('--percentage <n>', 'give the release this part of the calls, beside what is live: a canary (0 to 100 in hundredths)')
    .option('--skip-tests', 'publish without running the plugin’s tests; takes --message to say why, and may be forbidden')
    .option('--no-handover', 'start fresh: do not carry over the state of what is live')
    .option('--accept <gates>', 'go live in spite of what these gates find, with commas between them: replay')
    .option('--rollout', 'give the release no calls at first, and roll it out: more and more of them, for as long as it is no worse')
    .option('--warn', 'publish in spite of type errors, and show them as warnings')
    .option('--json', 'the answer, or the refusal, as the host says it');
  addAdminOptions(addPlanOptions(command))
    .addHelpText(
      'after',
      '\nExamples:\n  nbox push plugins/demo/apps/offers\n  nbox push plugins/demo/apps/offers --rollout --hold 600\n  nbox push hello.ts --as demo/hello/world\n\nExit code: 1 where the push is refused; what was live goes on serving.',
    )
    .action(push);
}

async function push(path: string, flags: PushFlags): Promise<void> {
  const began = performance.now();
  const share = shareOf(flags);
  const json = flags.json === true;
  const source = await readOrRefuse(path, began, json);
  if (source === undefined) return;
  const plugin = pushedPlugin(flags.as, source);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const query = new URLSearchParams({
    ...(flags.warn === true ? { typecheck: 'warn' } : {}),
    ...(flags.skipTests === true ? { tests: 'skip' } : {}),
    ...(share === undefined ? {} : { percentage: share }),
    ...(flags.handover ? {} : { handover: 'skip' }),
    ...(flags.accept === undefined ? {} : { accept: flags.accept }),
  });
  const body = flags.message === undefined ? source.body : { ...source.body, message: flags.message };
  try {
    const { status, value } = await client.ask('PUT', `/v1/plugins/${plugin}?${query}`, publishedSchema, body);
    if (!json) report(value.diagnostics, source);
    const told = json ? JSON.stringify(value, null, 2) : summary(value, source.packed, status === 201, performance.now() - began);
    process.stdout.write(`${told}\n`);
    const rollout = flags.rollout === true ? await startRollout(client, plugin, value.release.number, flags) : undefined;
    if (rollout !== undefined && !json) process.stdout.write(`${rollout}\n`);
  } catch (error) {
    refuseOrThrow(error, plugin, source, began, json);
  }
}

/** Before anything is sent: a push must not go live where its rollout cannot be asked for. */
function shareOf(flags: PushFlags): string | undefined {
  const isPlanned = Object.keys(planOf(flags)).length > 0;
  if (flags.rollout !== true) {
    if (isPlanned) throw usageError('--steps, --hold, --samples and --timeout are for --rollout');
    return flags.percentage;
  }
  if (flags.percentage !== undefined) throw usageError('--rollout gives the release its parts of the calls; --percentage cannot, too');
  return '0';
}

function summary(
  { plugin, release, deployment, releases, diagnostics, timings, interfaces, gates }: Published,
  packed: Packed | undefined,
  created: boolean,
  tookMs: number,
): string {
  const paint = paintFor(process.stdout);
  const share = releases.find(({ number }) => number === release.number)?.percentage ?? 100;
  const what = created
    ? paint('green', share === 100 ? 'live' : `live for ${share}% of the calls`)
    : 'unchanged: this content is live already';
  const { totalMs, ...steps } = timings;
  const named = Object.entries(steps).map(([name, value]) => `${printableLine(name.replace(/Ms$/, ''))} ${ms(value)}`);
  const host = totalMs === undefined ? '' : `, ${ms(totalMs)} of it in the host`;
  const rows: [string, string][] = [
    ['path', `/${plugin}/… on the traffic port`],
    [
      'serves',
      `${interfaces.length === 0 ? 'nothing' : interfaces.join(', ')}; release ${release.number} (${release.hash.slice(0, 12)}), deployment ${deployment}`,
    ],
    ['time', `${ms(tookMs)}${host}${created ? `: ${named.join(', ')}` : ''}`],
    ...gateRows(gates),
    ...packedRows(packed),
    ...(diagnostics.length === 0 ? [] : ([['checked', countDiagnostics(diagnostics)]] as [string, string][])),
  ];
  const head = `${paint('bold', printableLine(plugin))}  release ${release.number}  ${what}`;
  return [head, ...rows.map(([name, text]) => `  ${paint('dim', name.padEnd(8))} ${printableLine(text)}`)].join('\n');
}

export function packedRows(packed: Packed | undefined): [string, string][] {
  if (packed === undefined) return [];
  const { libraries, missing } = packed;
  const total = libraries.reduce((sum, { bytes }) => sum + bytes, 0);
  const files = libraries.reduce((sum, one) => sum + one.files, 0);
  const named = libraries.map(({ name, version, bytes }) => `${name} ${version} (${size(bytes)})`);
  return [
    ...(named.length === 0 ? [] : ([['packed', `${named.join(', ')}: ${files} files, ${size(total)}`]] as [string, string][])),
    ...(missing.length === 0
      ? []
      : ([['absent', `${missing.join(', ')}: in package.json, not installed; the host's own are used`]] as [string, string][])),
  ];
}

function size(bytes: number): string {
  return bytes >= 1_048_576 ? `${(bytes / 1_048_576).toFixed(1)} MiB` : `${Math.ceil(bytes / 1_024)} KiB`;
}
