/** `nbox init`: a folder with a plugin that runs as it stands, its test, and what an editor needs. Overwrites nothing. */

import { lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { printable, printableLine } from '../printable.ts';
import { templateFiles, templates } from '../templates.ts';
import { ask, canAsk } from './ask.ts';
import { CliError, usageError } from './cli-error.ts';
import { editorTsconfig, schemaPath, writeEditorFiles } from './editor-files.ts';
import { paintFor } from './paint.ts';
import { pluginOfFolder } from './push-source.ts';

interface InitFlags {
  readonly template?: string;
  readonly owner?: string;
  readonly description?: string;
  readonly json?: boolean;
}

const ignored = 'node_modules/\n.nbox/\n';
const names = templates.map(({ name }) => name);

export function addInit(program: Command): void {
  const width = Math.max(...names.map((name) => name.length));
  const list = templates.map(({ name, what }, i) => `  ${name.padEnd(width)}  ${what}${i === 0 ? ' (the default)' : ''}`).join('\n');
  program
    .command('init')
    .description('Makes a folder with a plugin that runs as it stands: code, a test, and types for your editor; overwrites nothing')
    .argument('[dir]', 'where; named domain/group/name, it is the plugin’s id, too (default: the current directory)')
    .addOption(new Option('-t, --template <name>', 'what to begin with').choices(names))
    .option('--owner <name>', 'who owns it, for the manifest')
    .option('--description <text>', 'what it is for, for the manifest')
    .option('--json', 'what was made, as JSON')
    .addHelpText(
      'after',
      `\nTemplates:\n${list}\n\nExamples:\n  nbox init demo/hello/world\n  nbox init shop/detail/prices --template hono --owner team-detail\n\nOn a terminal it asks for what is not given; elsewhere it asks nothing.`,
    )
    .action(init);
}

async function init(given: string | undefined, flags: InitFlags): Promise<void> {
  const dir = given ?? (canAsk() ? await askFolder() : '.');
  const template = flags.template ?? (given === undefined && canAsk() ? await askTemplate() : (names[0] as string));
  const folder = resolve(dir);
  const files = await filesOf(template, flags);
  await writeAll(folder, files);
  await writeEditorFiles(folder);
  const plugin = pluginOfFolder(folder);
  const made = { folder, plugin: plugin ?? null, template, files: [...files.keys()] };
  process.stdout.write(`${flags.json === true ? JSON.stringify(made, null, 2) : summary(dir, plugin, made)}\n`);
}

async function askFolder(): Promise<string> {
  const answer = await ask('Id of the plugin, which is its folder, too: domain/group/name (demo/hello/world) ');
  return answer === '' ? 'demo/hello/world' : parsePluginId(answer);
}

async function askTemplate(): Promise<string> {
  const list = templates.map(({ name, what }, i) => `  ${i + 1} ${name}: ${what}`).join('\n');
  const answer = await ask(`${list}\nTemplate (1) `);
  const found = answer === '' ? names[0] : (names[Number(answer) - 1] ?? names.find((name) => name === answer));
  if (found === undefined) throw usageError(`There is no template ${JSON.stringify(answer)}; there is ${names.join(', ')}`);
  return found;
}

async function filesOf(template: string, { owner, description }: InitFlags): Promise<ReadonlyMap<string, string>> {
  const files = await templateFiles(template);
  const manifest = JSON.parse(files.get('nbox.json') as string) as { readonly description: string };
  const own = { $schema: schemaPath, owner: owner ?? '', description: description ?? manifest.description };
  files.set('nbox.json', `${JSON.stringify(own, null, 2)}\n`);
  files.set('tsconfig.json', editorTsconfig());
  files.set('.gitignore', ignored);
  return files;
}

/** All, or none: what was made before a failure is taken away again. @throws CliError where one of them is there already */
async function writeAll(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const there: string[] = [];
  for (const name of files.keys()) if ((await lstat(join(folder, name)).catch(() => undefined)) !== undefined) there.push(name);
  if (there.length > 0) {
    throw new CliError(`${folder} has ${there.join(', ')} already, and nothing is overwritten`, { hint: 'Give another folder' });
  }
  const firstMade = await mkdir(folder, { recursive: true });
  const written: string[] = [];
  try {
    for (const [name, text] of files) {
      const path = join(folder, name);
      // Not even one that has come since.
      await writeFile(path, text, { flag: 'wx' });
      written.push(path);
    }
  } catch (error) {
    if (firstMade !== undefined) await rm(firstMade, { recursive: true, force: true });
    else for (const path of written) await rm(path, { force: true });
    throw error;
  }
}

function summary(
  dir: string,
  plugin: PluginId | undefined,
  { folder, template, files }: { readonly folder: string; readonly template: string; readonly files: readonly string[] },
): string {
  const paint = paintFor(process.stdout);
  const place = /^[\w./-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", "'\\''")}'`;
  const as = plugin === undefined ? ' --as domain/group/name' : '';
  const libraries = files.includes('package.json')
    ? [`  ${'npm install'.padEnd(28)} for your editor: a host has these libraries itself`]
    : [];
  const steps: readonly [string, string][] = [
    [`nbox dev ${place}${as}`, 'a local host; each save is live in a moment'],
    [`nbox check ${place}`, 'type-check and bundle, without a host'],
    [`nbox test ${place}${as}`, 'its tests, on a host'],
    [`nbox push ${place}${as}`, 'publish it'],
  ];
  const width = Math.max(28, ...steps.map(([command]) => command.length));
  return [
    `${paint('bold', plugin ?? printableLine(folder))}  ${paint('green', 'made')} of the template ${template}: ${files.join(', ')}`,
    ...(plugin === undefined
      ? ['  The folder’s place is no plugin’s id: name one by --as, or have the folder end in domain/group/name']
      : []),
    ...libraries,
    ...steps.map(([command, what]) => `  ${printable(command).padEnd(width)} ${paint('dim', what)}`),
  ].join('\n');
}
