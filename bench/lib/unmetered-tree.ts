/** A copy of nbox without its metering: the files under `bench/unmetered` stand in place of those of the same name. */

import { cpSync, existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { TempFolder } from './temp-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const unmetered = join(root, 'bench', 'unmetered');
/** All that runs, or is read when a host starts. */
const copied = ['bin', 'guards', 'host', 'libraries', 'loader', 'package.json'];

/** As it is: a host that is compared with one of a changed copy should have come to its place in the same way. */
export function copiedTree(): TempFolder {
  const folder = new TempFolder();
  for (const name of copied) cpSync(join(root, name), join(folder.path, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'));
  return folder;
}

/** @throws Error where a file would replace none */
export function unmeteredTree(): TempFolder {
  const folder = copiedTree();
  for (const entry of readdirSync(unmetered, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(unmetered, path);
    if (!existsSync(join(root, name))) throw new Error(`bench/unmetered/${name} replaces nothing`);
    // They import nothing but types, which are not looked for when they run.
    cpSync(path, join(folder.path, name));
  }
  return folder;
}
