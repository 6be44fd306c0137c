/** `nbox invoke`: calls what no request reaches, through the admin API: a scheduled handler, a queue handler, a method. */

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { AdminClient } from './admin-client.ts';
import { usageError } from './cli-error.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { warn } from './warn.ts';

interface InvokeFlags extends AdminFlags {
  readonly data?: string;
  readonly entrypoint?: string;
  readonly time?: string;
}

const invokedSchema = z.looseObject({ outcome: z.string() });

export function addInvoke(program: Command): void {
  const command = program
    .command('invoke')
    .description('Calls what no request reaches, and prints what came of it: a scheduled handler, a queue handler, a method')
    .argument('<domain/group/name>', 'id of the plugin')
    .argument('<interface>', 'scheduled, queue or rpc')
    .argument('[what]', 'the cron expression, the name of the queue, or Entrypoint.method')
    .option('-d, --data <json>', 'the bodies of the messages, or the arguments, as a JSON array; @file takes it from a file')
    .option('--entrypoint <name>', 'the export whose handler shall run (default: the default export)')
    .option('--time <time>', 'the scheduled time in ISO 8601 (default: now)')
    .addHelpText(
      'after',
      `
Examples:
  nbox invoke demo/jobs/cleanup scheduled '*/5 * * * *'
  nbox invoke demo/jobs/orders queue orders -d '[{"order": 1}, {"order": 2}]'
  nbox invoke demo/jobs/prices rpc Prices.total -d '[1, 2]'`,
    );
  addAdminOptions(command).action(invoke);
}

async function invoke(id: string, kind: string, what: string | undefined, flags: InvokeFlags): Promise<void> {
  const plugin = parsePluginId(id);
  const body = await invocation(kind, what, flags);
  const client = new AdminClient(await adminSettings(flags, process.env, warn));
  const { value } = await client.ask('POST', `/v1/plugins/${plugin}/invocations`, invokedSchema, body);
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** The body of the request. @throws CliError */
async function invocation(kind: string, what: string | undefined, flags: InvokeFlags): Promise<object> {
  const entrypoint = flags.entrypoint === undefined ? {} : { entrypoint: flags.entrypoint };
  if (flags.time !== undefined && kind !== 'scheduled') throw usageError('--time is for scheduled');
  switch (kind) {
    case 'scheduled': {
      if (flags.data !== undefined) throw usageError('--data is for queue and rpc');
      const scheduledTime = flags.time === undefined ? {} : { scheduledTime: timeOf(flags.time) };
      return { interface: kind, ...entrypoint, ...(what === undefined ? {} : { cron: what }), ...scheduledTime };
    }
    case 'queue': {
      if (what === undefined) throw usageError('Name the queue: nbox invoke <plugin> queue <name>');
      const bodies = await listOf(flags.data ?? '[{}]');
      return { interface: kind, ...entrypoint, queue: what, messages: bodies.map((body) => ({ body })) };
    }
    case 'rpc': {
      const [, named, method] = /^(?:([^.]+)\.)?([^.]+)$/.exec(what ?? '') ?? [];
      if (method === undefined) throw usageError('Name the method: nbox invoke <plugin> rpc <Entrypoint.method>');
      const args = await listOf(flags.data ?? '[]');
      return { interface: kind, ...entrypoint, ...(named === undefined ? {} : { entrypoint: named }), method, args };
    }
    default:
      throw usageError(`${JSON.stringify(kind)} cannot be invoked; it may be scheduled, queue or rpc`, 'nbox call makes a request');
  }
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw usageError(`--time is ${JSON.stringify(text)}; it may be a time such as 2030-01-01T00:00:00Z`);
  return time;
}

async function listOf(data: string): Promise<unknown[]> {
  const text = data.startsWith('@') ? await readFile(data.slice(1), 'utf8') : data;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageError(`--data is not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) throw usageError('--data must be a JSON array');
  return value;
}
