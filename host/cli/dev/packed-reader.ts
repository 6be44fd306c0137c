/**
 * Reads a source as a push does, again and again: what it packs of node_modules is looked for anew only where the imports, or what
 * says which libraries there are, have changed. Looking takes longer than all else that a save has to wait for.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFiles } from '../../../loader/build.ts';
import { isPacked } from '../../../loader/build.ts';
import { readPluginFolder } from '../../release/plugin-folder.ts';
import { type PushSource, readPushSource } from '../push-source.ts';
import { hasAll } from './host-libraries.ts';

/** What is imported: clauses, and not names alone, since a library's file may be reached by one of its names only. */
const imports = /\b(?:import|export|require)\b[^'"`;]*['"]([^'"\n]+)['"]/g;

export class PackedReader {
  readonly #path: string;
  readonly #isFile: boolean;
  readonly #librariesDir: string | undefined;
  #known: { readonly key: string; readonly source: PushSource } | undefined;
  #wasRemembered = false;

  /** @param librariesDir of the host that the source goes to; where it is not given, everything is packed */
  constructor(path: string, isFile: boolean, librariesDir?: string) {
    this.#librariesDir = librariesDir;
    this.#path = path;
    this.#isFile = isFile;
  }

  /** Has the next reading look for everything. */
  forget(): void {
    this.#known = undefined;
  }

  /** Whether the last source may have packed too little: what it packs was not looked for anew. */
  get wasRemembered(): boolean {
    return this.#wasRemembered;
  }

  /** @throws CliError, NboxError as `readPushSource` */
  async read(): Promise<PushSource> {
    this.#wasRemembered = false;
    if (this.#isFile) return readPushSource(this.#path);
    const own = await readPluginFolder(this.#path);
    const key = await this.#keyOf(own);
    const known = this.#known;
    if (known?.key === key) {
      this.#wasRemembered = true;
      return withOwn(known.source, own);
    }
    const source = this.#lean(await readPushSource(this.#path), own);
    // Without a package.json nothing is packed, and there is nothing to remember.
    this.#known = source.packed === undefined ? undefined : { key, source };
    return source;
  }

  /** Without what the host has itself. */
  #lean(source: PushSource, own: SourceFiles): PushSource {
    const { packed } = source;
    if (packed === undefined || packed.libraries.length === 0 || this.#librariesDir === undefined) return source;
    return hasAll(this.#librariesDir, packed) ? withOwn({ ...source, files: own }, own) : source;
  }

  async #keyOf(own: SourceFiles): Promise<string> {
    const hash = createHash('sha256');
    for (const [name, text] of own) {
      if (/\.json$/.test(name)) hash.update(`${name}\0${text}\0`);
      else hash.update(`${name}\0${[...text.matchAll(imports)].map(([clause]) => clause).join('\n')}\0`);
    }
    hash.update(await readFile(join(this.#path, 'package-lock.json'), 'utf8').catch(() => ''));
    return hash.digest('hex');
  }
}

/** What was packed, with the project's own files as they are now. */
function withOwn(source: PushSource, own: SourceFiles): PushSource {
  const sent: Record<string, string> = Object.create(null);
  for (const [name, text] of own) sent[name] = text;
  for (const [name, text] of source.files) if (isPacked(name)) sent[name] = text;
  const packed = [...source.files].filter(([name]) => isPacked(name));
  return { ...source, files: new Map([...own, ...packed]), body: { files: sent } };
}
