/** `nbox failures`, `capsule` and `replay`: calls that failed, kept and run again. */

import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { printable, printableLine } from '../printable.ts';
import { AdminClient } from './admin-client.ts';
import { CliError, exitCodes, usageError } from './cli-error.ts';
import { age } from './ls.ts';
import { readPushSource } from './push-source.ts';
import { releaseNumber } from './release-number.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const positionSchema = z.object({ file: z.string(), line: z.number(), column: z.number() }).nullable();
const failureSchema = z.looseObject({
  ...{ id: z.string(), release: z.number(), request: z.string(), at: z.iso.datetime(), code: z.string(), detail: z.string() },
  ...{ position: positionSchema, kept: z.looseObject({ message: z.string() }).nullable() },
});
const replaySchema = z.looseObject({
  ...{ release: z.number().nullable(), outcome: z.string(), detail: z.string().nullable(), position: positionSchema, same: z.boolean() },
  reply: z.object({ status: z.number(), headers: z.array(z.string()), body: z.string(), base64: z.boolean() }).nullable(),
  cost: z.object({ cpuUs: z.number(), steps: z.number(), memoryBytes: z.number() }),
  ...{ missed: z.array(z.string()), loose: z.number() },
});
type Replay = z.infer<typeof replaySchema>;

export function addFailures(program: Command): void {
  const listing = program
    .command('failures')
    .description('Lists the calls of a plugin that failed of late, and those that were kept')
    .argument('<domain/group/name>', 'id of the plugin')
    .option('--json', 'as the host says it');
  addAdminOptions(listing).action(failures);

  const taking = program
    .command('capsule')
    .description('Writes all that is needed to run a failed call again: its request, what it was answered, its release')
    .argument('<domain/group/name>', 'id of the plugin')
    .argument('<failure>', 'id of the failure, as nbox failures has it, or the beginning of it')
    .option('-o, --out <file>', 'file to write to (default: standard output)')
    .option('--keep', 'have the host keep it, too, until it is dropped')
    .option('--drop', 'have the host keep it no longer')
    .option('-m, --message <text>', 'why it is kept');
  addAdminOptions(taking).action(capsule);

  const replaying = program
    .command('replay')
    .description('Runs a failed call again, on its release or another one; exits with 1 where it fails again')
    .argument('<capsule>', 'file that nbox capsule has written; with --plugin, id of a failure')
    .option('--plugin <domain/group/name>', 'id of the plugin whose failure it is')
    .option('--release <number>', 'on this release of the plugin')
    .option('--on <path>', 'on this file or folder, which is no release yet')
    .option('--json', 'as the host says it');
  addAdminOptions(replaying)
    .addHelpText('after', '\nExamples:\n  nbox replay 3f2a --plugin demo/hello/world --release 8\n  nbox replay failed.json --on src/')
    .action(replay);
}

async function failures(id: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = parsePluginId(id);
  const found = await failuresOf(await clientOf(flags), plugin);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const now = Date.now();
  const rows = found.map(({ id, at, release, code, request, position, detail, kept }) => [
    ...[id.slice(0, 8), age(now - Date.parse(at)), String(release), code, request],
    ...[position === null ? '' : `${position.file}:${position.line}`, kept === null ? '' : 'yes', detail],
  ]);
  const right = 'right' as const;
  const columns = [
    ...[{ head: 'FAILURE' }, { head: 'AGE', align: right }, { head: 'RELEASE', align: right }, { head: 'CODE' }, { head: 'REQUEST' }],
    ...[{ head: 'AT' }, { head: 'KEPT' }, { head: 'ERROR' }],
  ];
  process.stdout.write(`${table(columns, rows, widthOf(process.stdout))}\n`);
}

interface CapsuleFlags extends AdminFlags {
  readonly out?: string;
  readonly keep?: boolean;
  readonly drop?: boolean;
  readonly message?: string;
}

