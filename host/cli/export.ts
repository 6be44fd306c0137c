/** `nbox export`: plugins with their history into a file, of a host that runs or of a data directory that no host uses. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { AdminClient } from './admin-client.ts';
import { CliError, usageError } from './cli-error.ts';
import { megabytes, showProgress } from './progress.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { totals } from './totals.ts';
import { warn } from './warn.ts';
import { writeWhole } from './whole-file.ts';

interface ExportFlags extends AdminFlags {
  readonly output: string;
  readonly plugin?: readonly string[];
  readonly data?: string;
  readonly withToken?: boolean;
  readonly json?: boolean;
}

interface Wanted {
  readonly plugins: PluginId[] | undefined;
  readonly token: boolean;
}

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('Writes plugins with their releases, sources and history into a file, for `nbox import`; the host goes on meanwhile')
    .requiredOption('-o, --output <file>', 'the file; what stands there is replaced once the new one is whole')
    .option('--plugin <domain/group/name...>', 'these plugins and no others')
    .option('--data <dir>', 'of this data directory, which no host uses, in place of a running host')
    .option('--with-token', 'with the hash of the admin token, so that a restored host takes the same one')
    .option('--json', 'what was exported, as JSON');
  addAdminOptions(command)
    .addHelpText('after', '\nThe file is read back before it takes its place. It holds all sources: keep it as you keep them.')
    .action(run);
}

async function run(flags: ExportFlags): Promise<void> {
  if (flags.data !== undefined && (flags.url !== undefined || flags.tokenFile !== undefined)) {
    throw usageError('--data is for a directory that no host uses, --url and --token-file for a host that runs: give either');
  }
  const wanted = { plugins: flags.plugin?.map(parsePluginId), token: flags.withToken === true };
  const packed = flags.data === undefined ? await fromHost(wanted, flags) : await fromDirectory(wanted, flags.data);
  const { ExportReader } = await import('../export/export-reader.ts');
  let written = 0;
  let reader: InstanceType<typeof ExportReader> | undefined;
  const pieces = async function* () {
    try {
      for await (const piece of packed) {
        written += (piece as Buffer).length;
        yield piece as Buffer;
      }
    } catch (error) {
      if (flags.data !== undefined || error instanceof CliError) throw error;
      throw new CliError('The host has cut the export off; its log says why', { cause: error });
    }
  };
  try {
    using _ = showProgress(() => `${reader === undefined ? 'exporting' : 'reading it back'}: ${megabytes(written)}`);
    // A backup that cannot be read is none; and an answer that was cut off on its way may look like one that ended.
    await writeWhole(flags.output, pieces(), async (file) => {
      reader = new ExportReader(createReadStream(file), Number.POSITIVE_INFINITY);
      for await (const _row of reader.rows());
    });
  } finally {
    packed.destroy();
  }
  const rows = reader?.summary?.rows;
  if (rows === undefined) throw new Error('an export was not read to its end');
  const { size } = await stat(flags.output);
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ file: flags.output, bytes: size, rows }, null, 2)}\n`);
  else process.stdout.write(`${flags.output}  ${totals(rows)}, ${megabytes(size)}\n`);
}

async function fromHost({ plugins, token }: Wanted, flags: ExportFlags): Promise<Readable> {
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const query = new URLSearchParams({
    ...(plugins === undefined ? {} : { plugins: plugins.join(',') }),
    ...(token ? { token: 'true' } : {}),
  });
  return client.download(`/v1/export?${query}`);
}

async function fromDirectory(wanted: Wanted, directory: string): Promise<Readable> {
  // Here and not above: the other commands need no store.
  const { exportDirectory } = await import('../store/sqlite-export.ts');
  const { exportLines, packed } = await import('../export/export-writer.ts');
  return packed(exportLines(exportDirectory(directory, wanted), wanted, Date.now()));
}
