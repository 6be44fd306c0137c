/** `nbox hygiene`: what of a host's plugins wants a look, and what to do about it. */

import type { Command } from 'commander';
import { z } from 'zod';
import { AdminClient } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { age } from './ls.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { table } from './table.ts';
import { widthOf } from './terminal-width.ts';
import { warn } from './warn.ts';

const row = { plugin: z.string(), do: z.string() };
const reportSchema = z.looseObject({
  unused: z.array(z.looseObject({ ...row, interface: z.string(), usedAt: z.iso.datetime().nullable(), unusedDays: z.number() })),
  callers: z.array(
    z.looseObject({
      ...{ ...row, interface: z.string(), calls: z.number() },
      callers: z.array(z.looseObject({ name: z.string(), count: z.number() })),
    }),
  ),
  growth: z.array(z.looseObject({ ...row, metric: z.string(), hour: z.iso.datetime(), value: z.number(), usual: z.number() })).nullable(),
  costRises: z
    .array(z.looseObject({ ...row, release: z.number(), base: z.number(), beforeUs: z.number(), afterUs: z.number() }))
    .nullable(),
  notJudged: z.array(z.looseObject({ why: z.string() })),
});
type Report = z.infer<typeof reportSchema>;

/** Of a section, what a terminal shows. */
const shownRows = 20;

export function addHygiene(program: Command): void {
  const command = program
    .command('hygiene')
    .description(
      'Shows interfaces that nobody uses, who calls the others, abnormal growth, and releases that made calls dearer, with what to do',
    )
    .option('--days <number>', 'for how many days an interface must have been unused (default: 30)')
    .option('--json', 'as the host says it, all rows');
  addAdminOptions(command).action(hygiene);
}

async function hygiene(flags: AdminFlags & { readonly days?: string; readonly json?: boolean }): Promise<void> {
  const { days } = flags;
  if (days !== undefined && !/^\d{1,9}$/.test(days)) throw usageError(`--days has ${JSON.stringify(days)}, which is no number of days`);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('GET', `/v1/hygiene${days === undefined ? '' : `?days=${days}`}`, reportSchema);
  process.stdout.write(`${flags.json === true ? JSON.stringify(value, null, 2) : shown(value, widthOf(process.stdout))}\n`);
}

function shown({ unused, callers, growth, costRises, notJudged }: Report, width: number | undefined): string {
  const now = Date.now();
  const us = (value: number) => `${Number((value / 1_000).toPrecision(3))} ms`;
  const amount = (metric: string, value: number) =>
    metric === 'calls' ? `${value} calls` : `${Number((value / 1e6).toPrecision(3))} s of CPU`;
  const sections = [
    section(width, 'Not used', ['PLUGIN', 'INTERFACE', 'DAYS', 'LAST USED'], unused, (one) => [
      ...[one.interface, String(one.unusedDays), one.usedAt === null ? 'never' : `${age(now - Date.parse(one.usedAt))} ago`],
    ]),
    section(width, 'Grown', ['PLUGIN', 'HOUR', 'NOW', 'USUALLY'], growth ?? [], (one) => [
      ...[one.hour, amount(one.metric, one.value), amount(one.metric, one.usual)],
    ]),
    section(width, 'Dearer', ['PLUGIN', 'RELEASE', 'CPU A CALL', 'BEFORE'], costRises ?? [], (one) => [
      ...[`${one.release} after ${one.base}`, us(one.afterUs), us(one.beforeUs)],
    ]),
    section(width, 'Callers', ['PLUGIN', 'INTERFACE', 'CALLS', 'MOST BY'], callers, (one) => [
      ...[one.interface, String(one.calls), one.callers.map(({ name, count }) => `${name} ${count}`).join(', ')],
    ]),
  ].filter((one) => one !== undefined);
  const missing = [...new Set(notJudged.map(({ why }) => why))].join('\n');
  return [...(sections.length === 0 ? ['There is nothing to tell'] : sections), ...(missing === '' ? [] : [missing])].join('\n\n');
}

function section<Row extends { readonly plugin: string; readonly do: string }>(
  width: number | undefined,
  title: string,
  heads: readonly string[],
  rows: readonly Row[],
  cells: (one: Row) => string[],
): string | undefined {
  if (rows.length === 0) return undefined;
  const columns = [...heads, 'DO'].map((head) => ({ head }));
  const text = table(
    columns,
    rows.slice(0, shownRows).map((one) => [one.plugin, ...cells(one), one.do]),
    width,
  );
  return `${title}\n${text}${rows.length > shownRows ? `\n${rows.length - shownRows} more: --json shows all` : ''}`;
}
