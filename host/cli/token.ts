/** `nbox token`: who may do what on a host, and until when. */

import type { Command } from 'commander';
import { z } from 'zod';
import { AdminClient } from './admin-client.ts';
import { CliError, usageError } from './cli-error.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const text = z.string();
const tokenSchema = z.looseObject({
  ...{ id: text, name: text, scope: text, reach: text, state: text, createdAt: text, createdBy: text },
  ...{ expiresAt: text.nullable(), lastUsedAt: text.nullable() },
});
const madeSchema = tokenSchema.extend({ token: text });
const allSchema = z.looseObject({ tokens: z.array(tokenSchema) });
type Token = z.infer<typeof tokenSchema>;

interface CreateFlags extends AdminFlags {
  readonly scope: string;
  readonly reach: string;
  readonly expires?: string;
  readonly json?: boolean;
}

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function addToken(program: Command): void {
  const group = program.command('token').description('Makes, lists and revokes tokens: who may do what, on which plugins, and until when');
  const creating = group
    .command('create')
    .description('Makes a token, and prints it: it cannot be asked for again')
    .argument('<name>', 'what its holder is called in the history and the audit')
    .requiredOption('--scope <scope>', 'read, deploy or admin, each with what those before it may')
    .requiredOption('--reach <reach>', '* (everything), domain, domain/group or domain/group/name')
    .option('--expires <when>', 'after 30m, 12h or 90d, or at a time such as 2027-01-31T00:00:00Z (default: never)')
    .option('--json', 'as the host says it');
  addAdminOptions(creating)
    .addHelpText(
      'after',
      '\nExamples:\n  nbox token create ci --scope deploy --reach shop --expires 90d\n  nbox token create grafana --scope read --reach "*"',
    )
    .action(create);
  const listing = group.command('ls').description('Lists the tokens, and when each was last used').option('--json', 'as the host says it');
  addAdminOptions(listing).action(list);
  const revoking = group
    .command('revoke')
    .description('Ends a token at once, and the sessions and streams that were opened with it')
    .argument('<name-or-id>', 'which one')
    .option('--json', 'what was revoked, as JSON');
  addAdminOptions(revoking).action(revoke);
}

async function create(name: string, flags: CreateFlags): Promise<void> {
  const { scope, reach, expires } = flags;
  const body = { name, scope, reach, ...(expires === undefined ? {} : { expiresAt: timeOf(expires) }) };
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('POST', '/v1/tokens', madeSchema, body);
  if (flags.json === true) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else {
    // The token alone goes to standard output, so that it can be sent on to where it is kept.
    process.stderr.write(
      `${value.name}: ${value.scope} of ${value.reach}, ${value.expiresAt === null ? 'without end' : `until ${value.expiresAt}`}; shown only this once:\n`,
    );
    process.stdout.write(`${value.token}\n`);
  }
}

async function list(flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const { tokens } = await all(new AdminClient(await adminSettings(flags, process.env, warn)));
  if (flags.json === true) process.stdout.write(`${JSON.stringify(tokens, null, 2)}\n`);
  else process.stdout.write(`${shown(tokens, widthOf(process.stdout))}\n`);
}

async function revoke(wanted: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { tokens } = await all(client);
  const found = tokens.find(({ name }) => name === wanted) ?? tokens.find(({ id }) => id === wanted);
  if (found === undefined)
    throw new CliError(`There is no token ${wanted} that this one may revoke`, { hint: '`nbox token ls` lists them' });
  await client.ask('DELETE', `/v1/tokens/${found.id}`, z.undefined());
  process.stdout.write(`${flags.json === true ? JSON.stringify({ revoked: found.name, id: found.id }) : `${found.name} is revoked`}\n`);
}

async function all(client: AdminClient): Promise<{ readonly tokens: readonly Token[] }> {
  return (await client.ask('GET', '/v1/tokens', allSchema)).value;
}

function timeOf(given: string): string {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  if (count !== undefined && unit !== undefined) return new Date(Date.now() + Number(count) * (unitsMs[unit] as number)).toISOString();
  const at = Date.parse(given);
  if (/^\d{4}-\d\d-\d\d/.test(given) && !Number.isNaN(at)) return new Date(at).toISOString();
  throw usageError(`--expires is ${JSON.stringify(given.slice(0, 80))}; it may be 30m, 12h, 90d, or a time such as 2027-01-31T00:00:00Z`);
}

function shown(tokens: readonly Token[], width: number | undefined): string {
  if (tokens.length === 0) return 'There is no token but the operator’s; `nbox token create` makes one';
  const rows = tokens.map(({ name, id, scope, reach, state, expiresAt, lastUsedAt, createdBy }) => [
    ...[name, id, scope, reach, state === 'expired' ? 'expired' : (expiresAt ?? 'never'), lastUsedAt ?? 'never', createdBy],
  ]);
  return table(
    ['NAME', 'ID', 'SCOPE', 'REACH', 'EXPIRES', 'LAST USED', 'MADE BY'].map((head) => ({ head })),
    rows,
    width,
  );
}
