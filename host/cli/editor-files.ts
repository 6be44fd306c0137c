/**
 * What an editor needs to know of nbox in a plugin's folder: a tsconfig.json, and in `.nbox/`, which git ignores, the types of
 * the platform and the manifest's schema. They are this version's, so they are written anew wherever a command meets older ones.
 */

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPluginTsconfig } from '../../loader/builder/plugin-tsconfig.ts';
import { ambientTypes } from '../../loader/builder/typed-project.ts';
import { manifestJsonSchema } from '../../loader/manifest.ts';
import { CliError } from './cli-error.ts';

const typesDirectory = join(import.meta.dirname, '..', '..', 'loader', 'types');
const typesPattern = '.nbox/types/*.d.ts';

/** Where `$schema` in nbox.json leads. */
export const schemaPath = './.nbox/nbox.schema.json';

/** The builder's own options, so that an editor minds what a push minds. A push takes it along and finds nothing strange in it. */
export function editorTsconfig(): string {
  const { compilerOptions } = readPluginTsconfig(new Map());
  const value = { compilerOptions, include: ['**/*', typesPattern], exclude: ['node_modules'] };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Never through a link: a folder that was cloned may have one that leads anywhere.
 * @returns whether anything was written
 * @throws CliError where `.nbox` is not the folder's own
 */
export async function writeEditorFiles(folder: string): Promise<boolean> {
  const types = join(folder, '.nbox', 'types');
  for (const path of [join(folder, '.nbox'), types]) {
    if ((await lstat(path).catch(() => undefined))?.isDirectory() === false) throw new CliError(`${path} is no directory of its own`);
  }
  await mkdir(types, { recursive: true });
  const files = new Map([[join(types, 'files.d.ts'), ambientTypes]]);
  for (const name of await readdir(typesDirectory)) files.set(join(types, name), await readFile(join(typesDirectory, name), 'utf8'));
  files.set(join(folder, schemaPath), `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
  let written = false;
  for (const [path, text] of files) {
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue;
    await replace(path, text);
    written = true;
  }
  return written;
}

/** What stands there is replaced and not written to: it may be a link. */
async function replace(path: string, text: string): Promise<void> {
  const written = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await writeFile(written, text, { flag: 'wx' });
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
}

/** For folders whose tsconfig.json asks for them, as one has it that was cloned; others are left alone. */
export async function refreshEditorFiles(folder: string): Promise<void> {
  const tsconfig = await readFile(join(folder, 'tsconfig.json'), 'utf8').catch(() => '');
  // A folder that cannot be written (a checkout of another user's) can be checked and run all the same.
  if (tsconfig.includes(typesPattern)) await writeEditorFiles(folder).catch(() => undefined);
}
