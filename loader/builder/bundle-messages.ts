/** What esbuild says and names, put in the author's words: nothing of it may tell where the host keeps its files. */

import { join, sep } from 'node:path';
import type { BuildFailure, Message } from 'esbuild';
import { type Diagnostic, NboxError } from '../../guards/errors.ts';
import type { Files } from './file-tree.ts';
import type { Libraries } from './libraries.ts';
import { missingExport, whyUnresolved } from './unresolved.ts';

/** Namespaces of esbuild's: the pushed files, what the host itself has to import, Node's modules, what is to be empty, and what tests import. */
export const namespace = 'plugin';
export const provided = 'nbox-provided';
export const nodeNamespace = 'node';
export const emptyNamespace = 'nbox-empty';
export const testNamespace = 'nbox-testing';

/** What a message is placed and cleaned by. */
export interface Origin {
  readonly files: Files;
  readonly entry: string;
  readonly libraries: Libraries;
}

export function failure(error: unknown, origin: Origin): NboxError {
  const errors = (error as Partial<BuildFailure>).errors;
  if (errors === undefined || errors.length === 0) {
    return new NboxError('builder_failed', { detail: 'The bundler crashed on this source', cause: error });
  }
  const diagnostics = errors.map((message) => diagnosticOf(message, 'error', origin));
  const [first] = diagnostics as [Diagnostic];
  return new NboxError('bundle_failed', { detail: `${first.file}:${first.line}:${first.column} ${first.message}`, diagnostics });
}

export function diagnosticOf({ text, location }: Message, severity: Diagnostic['severity'], origin: Origin): Diagnostic {
  const file = location === null ? origin.entry : fileName(location.file, origin.files);
  // esbuild counts columns in bytes from 0.
  const column = location === null ? 1 : Buffer.from(location.lineText).subarray(0, location.column).toString().length + 1;
  const unresolved = /^Could not resolve "(.*)"$/.exec(text)?.[1];
  if (unresolved !== undefined) {
    const reason = whyUnresolved(unresolved, file, origin.files, origin.libraries);
    return {
      severity,
      file,
      line: location?.line || 1,
      column,
      code: 'esbuild',
      message: `${file} imports ${JSON.stringify(unresolved)}: ${reason}`,
    };
  }
  const message = (missingExport(text) ?? text).replaceAll(`${provided}:`, '').replaceAll(`${namespace}:`, '');
  return { severity, file, line: location?.line || 1, column, code: 'esbuild', message: withoutPaths(message, origin.libraries) };
}

export function relativeSources(map: string, files: Files): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  return JSON.stringify({ ...parsed, sources: parsed.sources.map((source) => fileName(source, files)) });
}

/** `plugin:index.ts` → `index.ts`; whatever comes before node_modules is the host's own. */
function fileName(path: string, files: Files): string {
  const clean = path.replaceAll(sep, '/').replace(new RegExp(`^(?:.*/)?${namespace}:`), '');
  if (files.has(clean)) return clean;
  const node = /(?:^|\/)node:([\w/]+\.ts)$/.exec(clean);
  if (node !== null) return `nbox/node/${node[1]}`;
  if (clean.startsWith(`${testNamespace}:`)) return `nbox/testing/${clean.slice(testNamespace.length + 1)}`;
  const modules = clean.lastIndexOf('node_modules/');
  if (modules !== -1) return clean.slice(modules);
  // The attributes of an import follow the name. What is left is a linked library, at a place of the host's own.
  const bare = clean.replace(/ with \{.*$/s, '');
  return files.has(bare) ? bare : '(library)';
}

/** Shortens the paths of this machine: those of the libraries, and whatever lies at or below the host's own folders. */
function withoutPaths(text: string, libraries: Libraries): string {
  const folders = [...libraries.roots, libraries.dir, join(import.meta.dirname, '..', '..'), process.cwd(), process.env['HOME'] ?? '']
    .filter((folder) => folder.length > 1)
    .sort((a, b) => b.length - a.length);
  const shortened = text.replaceAll(/[^\s"'`(),]*[\\/]node_modules[\\/]/g, 'node_modules/');
  return folders.reduce((rest, folder) => rest.replaceAll(folder, '…'), shortened);
}
