/** Files by their paths, however they are held: those of a push, or of a disk that is read as it is asked. */

import type { SourceFiles } from '../build.ts';

export interface Files {
  get(path: string): string | undefined;
  has(path: string): boolean;
}

export interface FileTree extends Files {
  /** @param path without a slash at its end; empty for the root */
  hasFolder(path: string): boolean;
}

/** @param below the tree that shows where these files have nothing */
export function treeOf(files: SourceFiles, below?: FileTree): FileTree {
  const folders = new Set(['']);
  for (const file of files.keys()) {
    for (let at = file.lastIndexOf('/'); at > 0 && !folders.has(file.slice(0, at)); at = file.lastIndexOf('/', at - 1)) {
      folders.add(file.slice(0, at));
    }
  }
  return {
    get: (path) => files.get(path) ?? below?.get(path),
    has: (path) => files.has(path) || below?.has(path) === true,
    hasFolder: (path) => folders.has(path) || below?.hasFolder(path) === true,
  };
}
