/** Installed packages as the tree of files that a push would have, read from the disk as it is asked, and noted. */

import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { FileTree } from '../../loader/builder/file-tree.ts';
import { packageFolder } from '../../loader/builder/packed-modules.ts';
import { CliError } from './cli-error.ts';
import type { InstalledPackage } from './installed-packages.ts';

/** Node's own types would stand against those of what plugins have of Node. */
const left = new Set(['node_modules/@types/node']);

export class InstalledTree implements FileTree {
  readonly #packages: ReadonlyMap<string, InstalledPackage>;
  readonly #folders = new Set(['node_modules']);
  readonly #kinds = new Map<string, 'file' | 'folder' | 'none'>();
  readonly #read = new Map<string, string>();
  /** What went wrong first: whoever asks in between, as esbuild, tells it in words of its own. */
  #failure: CliError | undefined;

  constructor(packages: ReadonlyMap<string, InstalledPackage>) {
    this.#packages = new Map([...packages].filter(([place]) => !left.has(place)));
    for (const place of this.#packages.keys()) {
      for (let at = place; at !== '' && !this.#folders.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) this.#folders.add(at);
    }
  }

  /** What was asked for so far: by path, in order. */
  get read(): ReadonlyMap<string, string> {
    return new Map([...this.#read].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  get failure(): CliError | undefined {
    return this.#failure;
  }

  /** Where a file of the tree lies on the disk. */
  pathOf(path: string): string | undefined {
    const one = this.packageOf(path);
    return one === undefined ? undefined : join(one.folder, path.slice(one.place.length + 1));
  }

  packageOf(path: string): InstalledPackage | undefined {
    // A library may have a folder of that name inside, which is no place of another's.
    for (let at = packageFolder(`${path}/`); at !== ''; at = packageFolder(at.slice(0, Math.max(0, at.lastIndexOf('node_modules/'))))) {
      const one = this.#packages.get(at);
      if (one !== undefined) return one;
    }
    return undefined;
  }

  has(path: string): boolean {
    return this.#kind(path) === 'file';
  }

  hasFolder(path: string): boolean {
    return this.#folders.has(path) || this.#kind(path) === 'folder';
  }

  /** @throws CliError where the file is not UTF-8, or is a link that leads out of its package */
  get(path: string): string | undefined {
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const file = this.#kind(path) === 'file' ? this.pathOf(path) : undefined;
    const one = this.packageOf(path);
    if (file === undefined || one === undefined) return undefined;
    if (!realpathSync(file).startsWith(one.folder + sep)) throw this.#fail(`${file} is a link that leads out of its package`);
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
    } catch (error) {
      throw this.#fail(`${file} is not UTF-8`, error);
    }
    this.#read.set(path, text);
    return text;
  }

  #fail(message: string, cause?: unknown): CliError {
    const error = new CliError(message, { cause });
    this.#failure ??= error;
    return error;
  }

  #kind(path: string): 'file' | 'folder' | 'none' {
    const known = this.#kinds.get(path);
    if (known !== undefined) return known;
    const file = path.startsWith('node_modules/') ? this.pathOf(path) : undefined;
    const stats: Stats | undefined = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
    const kind = stats?.isFile() === true ? 'file' : stats?.isDirectory() === true ? 'folder' : 'none';
    this.#kinds.set(path, kind);
    return kind;
  }
}
