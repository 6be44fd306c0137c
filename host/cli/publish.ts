/** `nbox publish`: several plugins in one transaction: all of them go live at the same moment, or none does. */

import type { Command } from 'commander';
import { z } from 'zod';
import { printableLine } from '../printable.ts';
import { AdminClient, diagnosticSchema, RefusedError } from './admin-client.ts';
import { CliError, usageError } from './cli-error.ts';
import { ms } from './duration.ts';
import { gatesSchema } from './gate-report.ts';
import { paintFor } from './paint.ts';
import { type PushSource, pushedPlugin } from './push-source.ts';
import { readOrRefuse, refuseOrThrow, report } from './refused-source.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { warn } from './warn.ts';

interface PublishFlags extends AdminFlags {
  readonly warn?: boolean;
  readonly message?: string;
  readonly skipTests?: boolean;
  readonly handover: boolean;
  readonly accept?: string;
  readonly json?: boolean;
}

const publishedSchema = z.looseObject({
  plugins: z.array(
    z.looseObject({
      ...{ plugin: z.string(), deployment: z.number(), created: z.boolean() },
      release: z.looseObject({ number: z.number(), hash: z.string() }),
      diagnostics: z.array(diagnosticSchema),
      gates: gatesSchema,
    }),
  ),
});

export function addPublish(program: Command): void {
  const command = program
    .command('publish')
    .description('Publishes several plugins in one transaction: all of them go live at the same moment, or none does')
    .argument('<dir...>', 'folders …/domain/group/name, at most 100')
    .option('-m, --message <text>', 'why, for the history of each')
    .option('--skip-tests', 'publish without running the plugins’ tests; takes --message to say why, and may be forbidden')
    .option('--no-handover', 'start fresh: do not carry over the state of what is live')
    .option('--accept <gates>', 'go live in spite of what these gates find, with commas between them: replay')
    .option('--warn', 'publish in spite of type errors, and show them as warnings')
    .option('--json', 'as the host says it');
  addAdminOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  nbox publish plugins/shop/detail/prices plugins/shop/detail/stock -m "new units"\n\nExit code: 1 where one is refused; then nothing has changed.',
    )
    .action(publish);
}

async function publish(dirs: readonly string[], flags: PublishFlags): Promise<void> {
  const began = performance.now();
  const json = flags.json === true;
  const sources: { readonly plugin: string; readonly source: PushSource }[] = [];
  for (const dir of dirs) {
    const source = await readOrRefuse(dir, began, json);
    // What is wrong with one is wrong with all; what it is was told.
    if (source === undefined) return;
    const plugin = pushedPlugin(undefined, source);
    if (sources.some((one) => one.plugin === plugin)) throw usageError(`${plugin} is given twice`);
    sources.push({ plugin, source });
  }
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const query = new URLSearchParams({
    ...(flags.warn === true ? { typecheck: 'warn' } : {}),
    ...(flags.skipTests === true ? { tests: 'skip' } : {}),
    ...(flags.handover ? {} : { handover: 'skip' }),
    ...(flags.accept === undefined ? {} : { accept: flags.accept }),
  });
  const body = {
    plugins: sources.map(({ plugin, source }) => ({ plugin, ...source.body })),
    ...(flags.message === undefined ? {} : { message: flags.message }),
  };
  try {
    const { value } = await client.ask('POST', `/v1/plugins?${query}`, publishedSchema, body);
    if (!json) for (const [i, { diagnostics }] of value.plugins.entries()) report(diagnostics, sources[i]?.source as PushSource);
    process.stdout.write(`${json ? JSON.stringify(value, null, 2) : summary(value, performance.now() - began)}\n`);
  } catch (error) {
    const at = error instanceof RefusedError ? /^\/plugins\/(\d+)/.exec(error.problem.pointer ?? '')?.[1] : undefined;
    const one = at === undefined ? undefined : sources[Number(at)];
    if (one === undefined) throw error;
    // Of which of them it speaks, its words do not say.
    named(one.plugin, () => refuseOrThrow(error, one.plugin, one.source, began, json));
  }
}

function named(plugin: string, refuse: () => void): void {
  try {
    refuse();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw new CliError(`${plugin}: ${error.message}`, { hint: error.hint, cause: error });
  }
}

function summary({ plugins }: z.infer<typeof publishedSchema>, tookMs: number): string {
  const paint = paintFor(process.stdout);
  const lines = plugins.map(({ plugin, release, deployment, created }) => {
    const what = created ? paint('green', 'live') : 'unchanged: this content is live already';
    return `${paint('bold', printableLine(plugin))}  release ${release.number}, deployment ${deployment}  ${what}`;
  });
  return [...lines, paint('dim', `${plugins.length} plugins in ${ms(tookMs)}`)].join('\n');
}
