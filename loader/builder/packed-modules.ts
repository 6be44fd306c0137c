/**
 * Where an import leads among packed libraries: the resolution of Node and of bundlers, over files that are on no disk.
 * The command line goes by it to learn what to pack, and the host to bundle it, so that the two never differ.
 */

import { posix } from 'node:path';
import { exports as exportsOf, imports as importsOf } from 'resolve.exports';
import type { Files } from './file-tree.ts';
import { packageName } from './libraries.ts';

export type ImportKind = 'import' | 'require';

export type Found =
  | { readonly is: 'file'; readonly path: string; readonly sideEffects: boolean }
  /** The package's `browser` map says that nothing is to be there. */
  | { readonly is: 'empty'; readonly path: string }
  /** The map, or the package's `imports`, say another name. */
  | { readonly is: 'name'; readonly name: string }
  /** The package is there and does not have that. */
  | { readonly is: 'missing' };

/** The builds that libraries keep for runtimes like this one: the web's APIs, none of Node's. */
export const conditions: readonly string[] = ['workerd', 'worker', 'browser', 'module'];

/** Which entry a package without `exports` gives. */
export const mainFields: readonly string[] = ['browser', 'module', 'main'];

interface PackageJson {
  readonly name: string;
  readonly type?: string;
  readonly main?: string;
  readonly module?: string;
  readonly browser?: string | Readonly<Record<string, string | false>>;
  readonly exports?: unknown;
  readonly imports?: unknown;
  readonly sideEffects?: boolean | readonly string[];
}

const endings = ['.js', '.mjs', '.cjs', '.json', '.jsx', '.ts', '.tsx', '.mts', '.cts'];

export class PackedModules {
  readonly #files: Files;
  readonly #packages = new Map<string, PackageJson | undefined>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** What the importing library's `browser` map has in the place of a bare name; undefined where it has nothing. */
  mapped(name: string, importer: string): Found | undefined {
    const own = packageFolder(importer);
    const other = this.#mapped(own, name);
    if (other === undefined) return undefined;
    if (other === false) return { is: 'empty', path: `${own}/${name}` };
    return other.startsWith('.') ? this.#file(own, posix.join(own, other)) : { is: 'name', name: other };
  }