async function capsule(id: string, failure: string, flags: CapsuleFlags): Promise<void> {
  const plugin = parsePluginId(id);
  if (flags.keep === true && flags.drop === true) throw usageError('Either --keep or --drop');
  const client = await clientOf(flags);
  const path = `/v1/plugins/${plugin}/failures/${await wholeId(client, plugin, failure)}`;
  if (flags.drop === true) {
    await client.ask('DELETE', path, z.undefined());
    return;
  }
  if (flags.keep === true) {
    const message = flags.message === undefined ? {} : { message: flags.message };
    await client.ask('POST', `${path}/keep`, failureSchema, message);
    if (flags.out === undefined) return;
  }
  const { value } = await client.ask('GET', path, z.looseObject({}));
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (flags.out === undefined) process.stdout.write(text);
  else await writeFile(flags.out, text, { mode: 0o600 });
}

interface ReplayFlags extends AdminFlags {
  readonly plugin?: string;
  readonly release?: string;
  readonly on?: string;
  readonly json?: boolean;
}

async function replay(given: string, flags: ReplayFlags): Promise<void> {
  if (flags.release !== undefined && flags.on !== undefined) throw usageError('Either --release or --on');
  const client = await clientOf(flags);
  const plugin = flags.plugin === undefined ? undefined : parsePluginId(flags.plugin);
  const what = plugin === undefined ? await readCapsule(given) : { plugin, failure: await wholeId(client, plugin, given) };
  const { plugin: of, ...asked } = what;
  const on = flags.on === undefined ? {} : (await readPushSource(flags.on)).body;
  const release = flags.release === undefined ? {} : { release: releaseNumber(flags.release) };
  const { value } = await client.ask('POST', `/v1/plugins/${of}/replays`, replaySchema, { ...asked, ...on, ...release });
  process.stdout.write(flags.json === true ? `${JSON.stringify(value, null, 2)}\n` : told(value));
  process.exitCode = value.outcome === 'ok' ? exitCodes.ok : exitCodes.failed;
}

async function readCapsule(file: string): Promise<{ readonly plugin: PluginId; readonly capsule: object }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw usageError(`There is no file ${file}`, 'The id of a failure goes with --plugin domain/group/name');
  });
  let capsule: unknown;
  try {
    capsule = JSON.parse(text);
  } catch {
    capsule = undefined;
  }
  const read = z.looseObject({ format: z.string(), plugin: z.string() }).safeParse(capsule);
  if (!read.success) throw new CliError(`${file} is no capsule`);
  return { plugin: parsePluginId(read.data.plugin), capsule: read.data };
}

function told({ release, outcome, detail, position, same, reply, cost, missed, loose }: Replay): string {
  const on = release === null ? 'on the source' : `on release ${release}`;
  const lines = [
    outcome === 'ok'
      ? `ok ${on}: ${reply === null ? '' : reply.status}`
      : `${outcome} ${on}: ${detail}${position === null ? '' : ` (${position.file}:${position.line}:${position.column})`}`,
    ...(outcome === 'ok' ? [] : [same ? 'the same failure' : 'another failure than the recorded one']),
    `${(cost.cpuUs / 1_000).toFixed(2)} ms CPU, ${cost.steps} steps`,
    ...missed.map((what) => `not recorded: ${what}`),
    ...(loose === 0 ? [] : [`${loose} answered by what a similar request got`]),
  ].map(printableLine);
  const body = reply === null || reply.body === '' ? '' : `\n${reply.base64 ? '(bytes, in base64) ' : ''}${printable(reply.body)}\n`;
  return `${lines.join('\n')}\n${body}`;
}

/** @throws CliError where it is the beginning of none, or of several */
async function wholeId(client: AdminClient, plugin: PluginId, id: string): Promise<string> {
  const found = (await failuresOf(client, plugin)).filter((one) => one.id.startsWith(id));
  if (found.length === 1) return (found[0] as { id: string }).id;
  throw new CliError(
    found.length === 0 ? `There is no failure ${id} of ${plugin}` : `${found.length} failures of ${plugin} begin with ${id}`,
  );
}

async function failuresOf(client: AdminClient, plugin: PluginId) {
  const { value } = await client.ask('GET', `/v1/plugins/${plugin}/failures`, z.object({ failures: z.array(failureSchema) }));
  return value.failures;
}

async function clientOf(flags: AdminFlags): Promise<AdminClient> {
  return new AdminClient(await adminSettings(flags, process.env, warn));
}
