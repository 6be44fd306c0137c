/** The libraries that plugins may import: what one folder's package.json lists, found by node's resolution from there. */

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

export interface Libraries {
  readonly dir: string;
  /** The names that a plugin may import. */
  readonly names: ReadonlySet<string>;
  /** The folders of these packages and of what they depend on, links followed. Nothing else of the disk is read. */
  readonly roots: readonly string[];
}

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What the folder's package.json lists as `dependencies`. */
export function approvedLibraries(dir: string): ReadonlySet<string> {
  return new Set(Object.keys(readPackage(dir)?.dependencies ?? {}));
}

/** @throws Error where an approved library is not installed: the operator's fault, told at start */
export function loadLibraries(dir: string): Libraries {
  const names = approvedLibraries(dir);
  const real = realpathSync(dir);
  const missing = (name: string): never => {
    throw new Error(`The library ${name}, listed in ${join(dir, 'package.json')}, is not installed`);
  };
  return Object.freeze({ dir: real, names, roots: Object.freeze(packageRoots(names, real, missing)) });
}

/** The folders of these packages and of what they depend on, links followed. */
export function packageRoots(names: Iterable<string>, dir: string, missing: (name: string) => void): string[] {
  const roots = new Set<string>();
  const visit = (name: string, from: string, required: boolean): void => {
    const root = findPackage(name, from);
    if (root === undefined) {
      if (required) missing(name);
      return;
    }
    if (roots.has(root)) return;
    roots.add(root);
    const { dependencies, peerDependencies, optionalDependencies } = readPackage(root) ?? {};
    // Peers and options may well be absent; a missing dependency shows when something imports it.
    for (const next of Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })) visit(next, root, false);
  };
  for (const name of names) visit(name, dir, true);
  return [...roots];
}

/** Whether a file lies in a folder of the libraries. @param path absolute, links followed */
export function isLibraryFile(libraries: Libraries, path: string): boolean {
  return libraries.roots.some((root) => path.startsWith(root + sep));
}

/** `hono/cors` → `hono`, `@scope/name/part` → `@scope/name`. */
export function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function findPackage(name: string, from: string): string | undefined {
  for (let dir = from; ; dir = dirname(dir)) {
    const root = join(dir, 'node_modules', name);
    if (readPackage(root) !== undefined) return realpathSync(root);
    if (dir === dirname(dir)) return undefined;
  }
}

function readPackage(dir: string): PackageJson | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as PackageJson;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