  /**
   * @param name a bare name, `#name` included
   * @param importer the file that imports it, of a library or the plugin's own
   * @returns undefined where there is no such library
   */
  bare(name: string, importer: string, kind: ImportKind): Found | undefined {
    const own = packageFolder(importer);
    if (name.startsWith('#')) return this.#internal(own, name, kind);
    const wanted = packageName(name);
    for (const folder of foldersAbove(importer)) {
      const root = `${folder}node_modules/${wanted}`;
      if (this.#files.has(`${root}/package.json`)) return this.#inPackage(root, name.slice(wanted.length + 1), kind);
    }
    return undefined;
  }

  /** @param path as `./x` or `../x`, from a library's file */
  relative(path: string, importer: string): Found {
    const own = packageFolder(importer);
    const target = posix.join(posix.dirname(importer), path);
    return this.#file(own, target, path.endsWith('/') || /(?:^|\/)\.\.?$/.test(path));
  }

  #inPackage(root: string, part: string, kind: ImportKind): Found {
    const described = this.#package(root);
    if (described === undefined) return { is: 'missing' };
    if (described.exports !== undefined && described.exports !== null) {
      for (const target of targets(() => exportsOf(described, part === '' ? '.' : `./${part}`, options(kind)) ?? undefined)) {
        const path = posix.join(root, target);
        if (path.startsWith(`${root}/`) && this.#files.has(path)) return this.#found(root, path);
      }
      return { is: 'missing' };
    }
    if (part !== '') return this.#file(root, `${root}/${part}`);
    const { browser, module, main } = described;
    // `require` of a package's ES module would give its namespace, where a value is expected.
    const fields = [typeof browser === 'string' ? browser : undefined, kind === 'import' ? module : undefined, main, module];
    for (const field of fields) {
      if (typeof field !== 'string' || field === '') continue;
      const found = this.#file(root, posix.join(root, field));
      if (found.is !== 'missing') return found;
    }
    return this.#file(root, `${root}/index`);
  }

  #internal(own: string, name: string, kind: ImportKind): Found | undefined {
    const described = this.#package(own);
    if (described?.imports === undefined) return undefined;
    for (const target of targets(() => importsOf(described, name, options(kind)) ?? undefined)) {
      if (!target.startsWith('.')) return { is: 'name', name: target };
      const path = posix.join(own, target);
      if (this.#files.has(path)) return this.#found(own, path);
    }
    return { is: 'missing' };
  }

  /** A file by the name that an import gives it, which may lack its ending, or be that of a folder. */
  #file(own: string, target: string, isFolder = false): Found {
    const path = target.replace(/\/$/, '');
    const typed = /\.[mc]?jsx?$/.test(path) ? [path.replace(/js(x?)$/, 'ts$1'), path.replace(/jsx?$/, 'tsx')] : [];
    const direct = isFolder ? [] : [path, ...endings.map((ending) => path + ending), ...typed];
    const found = direct.find((name) => this.#files.has(name));
    if (found !== undefined) return this.#found(own, found);
    const inner = path === own ? undefined : this.#package(path)?.main;
    const folder = [...(typeof inner === 'string' ? [posix.join(path, inner)] : []), `${path}/index`];
    const index = folder.flatMap((name) => [name, ...endings.map((ending) => name + ending)]).find((name) => this.#files.has(name));
    return index === undefined ? { is: 'missing' } : this.#found(own, index);
  }

  #found(own: string, path: string): Found {
    const below = path.slice(own.length + 1);
    const names = [path, ...endings.filter((ending) => path.endsWith(ending)).map((ending) => path.slice(0, -ending.length))];
    for (const name of names) {
      const mapped = this.#mapped(own, `./${name.slice(own.length + 1)}`);
      if (mapped === false) return { is: 'empty', path };
      if (mapped === undefined || posix.join(own, mapped) === path) continue;
      if (!mapped.startsWith('.')) return { is: 'name', name: mapped };
      const other = [mapped, ...endings.map((ending) => mapped + ending)]
        .map((one) => posix.join(own, one))
        .find((one) => this.#files.has(one));
      return other === undefined ? { is: 'missing' } : { is: 'file', path: other, sideEffects: this.#hasSideEffects(own, other) };
    }
    return { is: 'file', path, sideEffects: below === '' || this.#hasSideEffects(own, path) };
  }

  /** What the package's `browser` map has in the place of a name. */
  #mapped(own: string, name: string): string | false | undefined {
    const map = own === '' ? undefined : this.#package(own)?.browser;
    if (typeof map !== 'object' || map === null || !Object.hasOwn(map, name)) return undefined;
    const value = map[name];
    return typeof value === 'string' && value !== name ? value : value === false ? false : undefined;
  }

  #hasSideEffects(own: string, path: string): boolean {
    const said = own === '' ? undefined : this.#package(own)?.sideEffects;
    if (!Array.isArray(said)) return said !== false;
    const below = path.slice(own.length + 1);
    return said.some((pattern) => {
      if (typeof pattern !== 'string' || pattern.length > 200) return true;
      const clean = pattern.replace(/^\.?\//, '');
      return posix.matchesGlob(below, clean.includes('/') || pattern !== clean ? clean : `**/${clean}`);
    });
  }

  #package(folder: string): PackageJson | undefined {
    if (this.#packages.has(folder)) return this.#packages.get(folder);
    const text = this.#files.get(folder === '' ? 'package.json' : `${folder}/package.json`);
    const described = text === undefined ? undefined : parsed(text);
    this.#packages.set(folder, described);
    return described;
  }
}

/** `node_modules/a/lib/b.js` → `node_modules/a`; the plugin's own files → the root, an empty text. */
export function packageFolder(file: string): string {
  const at = file.lastIndexOf('node_modules/');
  if (at === -1) return '';
  const start = at + 'node_modules/'.length;
  return file.slice(0, start) + packageName(file.slice(start));
}

/** The folders in which node_modules may stand, the nearest first, each with a slash at its end. */
function foldersAbove(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  const folders: string[] = [];
  for (let count = parts.length; count > 0; count -= 1) {
    if (parts[count - 1] !== 'node_modules') folders.push(`${parts.slice(0, count).join('/')}/`);
  }
  return [...folders, ''];
}

function options(kind: ImportKind): { unsafe: true; conditions: string[] } {
  return { unsafe: true, conditions: [...conditions, kind] };
}

/** It throws where there is nothing under the name. */
function targets(ask: () => readonly string[] | undefined): readonly string[] {
  try {
    return ask() ?? [];
  } catch {
    return [];
  }
}

function parsed(text: string): PackageJson | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null ? (value as PackageJson) : undefined;
  } catch {
    return undefined;
  }
}
