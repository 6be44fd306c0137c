/** `nbox rm`: takes a plugin off a host, once someone has said yes. */

import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { AdminClient } from './admin-client.ts';
import { CliError, usageError } from './cli-error.ts';
import { type AdminFlags, addAdminOptions, adminSettings } from './settings.ts';
import { warn } from './warn.ts';

export function addRm(program: Command): void {
  const command = program
    .command('rm')
    .description('Removes a plugin: no later call reaches it')
    .argument('<domain/group/name>', 'id of the plugin')
    .option('-y, --yes', 'do not ask; needed where there is no terminal to ask on')
    .option('--json', 'what was removed, as JSON');
  addAdminOptions(command).action(rm);
}

async function rm(id: string, flags: AdminFlags & { readonly yes?: boolean; readonly json?: boolean }): Promise<void> {
  const plugin = parsePluginId(id);
  const settings = await adminSettings(flags, process.env, warn);
  if (flags.yes !== true) await confirm(plugin, settings.url);
  await new AdminClient(settings).ask('DELETE', `/v1/plugins/${plugin}`, z.undefined());
  process.stdout.write(`${flags.json === true ? JSON.stringify({ removed: plugin }) : `${plugin} is removed`}\n`);
}

async function confirm(plugin: PluginId, url: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw usageError('There is no terminal to ask on', `Give --yes to remove ${plugin} from ${url}`);
  using question = createInterface({ input: process.stdin, output: process.stderr });
  const asked = new AbortController();
  // Ctrl-C and the end of input are a no; without this the promise would stay open.
  question.once('close', () => asked.abort());
  const answer = await question.question(`Remove ${plugin} from ${url}? [y/N] `, { signal: asked.signal }).catch(() => '');
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(`${plugin} was not removed`);
}
