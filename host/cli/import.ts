/** `nbox import`: what `nbox export` wrote into an empty data directory, from which a host then starts. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { usageError } from './cli-error.ts';
import { megabytes, showProgress } from './progress.ts';
import { totals } from './totals.ts';

interface ImportFlags {
  readonly data: string;
  readonly maxGib: string;
  readonly json?: boolean;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description('Reads what `nbox export` wrote into a data directory that has no plugins yet, whole or not at all')
    .argument('<file>', 'what `nbox export` wrote')
    .requiredOption('--data <dir>', 'the directory, which is made where it is not there; no host may use it meanwhile')
    .option('--max-gib <n>', 'how much may come out of the file, unpacked', '16')
    .option('--json', 'what was imported, as JSON')
    .addHelpText('after', '\nA host started with that --data serves what was live when the export was made; numbers go on where they were.')
    .action(run);
}

async function run(path: string, flags: ImportFlags): Promise<void> {
  if (!/^[1-9]\d{0,5}$/.test(flags.maxGib))
    throw usageError(`--max-gib is ${JSON.stringify(flags.maxGib.slice(0, 40))}; it may be a number from 1 to 999999`);
  const { size } = await stat(path);
  // Here and not above: the other commands need no store.
  const { ExportReader } = await import('../export/export-reader.ts');
  const { SqliteStore } = await import('../store/sqlite-store.ts');
  const file = createReadStream(path);
  const reader = new ExportReader(file, Number(flags.maxGib) * 1_024 ** 3);
  const store = new SqliteStore(flags.data);
  try {
    using _ = showProgress(() => `importing: ${megabytes(file.bytesRead)} of ${megabytes(size)}`);
    await store.import(reader.rows());
  } finally {
    file.destroy();
    await store.close();
  }
  const rows = reader.summary?.rows;
  if (rows === undefined) throw new Error('an export was not read to its end');
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ data: flags.data, rows }, null, 2)}\n`);
  else process.stdout.write(`${flags.data}  ${totals(rows)}\n`);
}
