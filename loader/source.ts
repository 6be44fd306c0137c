/** What an author pushed, checked and normalised: the files, the manifest among them, and the hash of both. */

import { createHash } from 'node:crypto';
import { NboxError } from '../guards/errors.ts';
import { isPacked, type SourceFiles } from './build.ts';
import { jsonErrorPosition } from './builder/json-position.ts';
import type { Manifest } from './manifest.ts';

/** Of what the author wrote. */
export const sourceLimits = Object.freeze({
  files: 500,
  fileBytes: 1_048_576,
  totalBytes: 4_194_304,
  nameLength: 200,
});

/** Of the libraries that are packed with it, under `node_modules/`. */
export const packedLimits: { readonly [name in keyof typeof sourceLimits]: number } = Object.freeze({
  files: 5_000,
  fileBytes: 4_194_304,
  totalBytes: 12_582_912,
  nameLength: 400,
});

/** Part of every hash: raise it when the same source would build to something else. */
export const buildFormat = 'nbox-build-2';

export interface SourceInput {
  /** A lone file; becomes `index.ts`. */
  readonly source?: string;
  /** Contents by relative path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What is imported as text. */
export const textExtensions: readonly string[] = ['.txt', '.md', '.html', '.css', '.graphql', '.gql', '.sql', '.csv'];

export const sourceExtensions: readonly string[] = [
  ...['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json'],
  ...textExtensions,
];

/**
 * The files in the order of their names.
 * @throws NboxError `invalid_source` or `source_too_large`, pointing at the file in what was sent
 */
export function readSource(input: SourceInput): SourceFiles {
  const { source, files } = input;
  if ((source === undefined) === (files === undefined)) throw new NboxError('invalid_source', 'Give either "source" or "files"');
  if (source !== undefined) {
    checkText('/source', source);
    if (source.trim() === '') throw new NboxError('invalid_source', { detail: 'The source is empty', pointer: '/source' });
    return new Map([['index.ts', source]]);
  }
  const entries = Object.entries(files as Readonly<Record<string, string>>);
  if (entries.length === 0) throw new NboxError('invalid_source', { detail: 'There is no file', pointer: '/files' });
  const packed = entries.filter(([name]) => isPacked(normalise(name))).length;
  if (entries.length - packed > sourceLimits.files) {
    throw tooLarge('/files', `There are ${entries.length - packed} files; at most ${sourceLimits.files} are accepted`);
  }
  if (packed > packedLimits.files) {
    throw tooLarge('/files', `The packed libraries have ${packed} files; at most ${packedLimits.files} are accepted`);
  }
  if (packed === entries.length) throw invalid('/files', 'There are only packed libraries, and no file of the plugin');

  const read = new Map<string, string>();
  const folded = new Map<string, string>();
  const totals = { own: 0, packed: 0 };
  for (const [name, text] of entries) {
    const at = pointer(name);
    checkName(name, at);
    const normal = normalise(name);
    // Two names that one file system or another would take for the same file, folders included.
    for (const path of prefixes(normal)) {
      const fold = path.toLowerCase();
      const other = folded.get(fold);
      if (other !== undefined && other !== path)
        throw invalid(at, `${JSON.stringify(name)} and ${JSON.stringify(other)} differ only in case`);
      folded.set(fold, path);
    }
    if (read.has(normal)) throw invalid(at, `${JSON.stringify(normal)} is given twice`);
    const kind = isPacked(normal) ? 'packed' : 'own';
    const limits = kind === 'packed' ? packedLimits : sourceLimits;
    totals[kind] += checkText(at, text, limits.fileBytes);
    if (totals[kind] > limits.totalBytes) {
      throw tooLarge('/files', `The ${kind === 'packed' ? 'packed libraries' : 'files'} have more than ${limits.totalBytes} bytes`);
    }
    read.set(normal, text);
  }
  for (const name of read.keys()) {
    for (const folder of prefixes(name).slice(0, -1)) {
      if (read.has(folder)) throw invalid(pointer(name), `${JSON.stringify(folder)} is both a file and a folder`);
    }
  }
  if ([...read.values()].every((text) => text.trim() === '')) throw invalid('/files', 'Every file is empty');
  return new Map([...read].sort(([a], [b]) => compare(a, b)));
}

/**
 * The manifest among the files, as parsed JSON: `nbox.json`, or `"nbox"` in package.json; undefined where there is none.
 * @throws NboxError `invalid_manifest` where the JSON is malformed
 */
export function extractManifest(files: SourceFiles): { readonly value: unknown; readonly pointer: string } | undefined {
  const own = files.get('nbox.json');
  if (own !== undefined) return { value: parseJson('nbox.json', own), pointer: pointer('nbox.json') };
  const text = files.get('package.json');
  if (text === undefined) return undefined;
  const value = parseJson('package.json', text);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'nbox')) return undefined;
  return { value: (value as { nbox: unknown }).nbox, pointer: `${pointer('package.json')}/nbox` };
}

