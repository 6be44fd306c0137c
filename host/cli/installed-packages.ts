/** The packages that a project's package.json needs, where they are installed, and where a push puts them. */

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CliError } from './cli-error.ts';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Where it stands in the push: `node_modules/a`, or inside another where two versions are needed. */
  readonly place: string;
  /** Where it is installed, links followed. */
  readonly folder: string;
  /** The same, links not followed: what a lock file names. */
  readonly found: string;
}

interface PackageJson {
  readonly version?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface InstalledPackages {
  /** By place. */
  readonly packages: ReadonlyMap<string, InstalledPackage>;
  /** What package.json lists and no node_modules has. */
  readonly missing: readonly string[];
}

/**
 * Each is found as Node finds it, from where the package that needs it really lies, so that linked packages find
 * theirs. All are laid out anew, flat but for second versions: the layout on the disk may be one of links.
 * @param folder the project's, with its package.json
 * @returns undefined where the project needs none
 */
export function installedPackages(folder: string): InstalledPackages | undefined {
  const project = readPackage(folder);
  if (project === undefined) return undefined;
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = project;
  const listed = Object.keys({ ...devDependencies, ...peerDependencies, ...optionalDependencies, ...dependencies }).sort();
  if (listed.length === 0) return undefined;

  const packages = new Map<string, InstalledPackage>();
  const missing: string[] = [];
  const waiting: InstalledPackage[] = [];
  const place = (name: string, found: string, above: string): void => {
    const real = realpathSync(found);
    const seen = visible(packages, name, above);
    if (seen?.folder === real) return;
    const { version } = readPackage(real) ?? {};
    const at = `${seen === undefined ? '' : `${above}/`}node_modules/${name}`;
    const one = { name, version: typeof version === 'string' ? version : '0.0.0', place: at, folder: real, found };
    packages.set(at, one);
    waiting.push(one);
  };
  const root = realpathSync(folder);
  for (const name of listed) {
    const found = findPackage(name, root);
    if (found === undefined) missing.push(name);
    else place(name, found, '');
  }
  // The nearest first: what the project itself needs stands at the top, whatever others need.
  for (const one of waiting) {
    const needs = readPackage(one.folder) ?? {};
    for (const name of Object.keys({ ...needs.dependencies, ...needs.peerDependencies, ...needs.optionalDependencies }).sort()) {
      const found = findPackage(name, one.folder);
      if (found !== undefined) place(name, found, one.place);
    }
  }
  return { packages, missing };
}

/** The package that an import of `name` finds from inside another. */
function visible(packages: ReadonlyMap<string, InstalledPackage>, name: string, above: string): InstalledPackage | undefined {
  for (let at = above; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const inner = packages.get(`${at}/node_modules/${name}`);
    if (inner !== undefined) return inner;
  }
  return packages.get(`node_modules/${name}`);
}

function findPackage(name: string, from: string): string | undefined {
  // A name from a package.json, which may be anybody's, must not lead elsewhere.
  if (!/^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/.test(name)) return undefined;
  for (let dir = from; ; dir = dirname(dir)) {
    const found = join(dir, 'node_modules', name);
    if (readPackage(found) !== undefined) return found;
    if (dir === dirname(dir)) return undefined;
  }
}

/** @throws CliError where it is not JSON */
function readPackage(folder: string): PackageJson | undefined {
  const path = join(folder, 'package.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    throw new CliError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
