/** A plugin's folder on disk, as what would have been pushed: what belongs to its source, and what does not. */

import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import { readSource, sourceExtensions, sourceLimits } from '../../loader/source.ts';

/** Folders are given up below this depth. */
const deepest = 16;

/** Whether a name at any depth is nobody's source: hidden, installed, or an editor's own. */
export function isNoise(name: string): boolean {
  return (
    name.startsWith('.') ||
    name === 'node_modules' ||
    name.endsWith('~') ||
    /^#.*#$/.test(name) ||
    /\.(?:swp|swx|tmp|bak)$/.test(name) ||
    name === '4913'
  );
}

/**
 * Whether a file belongs to the plugin's source.
 * @param path relative to the plugin's folder, with `/`
 */
export function isSource(path: string): boolean {
  const parts = path.split('/');
  if (parts.some(isNoise)) return false;
  if (path === 'README.md') return false;
  // Lock files are large, and say nothing that the builder reads.
  if (path === 'package-lock.json') return false;
  // Images and the like may lie beside the source.
  return sourceExtensions.some((extension) => path.endsWith(extension));
}

/**
 * Reads regular files only: a link could lead out of the folder.
 * @throws NboxError `invalid_source`, `source_too_large`
 * @throws an error of node:fs where the folder is gone or cannot be read
 */
export async function readPluginFolder(folder: string): Promise<SourceFiles> {
  // A null prototype and own keys: a file may be called `__proto__`.
  const files: Record<string, string> = Object.create(null);
  let count = 0;
  let total = 0;
  for await (const path of walk(folder, '', 0)) {
    count += 1;
    if (count > sourceLimits.files) throw new NboxError('source_too_large', `There are more than ${sourceLimits.files} files`);
    const bytes = await readBounded(join(folder, path), path);
    total += bytes.length;
    if (total > sourceLimits.totalBytes)
      throw new NboxError('source_too_large', `The files have more than ${sourceLimits.totalBytes} bytes`);
    try {
      files[path] = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new NboxError('invalid_source', `${JSON.stringify(path)} is not UTF-8`);
    }
  }
  return readSource({ files });
}

/** The size first: a file that is too large is not even read. */
async function readBounded(file: string, path: string): Promise<Buffer> {
  const { size } = await lstat(file);
  if (size > sourceLimits.fileBytes) {
    throw new NboxError('source_too_large', `${JSON.stringify(path)} has ${size} bytes; at most ${sourceLimits.fileBytes} are accepted`);
  }
  return readFile(file);
}

async function* walk(folder: string, prefix: string, depth: number): AsyncGenerator<string> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory() && depth < deepest && !isNoise(entry.name)) yield* walk(folder, path, depth + 1);
    else if (entry.isFile() && isSource(path)) yield path;
  }
}