/** SHA-256, in hex, over an encoding in which no two sources or manifests look alike: every part with its length. */
export function sourceHash(files: SourceFiles, manifest: Manifest): string {
  const hash = createHash('sha256');
  const add = (text: string): void => {
    const bytes = Buffer.from(text, 'utf8');
    hash.update(`${bytes.length}:`).update(bytes);
  };
  add(buildFormat);
  add(canonical(manifest));
  for (const name of [...files.keys()].sort(compare)) {
    add(name);
    add(files.get(name) as string);
  }
  return hash.digest('hex');
}

function checkName(name: string, at: string): void {
  const shown = JSON.stringify(name.slice(0, 80));
  const { nameLength } = isPacked(normalise(name)) ? packedLimits : sourceLimits;
  if (name.length === 0 || name.length > nameLength) throw invalid(at, `A file name must have 1 to ${nameLength} characters`);
  if (!name.isWellFormed()) throw invalid(at, `${shown} is not well-formed Unicode`);
  // Control and format characters: what a reader cannot see must not tell two files apart.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) throw invalid(at, `${shown} has a control character`);
  if (name !== name.normalize('NFC')) throw invalid(at, `${shown} is not in Unicode's composed form`);
  if (name.includes('\\')) throw invalid(at, `${shown} has a backslash: folders are parted by "/"`);
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) throw invalid(at, `${shown} is an absolute path`);
  const parts = normalise(name).split('/');
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..') throw invalid(at, `${shown} has an empty, "." or ".." part`);
  }
  // Libraries stand at the root, each in its folder; one library's own stand in that folder.
  if (parts.some((part) => part.toLowerCase() === 'node_modules') && !isPackedPath(parts)) {
    throw invalid(at, `${shown}: packed libraries stand in node_modules/<package>/ at the root, and nowhere else`);
  }
  if (!sourceExtensions.some((extension) => name.endsWith(extension))) {
    throw invalid(at, `${shown} does not end in one of ${sourceExtensions.join(', ')}`);
  }
}

/** `node_modules/a/b.js`, `node_modules/@a/b/c.js`. Libraries have folders of that name inside, where they carry others along. */
function isPackedPath(parts: readonly string[]): boolean {
  const [first, scope = '', ...rest] = parts;
  const [name, ...below] = scope.startsWith('@') ? rest : [scope, ...rest];
  return (
    first === 'node_modules' &&
    /^@?[\w~-][\w.~-]*$/.test(scope) &&
    /^[\w~-][\w.~-]*$/.test(name ?? '') &&
    below.length > 0 &&
    parts.every((part) => part === 'node_modules' || part.toLowerCase() !== 'node_modules')
  );
}

/** @returns the length in bytes */
function checkText(at: string, text: unknown, most: number = sourceLimits.fileBytes): number {
  if (typeof text !== 'string') throw invalid(at, 'A file must be text');
  const bytes = Buffer.byteLength(text);
  if (bytes > most) throw tooLarge(at, `The file has ${bytes} bytes; at most ${most} are accepted`);
  if (!text.isWellFormed()) throw invalid(at, 'The file is not well-formed Unicode');
  if (text.includes('\0')) throw invalid(at, 'The file has a NUL character');
  return bytes;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NboxError('invalid_manifest', {
      detail: `${file} is not JSON: ${(error as SyntaxError).message.slice(0, 200)}`,
      pointer: pointer(file),
      position: { file, ...jsonErrorPosition(text) },
    });
  }
}

/** JSON with the names of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => compare(a, b)))
      : item,
  );
}

function normalise(name: string): string {
  return name.replace(/^(?:\.\/)+/, '');
}

/** `a/b/c.ts` → `a`, `a/b`, `a/b/c.ts`. */
function prefixes(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function pointer(name: string): string {
  return `/files/${name.slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function invalid(at: string, detail: string): NboxError {
  return new NboxError('invalid_source', { detail, pointer: at });
}

function tooLarge(at: string, detail: string): NboxError {
  return new NboxError('source_too_large', { detail, pointer: at });
}
