/**
 * Tells when a plugin's source has changed on the disk, as soon as it has: the first change at once, and those after it when
 * they have come to rest. Editors write in several steps, so a look may find a file half written: the last look is never that.
 */

import { basename, dirname, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { isNoise, isSource } from '../../release/plugin-folder.ts';

export interface SourceWatchParts {
  /** A folder, or a lone file. */
  readonly path: string;
  readonly isFile: boolean;
  /** Told to look; when what it may find was saved, by the clock of files (milliseconds since 1970). */
  readonly look: (savedAt: number) => void;
  /** Where it cannot be watched. */
  readonly failed: (error: unknown) => void;
  readonly now: () => number;
}

/** A file is written by two system calls at least: it is emptied, then filled. */
const settleMs = 8;
/** chokidar keeps silent about a change within 50 ms of the one before, so the last look must come later than that. */
const restMs = 120;
/** A file that is older than this was not saved just now, but moved here or given its time. */
const freshMs = 2_000;

export class SourceWatch {
  readonly #parts: SourceWatchParts;
  readonly #root: string;
  #watcher: FSWatcher | undefined;
  #soon: NodeJS.Timeout | undefined;
  #last: NodeJS.Timeout | undefined;
  #savedAt: number | undefined;

  constructor(parts: SourceWatchParts) {
    this.#parts = parts;
    this.#root = parts.isFile ? dirname(parts.path) : parts.path;
  }

  /** Resolves when every later change is told. */
  async start(): Promise<void> {
    const { isFile, failed } = this.#parts;
    const watcher = watch(this.#root, {
      ignoreInitial: true,
      followSymlinks: false,
      alwaysStat: true,
      // A lone file is watched by its folder: editors put another file in its place.
      ...(isFile ? { depth: 0 } : {}),
      ignored: (path) => this.#isIgnored(path),
    });
    this.#watcher = watcher;
    watcher.on('error', failed);
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    watcher.on('all', (event, path, stats) => {
      if (event.endsWith('Dir') ? isFile : !this.#counts(path)) return;
      this.#changed(stats?.mtimeMs);
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#soon);
    clearTimeout(this.#last);
    await this.#watcher?.close();
  }

  #changed(modifiedAt: number | undefined): void {
    const now = this.#parts.now();
    const isFresh = modifiedAt !== undefined && modifiedAt <= now && now - modifiedAt < freshMs;
    this.#savedAt = Math.min(this.#savedAt ?? Number.POSITIVE_INFINITY, isFresh ? modifiedAt : now);
    this.#soon ??= setTimeout(() => this.#look(), settleMs);
    clearTimeout(this.#last);
    this.#last = setTimeout(() => this.#look(), restMs);
  }

  #look(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const savedAt = this.#savedAt ?? this.#parts.now();
    this.#savedAt = undefined;
    this.#parts.look(savedAt);
  }

  #partsOf(path: string): string[] {
    return relative(this.#root, path)
      .split(sep)
      .filter((part) => part !== '');
  }

  #isIgnored(path: string): boolean {
    const { isFile, path: watched } = this.#parts;
    const parts = this.#partsOf(path);
    return parts.some(isNoise) || (isFile && parts.length > 0 && parts.join('/') !== basename(watched));
  }

  /** The lock file is no source, but says which libraries are packed. */
  #counts(path: string): boolean {
    const name = this.#partsOf(path).join('/');
    return this.#parts.isFile || isSource(name) || name === 'package-lock.json';
  }
}
