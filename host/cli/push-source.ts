/** What a push sends: a lone file, or a folder's source by the rules that the watcher goes by. */

import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { isNboxError, type NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import { defaultEntries } from '../../loader/manifest.ts';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { readPluginFolder } from '../release/plugin-folder.ts';
import { CliError, usageError } from './cli-error.ts';
import type { DiagnosedSource } from './diagnostics.ts';
import type { Packed } from './pack.ts';

export interface PushSource extends DiagnosedSource {
  readonly body: Readonly<Record<string, unknown>>;
  /** The id that the folder's place stands for; none for a lone file. */
  readonly plugin: PluginId | undefined;
  /** What was packed from node_modules; none for a lone file, and for a project that needs nothing. */
  readonly packed: Packed | undefined;
}

/** @throws CliError; NboxError where a folder's files cannot be a source */
export async function readPushSource(path: string): Promise<PushSource> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw usageError(`There is no file or folder ${path}`);
    throw error;
  });
  if (found.isDirectory()) return readFolder(path);
  if (found.isFile()) return readLoneFile(path);
  throw usageError(`${path} is neither a file nor a folder`);
}

/** @throws CliError where neither says it */
export function pushedPlugin(as: string | undefined, source: PushSource): PluginId {
  if (as !== undefined) return parsePluginId(as);
  if (source.plugin !== undefined) return source.plugin;
  throw usageError('Which plugin is this?', 'Give its id by --as domain/group/name; a folder …/domain/group/name needs none');
}

async function readFolder(folder: string): Promise<PushSource> {
  const own = await readPluginFolder(folder);
  const packed = await packOf(folder, own);
  const files = packed === undefined ? own : new Map([...own, ...packed.files]);
  // A null prototype: a file may be called `__proto__`.
  const sent: Record<string, string> = Object.create(null);
  for (const [name, text] of files) sent[name] = text;
  return {
    files,
    body: { files: sent },
    plugin: pluginOfFolder(folder),
    packed,
    pathOf: (name) => packed?.pathOf(name) ?? join(folder, name),
  };
}

/** @throws UnpackableError where the project does not bundle: its diagnostics speak of the author's files */
async function packOf(folder: string, own: SourceFiles): Promise<Packed | undefined> {
  // Here and not above: the bundler and the checker are more than all other commands together.
  const { pack } = await import('./pack.ts');
  try {
    return await pack(folder, own);
  } catch (error) {
    if (!isNboxError(error) || error.details.diagnostics === undefined) throw error;
    throw new UnpackableError(error, { files: own, pathOf: (name) => join(folder, name) });
  }
}

/** What the host would have refused, found before it was asked. */
export class UnpackableError extends CliError {
  readonly error: NboxError;
  readonly source: DiagnosedSource;

  constructor(error: NboxError, source: DiagnosedSource) {
    super(`${error.code}: ${error.details.detail}`);
    this.error = error;
    this.source = source;
  }
}

async function readLoneFile(path: string): Promise<PushSource> {
  const text = decode(path, await readFile(path));
  const own = basename(path);
  // TypeScript is what a bare source is taken for; anything else goes by its name, which says what it is.
  const isTypeScript = own.endsWith('.ts');
  const name = isTypeScript ? 'index.ts' : own;
  const manifest = defaultEntries.includes(name) ? {} : { manifest: { entry: name } };
  const body = isTypeScript ? { source: text } : { files: { [name]: text }, ...manifest };
  return { files: new Map([[name, text]]), body, plugin: undefined, packed: undefined, pathOf: () => path };
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CliError(`${path} is not UTF-8`, { cause: error });
  }
}

/** What its place stands for: its last three parts, where they are an id. */
export function pluginOfFolder(folder: string): PluginId | undefined {
  const parts = resolve(folder)
    .split(sep)
    .filter((part) => part !== '');
  try {
    return parsePluginId(parts.slice(-3).join('/'));
  } catch {
    return undefined;
  }
}
