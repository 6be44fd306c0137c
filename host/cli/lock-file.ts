/** package-lock.json: what is packed must be what it says. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { CliError } from './cli-error.ts';
import type { InstalledPackage } from './installed-packages.ts';

interface Lock {
  readonly packages?: Readonly<Record<string, { readonly version?: string; readonly link?: boolean } | undefined>>;
}

/**
 * The lock of the folder, or of the workspace that it is in.
 * @param folder the project's, links followed
 * @throws CliError where a package is of another version than the lock says, or not in it
 */
export function checkLock(folder: string, packages: Iterable<InstalledPackage>): void {
  const path = lockAbove(folder);
  if (path === undefined) return;
  const locked = readLock(path).packages;
  if (locked === undefined) {
    throw new CliError(`${path} is of an old format`, { hint: 'Write it anew by `npm install`, with npm 7 or later' });
  }
  for (const { name, version, found } of packages) {
    const key = relative(dirname(path), found).split(sep).join('/');
    // What another installer linked from elsewhere is in no lock of npm's.
    if (key.startsWith('../') || key.includes('node_modules/.')) continue;
    const entry = locked[key];
    if (entry?.link === true) continue;
    if (entry === undefined) {
      throw new CliError(`${name} is installed, but not in ${path}`, { hint: 'Run `npm install`, so that the lock has it' });
    }
    if (entry.version !== undefined && entry.version !== version) {
      throw new CliError(`node_modules/${name} is ${version}, ${path} says ${entry.version}`, { hint: 'Run `npm ci`' });
    }
  }
}

function lockAbove(folder: string): string | undefined {
  for (let dir = folder; ; dir = dirname(dir)) {
    const path = join(dir, 'package-lock.json');
    if (existsSync(path)) return path;
    // Not beyond where the packages of this project are.
    if (existsSync(join(dir, 'node_modules')) || dir === dirname(dir)) return undefined;
  }
}

function readLock(path: string): Lock {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
