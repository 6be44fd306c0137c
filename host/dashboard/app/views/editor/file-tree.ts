/** The files as the tree that is shown, and what a new name may be. */

import type { Files } from './merge-files.ts';

export type Change = 'added' | 'changed' | undefined;

export interface TreeRow {
  readonly kind: 'folder' | 'file';
  readonly path: string;
  readonly name: string;
  /** How deep it stands; 0 at the top. */
  readonly depth: number;
}

/** Folders first, both in order of names; what stands in a folder follows it. Packed libraries are no author's to edit. */
export function treeRows(files: Iterable<string>, closed: ReadonlySet<string> = new Set()): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (paths: readonly string[], folder: string, depth: number): void => {
    const folders = new Map<string, string[]>();
    const here: string[] = [];
    for (const path of paths) {
      const rest = path.slice(folder.length);
      const slash = rest.indexOf('/');
      if (slash < 0) here.push(path);
      else {
        const name = rest.slice(0, slash);
        folders.set(name, [...(folders.get(name) ?? []), path]);
      }
    }
    for (const name of [...folders.keys()].sort()) {
      const path = `${folder}${name}`;
      rows.push({ kind: 'folder', path, name, depth });
      if (!closed.has(path)) walk(folders.get(name) as string[], `${path}/`, depth + 1);
    }
    for (const path of here.sort()) rows.push({ kind: 'file', path, name: path.slice(folder.length), depth });
  };
  walk(
    [...files].filter((path) => !path.startsWith('node_modules/')),
    '',
    0,
  );
  return rows;
}

const extensions = [
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.mjs',
  '.cjs',
  '.jsx',
  '.json',
  '.txt',
  '.md',
  '.html',
  '.css',
  '.graphql',
  '.gql',
  '.sql',
  '.csv',
];

/** @returns why a file cannot have a name, in words; undefined where it can. The host has the last word. */
export function nameProblem(name: string, files: Files): string | undefined {
  if (name === '') return 'Give it a name, such as lib/prices.ts.';
  if (name.startsWith('/') || name.includes('\\')) return 'Folders are parted by "/", and the name begins with none.';
  if (name.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'No part of the name may be empty, "." or "..".';
  if (name.split('/').includes('node_modules')) return 'Libraries are packed by nbox push, not written here.';
  if (!extensions.some((extension) => name.endsWith(extension))) return `It must end in one of ${extensions.join(', ')}.`;
  if (files.has(name)) return 'There is such a file already.';
  const folded = name.toLowerCase();
  for (const other of files.keys()) {
    if (other.toLowerCase() === folded) return `${other} differs only in case.`;
    if (other.startsWith(`${name}/`) || name.startsWith(`${other}/`)) return `${other} cannot be both a file and a folder.`;
  }
  return undefined;
}
