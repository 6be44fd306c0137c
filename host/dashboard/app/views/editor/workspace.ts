/** The files that are being written, and what they began from. */

import { computed, signal } from '@preact/signals';
import type { Files } from './merge-files.ts';

/** What was live when the work began: it may be published over that, and over nothing else, unseen. */
export interface Base {
  /** `undefined` of a plugin that there is not yet. */
  readonly release: number | undefined;
  readonly deployment: number | undefined;
  readonly files: Files;
}

export interface FileChange {
  readonly file: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/** Where in a file the view is to go. */
export interface Target {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A list of its own for each change, so that whoever holds one has what was there. */
export class Workspace {
  readonly base = signal<Base>(nothing);
  readonly files = signal<Files>(new Map());
  readonly active = signal<string | undefined>(undefined);
  /** Taken by whoever shows the file. */
  readonly target = signal<Target | undefined>(undefined);
  /** Why nothing of it may be changed; `undefined` where it may. */
  readonly readOnly = signal<string | undefined>(undefined);
  readonly changes = computed<readonly FileChange[]>(() => changesOf(this.base.value.files, this.files.value));
  readonly isChanged = computed(() => this.changes.value.length > 0);

  /** @param files what it goes on with, where that is not what it began from */
  open(base: Base, files: Files = base.files, active?: string): void {
    this.base.value = { ...base, files: plainLines(base.files) };
    this.files.value = plainLines(files);
    this.active.value = active !== undefined && files.has(active) ? active : firstFile(files);
    this.target.value = undefined;
  }

  write(file: string, text: string): void {
    const files = this.files.peek();
    if (files.get(file) !== text) this.files.value = new Map(files).set(file, text);
  }

  add(file: string, text = ''): void {
    this.write(file, text);
    this.active.value = file;
  }

  rename(from: string, to: string): void {
    const text = this.files.peek().get(from);
    if (text === undefined || from === to) return;
    const files = new Map(this.files.peek());
    files.delete(from);
    this.files.value = files.set(to, text);
    if (this.active.peek() === from) this.active.value = to;
  }

  remove(file: string): void {
    const files = new Map(this.files.peek());
    files.delete(file);
    this.files.value = files;
    if (this.active.peek() === file) this.active.value = firstFile(files);
  }

  /** What one file was at the beginning. */
  restore(file: string): void {
    const before = this.base.peek().files.get(file);
    if (before === undefined) this.remove(file);
    else this.write(file, before);
  }

  show(target: Target): void {
    if (!this.files.peek().has(target.file)) return;
    this.active.value = target.file;
    this.target.value = target;
  }

  /** It is live now: from here on that is what it began from. */
  published(release: number, deployment: number, files: Files): void {
    this.base.value = { release, deployment, files };
  }
}

const nothing: Base = Object.freeze({ release: undefined, deployment: undefined, files: new Map() });

/** The editor has one kind of line end: what another one has would be changed with its first letter, and seen as changed before. */
function plainLines(files: Files): Files {
  return new Map([...files].map(([file, text]) => [file, text.replace(/\r\n?/g, '\n')]));
}

/** What is to be published: of what was not touched, the very text that there was, line ends included. */
export function withOwnLineEnds(files: Files, live: Files): Map<string, string> {
  return new Map(
    [...files].map(([file, text]) => {
      const raw = live.get(file);
      return [file, raw !== undefined && raw.replace(/\r\n?/g, '\n') === text ? raw : text];
    }),
  );
}

export function changesOf(before: Files, after: Files): FileChange[] {
  const found: FileChange[] = [];
  for (const [file, text] of after) {
    const old = before.get(file);
    if (old === undefined) found.push({ file, change: 'added' });
    else if (old !== text) found.push({ file, change: 'changed' });
  }
  for (const file of before.keys()) if (!after.has(file)) found.push({ file, change: 'removed' });
  return found.sort((a, b) => (a.file < b.file ? -1 : 1));
}

const entries = ['index.ts', 'index.tsx', 'index.js', 'index.mjs'];

function firstFile(files: Files): string | undefined {
  const own = [...files.keys()].filter((file) => !file.startsWith('node_modules/')).sort();
  return entries.find((file) => files.has(file)) ?? own.find((file) => /\.[tj]sx?$/.test(file)) ?? own[0];
}
