/** `nbox preview` and `previews`: a draft under an address of its own, beside what is live. */

import type { Command } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { ttlBounds } from '../preview/preview.ts';
import { tokenName } from '../preview/token.ts';
import { printableLine } from '../printable.ts';
import { AdminClient, diagnosticSchema } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { ms } from './duration.ts';
import { gateRows, gatesSchema } from './gate-report.ts';
import { age } from './ls.ts';
import type { Packed } from './pack.ts';
import { paintFor } from './paint.ts';
import { packedRows } from './push.ts';
import { pushedPlugin } from './push-source.ts';
import { readOrRefuse, refuseOrThrow, report } from './refused-source.ts';
import { type AdminFlags, addAdminOptions, adminSettings, defaultTrafficUrl, trafficUrl } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const previewSchema = z.looseObject({
  ...{ id: z.string(), url: z.string(), interfaces: z.array(z.string()), actor: z.string(), message: z.string() },
  ...{ createdAt: z.iso.datetime(), expiresAt: z.iso.datetime() },
});
const madeSchema = z.looseObject({
  plugin: z.string(),
  preview: previewSchema.extend({ token: z.string() }),
  diagnostics: z.array(diagnosticSchema),
  gates: gatesSchema,
});
const publishedSchema = z.looseObject({ plugin: z.string(), release: z.looseObject({ number: z.number() }), deployment: z.number() });

interface PreviewFlags extends AdminFlags {
  readonly as?: string;
  readonly ttl?: string;
  readonly message?: string;
  readonly warn?: boolean;
  readonly accept?: string;
  readonly skipTests?: boolean;
  readonly trafficUrl?: string;
  readonly json?: boolean;
}

const pluginId = ['<domain/group/name>', 'id of the plugin'] as const;
const previewId = ['<id>', 'id of the preview'] as const;

export function addPreview(program: Command): void {
  const making = program
    .command('preview')
    .description('Makes a draft callable under its own address with its own token; what is live does not change')
    .argument('<file-or-dir>', 'as for nbox push')
    .option('--as <domain/group/name>', 'id of the plugin (default: the last three parts of the folder’s path)')
    .option('--ttl <time>', 'how long it is there: seconds, or 90m, 12h; at most 24h (default: 1h)')
    .option('-m, --message <text>', 'what it is for')
    .option('--skip-tests', 'without running the plugin’s tests; takes --message to say why, and may be forbidden')
    .option('--accept <gates>', 'in spite of what these gates find, with commas between them: replay')
    .option('--warn', 'in spite of type errors, which are shown as warnings')
    .option('--json', 'as the host says it')
    .option('--traffic-url <url>', `traffic port of the host (NBOX_TRAFFIC_URL, config file; default ${defaultTrafficUrl})`);
  addAdminOptions(making)
    .addHelpText(
      'after',
      '\nExamples:\n  nbox preview plugins/demo/apps/offers --ttl 12h\n  nbox preview hello.ts --as demo/hello/world\n  nbox preview publish demo/hello/world 0123456789abcdef0123\n\nThe address is a secret: whoever has it can call the draft, and reads its failures in full.',
    )
    .action(preview);

  const removing = making
    .command('rm')
    .description('Ends a preview')
    .argument(...pluginId)
    .argument(...previewId)
    .option('--json', 'what was ended, as JSON');
  addAdminOptions(removing).action(rm);

  const publishing = making
    .command('publish')
    .description('Publishes a preview as it is, checked as any push')
    .argument(...pluginId)
    .argument(...previewId)
    .option('--percentage <n>', 'give the release this part of the calls, beside what is live: a canary (0 to 100 in hundredths)')
    .option('--skip-tests', 'without running the plugin’s tests; takes --message to say why, and may be forbidden')
    .option('--accept <gates>', 'go live in spite of what these gates find, with commas between them: replay')
    .option('-m, --message <text>', 'why, for the history (default: the preview’s)')
    .option('--json', 'as the host says it');
  addAdminOptions(publishing).action(publish);

  const listing = program
    .command('previews')
    .description('Lists the previews of a plugin, the newest first')
    .argument(...pluginId)
    .option('--json', 'as the host says it');
  addAdminOptions(listing).action(previews);
}

