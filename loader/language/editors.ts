/** What the process holds of each editor: its files, as of its last change, and its project in the checker. Few at a time, the latest used. */

import { NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../build.ts';
import type { CheckerFiles } from '../builder/checker-files.ts';
import { OpenProject } from '../builder/open-project.ts';
import { readSource } from '../source.ts';
import type { Edited } from './questions.ts';

export interface EditorBounds {
  readonly most: number;
  /** One that has asked nothing for so long sends all its files again. */
  readonly idleMs: number;
}

const defaultBounds: EditorBounds = Object.freeze({ most: 8, idleMs: 120_000 });

export class Editor {
  readonly project: OpenProject;
  /** By file: the text that was last seen to be one that a parser can meet. */
  readonly readable = new Map<string, string>();
  usedAt: number;
  #version: number;
  #texts: ReadonlyMap<string, string>;
  #files: SourceFiles | undefined;

  constructor(project: OpenProject, edited: Edited, now: number) {
    this.project = project;
    this.usedAt = now;
    this.#version = edited.version;
    this.#texts = applied(new Map(), edited);
  }

  /** @throws NboxError `editor_session_lost`, `editor_superseded` */
  edit(edited: Edited): void {
    const { version, since, files } = edited;
    if (since !== undefined && since > this.#version) throw lost();
    // It came later than one that was asked after it.
    if (version < this.#version) throw new NboxError('editor_superseded', `The files are at version ${this.#version} by now`);
    if (since !== undefined && files.size === 0) {
      this.#version = version;
      return;
    }
    const texts = applied(since === undefined ? new Map() : this.#texts, edited);
    this.#version = version;
    // Sent twice, as after an answer that did not arrive: nothing is to be checked anew.
    if (isSame(texts, this.#texts)) return;
    this.#texts = texts;
    this.#files = undefined;
  }

  /** The same value as long as nothing has changed. @throws NboxError as a push of them would */
  get files(): SourceFiles {
    // Without a prototype: a file may be called `__proto__`.
    this.#files ??= readSource({ files: Object.assign(Object.create(null), Object.fromEntries(this.#texts)) });
    return this.#files;
  }
}

export class Editors {
  readonly #checkerFiles: CheckerFiles;
  readonly #now: () => number;
  readonly #bounds: EditorBounds;
  /** The latest used last. */
  readonly #editors = new Map<string, Editor>();

  /** @param now milliseconds of a clock that only goes forward */
  constructor(checkerFiles: CheckerFiles, now: () => number, bounds = defaultBounds) {
    this.#checkerFiles = checkerFiles;
    this.#now = now;
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#editors.size;
  }

  /** The editor with its files as they are now. @throws NboxError `editor_session_lost`, `editor_superseded` */
  edit(name: string, edited: Edited): Editor {
    const now = this.#now();
    let editor = this.#editors.get(name);
    if (editor === undefined) {
      if (edited.since !== undefined) throw lost();
      editor = new Editor(new OpenProject(this.#checkerFiles), edited, now);
    } else editor.edit(edited);
    editor.usedAt = now;
    this.#editors.delete(name);
    this.#editors.set(name, editor);
    return editor;
  }

  /** Takes out those that are idle, and those that are too many. Whoever calls it closes their projects. */
  retire(): Editor[] {
    const retired: Editor[] = [];
    const oldest = this.#now() - this.#bounds.idleMs;
    for (const [name, editor] of this.#editors) {
      if (editor.usedAt > oldest && this.#editors.size <= this.#bounds.most) break;
      this.#editors.delete(name);
      retired.push(editor);
    }
    return retired;
  }
}

function lost(): NboxError {
  return new NboxError('editor_session_lost', 'The files of this session are not here any more: send all of them');
}

function applied(before: ReadonlyMap<string, string>, { files }: Edited): ReadonlyMap<string, string> {
  const after = new Map(before);
  for (const [file, text] of files) {
    if (text === null) after.delete(file);
    else after.set(file, text);
  }
  return after;
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([file, text]) => b.get(file) === text);
}
