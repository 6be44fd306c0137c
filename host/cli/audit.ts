/** `nbox audit`: who changed what on a host, and whether all of that is there still. */

import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { AdminClient } from './admin-client.ts';
import { CliError, usageError } from './cli-error.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const text = z.string();
const rowSchema = z.looseObject({
  ...{ number: z.number(), at: text, actor: text, method: text, route: text, plugin: text.nullable(), outcome: text },
  ...{ before: z.unknown(), after: z.unknown() },
});
const pageSchema = z.looseObject({ rows: z.array(rowSchema), next: z.number().nullable() });
const last = z.looseObject({ number: z.number(), hash: text });
const verifiedSchema = z.discriminatedUnion('ok', [
  z.looseObject({ ok: z.literal(true), rows: z.number(), dropped: z.number(), last }),
  z.looseObject({ ok: z.literal(false), broken: z.number(), reason: text }),
]);
type Row = z.infer<typeof rowSchema>;

interface AuditFlags extends AdminFlags {
  readonly plugin?: string;
  readonly actor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly format?: string;
}

export function addAudit(program: Command): void {
  const group = program.command('audit').description('Shows who changed what, the newest first');
  group
    .option('--plugin <id>', 'of a plugin, or of what is below a domain or a group')
    .option('--actor <name>', 'by whom')
    .option('--from <time>', 'since then: a time such as 2027-01-31T00:00:00Z, or -24h')
    .option('--to <time>', 'before then')
    .option('--limit <number>', 'how many at most (default: 100)')
    .option('--format <format>', 'table, json, or all there is as ndjson or csv, the oldest first (default: table)');
  addAdminOptions(group).action(show);
  const verifying = group
    .command('verify')
    .description('Looks whether any row was changed or taken out; exit code 1 where one was')
    .option('--known <row>', 'what verify has told before of the last row, such as 412:9f2c…: it has to be there still')
    .option('--json', 'as the host says it');
  addAdminOptions(verifying).action(verify);
}

async function show(flags: AuditFlags): Promise<void> {
  const { plugin, actor, from, to, limit, format = 'table' } = flags;
  if (!['table', 'json', 'ndjson', 'csv'].includes(format)) throw usageError(`--format may be table, json, ndjson or csv`);
  const isWhole = format === 'ndjson' || format === 'csv';
  const asked = Object.entries({ plugin, actor, from, to, limit, ...(isWhole ? { format } : {}) });
  const query = new URLSearchParams(asked.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const path = `/v1/audit${query.size === 0 ? '' : `?${query}`}`;
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  if (isWhole) {
    await pipeline(await client.download(path), process.stdout, { end: false });
    return;
  }
  const { value } = await client.ask('GET', path, pageSchema);
  process.stdout.write(`${format === 'json' ? JSON.stringify(value.rows, null, 2) : shown(value.rows, widthOf(process.stdout))}\n`);
}

interface VerifyFlags extends AdminFlags {
  readonly known?: string;
  readonly json?: boolean;
}

async function verify(_flags: VerifyFlags, command: Command): Promise<void> {
  const flags = command.optsWithGlobals() as VerifyFlags;
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const query = flags.known === undefined ? '' : `?${new URLSearchParams({ known: flags.known })}`;
  const { value } = await client.ask('GET', `/v1/audit/verify${query}`, verifiedSchema);
  if (flags.json === true) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else if (value.ok) {
    const old = value.dropped === 0 ? '' : `; the ${value.dropped} before them were dropped for their age`;
    const { number, hash } = value.last;
    process.stdout.write(
      `${value.rows === 1 ? 'The one row is as it was written' : `All ${value.rows} rows are as they were written`}${old}.\nThe last is ${number}:${hash}\nKeep that elsewhere, for --known: it tells whether somebody has made the whole chain anew.\n`,
    );
  }
  if (!value.ok) throw new CliError(value.reason, { hint: 'Compare with what was exported before (nbox audit --format ndjson)' });
}

function shown(rows: readonly Row[], width: number | undefined): string {
  if (rows.length === 0) return 'There is nothing of that in the audit';
  const cells = rows.map(({ number, at, actor, method, route, plugin, outcome, before, after }) => [
    ...[String(number), at, actor, `${method} ${route.replace(/^\/v1\/plugins\/:domain\/:group\/:name/, '…')}`, plugin ?? '', outcome],
    [before, after].every((one) => one === null || one === undefined) ? '' : `${short(before)} → ${short(after)}`,
  ]);
  return table(
    ['ROW', 'AT', 'WHO', 'WHAT', 'PLUGIN', 'OUTCOME', 'CHANGE'].map((head) => ({ head })),
    cells,
    width,
  );
}

const short = (value: unknown): string => (value === null || value === undefined ? 'nothing' : JSON.stringify(value));