async function preview(path: string, flags: PreviewFlags): Promise<void> {
  const began = performance.now();
  const json = flags.json === true;
  const source = await readOrRefuse(path, began, json);
  if (source === undefined) return;
  const plugin = pushedPlugin(flags.as, source);
  const body = {
    ...source.body,
    ...(flags.ttl === undefined ? {} : { ttlSeconds: secondsOf(flags.ttl) }),
    ...(flags.message === undefined ? {} : { message: flags.message }),
  };
  const base = await trafficUrl(flags, process.env, warn);
  const query = new URLSearchParams({
    ...(flags.warn === true ? { typecheck: 'warn' } : {}),
    ...(flags.skipTests === true ? { tests: 'skip' } : {}),
    ...(flags.accept === undefined ? {} : { accept: flags.accept }),
  });
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  try {
    const { value } = await client.ask('POST', `/v1/plugins/${plugin}/previews?${query}`, madeSchema, body);
    if (!json) report(value.diagnostics, source);
    const told = json ? JSON.stringify(value, null, 2) : summary(value, base, source.packed, performance.now() - began);
    process.stdout.write(`${told}\n`);
  } catch (error) {
    refuseOrThrow(error, plugin, source, began, json);
  }
}

function summary({ plugin, preview, gates }: z.infer<typeof madeSchema>, base: string, packed: Packed | undefined, tookMs: number): string {
  const { id, url, token, interfaces, expiresAt } = preview;
  const paint = paintFor(process.stdout);
  const rows: [string, string][] = [
    ['open', `${base}${url}?${tokenName}=${token}`],
    ['or send', `${tokenName}: ${token} to ${base}${url}`],
    ['serves', interfaces.length === 0 ? 'nothing' : interfaces.join(', ')],
    ['until', `${expiresAt} (${age(Date.parse(expiresAt) - Date.now())}), the host's restart, or nbox preview rm ${plugin} ${id}`],
    ['time', ms(tookMs)],
    ...gateRows(gates),
    ...packedRows(packed),
  ];
  const head = `${paint('bold', printableLine(plugin))}  preview ${printableLine(id)}`;
  return [head, ...rows.map(([name, text]) => `  ${paint('dim', name.padEnd(8))} ${printableLine(text)}`)].join('\n');
}

async function rm(id: string, preview: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  await client.ask('DELETE', `/v1/plugins/${plugin}/previews/${encodeURIComponent(preview)}`, z.undefined());
  process.stdout.write(
    `${flags.json === true ? JSON.stringify({ plugin, ended: preview }) : `${printableLine(preview)} of ${plugin} is over`}\n`,
  );
}

async function publish(
  id: string,
  preview: string,
  flags: AdminFlags & {
    readonly percentage?: string;
    readonly accept?: string;
    readonly skipTests?: boolean;
    readonly message?: string;
    readonly json?: boolean;
  },
): Promise<void> {
  const plugin = parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const query = new URLSearchParams({
    ...(flags.percentage === undefined ? {} : { percentage: flags.percentage }),
    ...(flags.skipTests === true ? { tests: 'skip' } : {}),
    ...(flags.accept === undefined ? {} : { accept: flags.accept }),
  });
  const path = `/v1/plugins/${plugin}/previews/${encodeURIComponent(preview)}/publish?${query}`;
  const { status, value } = await client.ask('POST', path, publishedSchema, flags.message === undefined ? {} : { message: flags.message });
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    return;
  }
  const same = status === 201 ? '' : ' (it was live already)';
  process.stdout.write(`${printableLine(value.plugin)}  release ${value.release.number}, deployment ${value.deployment}${same}\n`);
}

async function previews(id: string, flags: AdminFlags & { readonly json?: boolean }): Promise<void> {
  const plugin = parsePluginId(id);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('GET', `/v1/plugins/${plugin}/previews`, z.object({ previews: z.array(previewSchema) }));
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(value.previews, null, 2)}\n`);
    return;
  }
  const now = Date.now();
  const rows = value.previews.map(({ id, createdAt, expiresAt, interfaces, actor, message }) => [
    ...[id, age(now - Date.parse(createdAt)), age(Date.parse(expiresAt) - now), interfaces.join(', '), actor, message],
  ]);
  const right = 'right' as const;
  const columns = [
    ...[{ head: 'PREVIEW' }, { head: 'AGE', align: right }, { head: 'LEFT', align: right }],
    ...[{ head: 'SERVES' }, { head: 'WHO' }, { head: 'WHY' }],
  ];
  const none = 'There is none; `nbox preview` makes one';
  process.stdout.write(`${rows.length === 0 ? none : table(columns, rows, widthOf(process.stdout))}\n`);
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600 };

/** Whether it is within bounds is the host's to say. @throws CliError */
export function secondsOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smh]?)$/.exec(text) ?? [];
  if (count === undefined) {
    throw usageError(`--ttl is ${JSON.stringify(text)}; it may be seconds, or a time such as 90m or 12h, of at most ${ttlBounds.most} s`);
  }
  return Number(count) * (unitSeconds[unit] as number);
}
