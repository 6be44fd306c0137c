/** An author's files as a project of the checker's: opened once, then changed in place; opened anew where more than texts has changed. */

import { randomUUID } from 'node:crypto';
import type { API, Project, Snapshot } from 'typescript/unstable/async';
import { isPacked, type SourceFiles } from '../build.ts';
import type { CheckerFiles } from './checker-files.ts';
import { treeOf } from './file-tree.ts';
import { readPluginTsconfig } from './plugin-tsconfig.ts';
import type { TypedProject } from './typed-project.ts';

/** A project as it is now; none of it is to be asked after the next change. */
export interface Shown {
  readonly project: Project;
  /** The author's files, without packed ones. */
  readonly author: SourceFiles;
  readonly entry: string;
  readonly typed: TypedProject;
  /** The virtual folder, with a slash at its end. */
  readonly folder: string;
}

interface Opened {
  readonly api: API;
  readonly name: string;
  readonly files: SourceFiles;
  readonly entry: string;
  readonly snapshot: Snapshot;
  readonly shown: Shown;
}

export class OpenProject {
  readonly #files: CheckerFiles;
  #opened: Opened | undefined;

  constructor(files: CheckerFiles) {
    this.#files = files;
  }

  /** Has the checker know these files. */
  async show(api: API, files: SourceFiles, entry: string): Promise<Shown> {
    const before = this.#opened?.api === api ? this.#opened : undefined;
    if (before !== undefined && before.files === files && before.entry === entry) return before.shown;
    const author = new Map([...files].filter(([file]) => !isPacked(file)));
    const typed = this.#files.project(author, entry, readPluginTsconfig(files).compilerOptions);
    const changed = before === undefined || before.entry !== entry ? undefined : changedTexts(before, files, typed);
    const name = changed === undefined ? randomUUID() : (before as Opened).name;
    this.#files.put(name, treeOf(typed.files, treeOf(files)));
    const folder = this.#files.path(name);
    const config = this.#files.config(name);
    const update =
      changed === undefined
        ? { openProjects: [config], closeProjects: before === undefined ? [] : [this.#files.config(before.name)] }
        : { fileChanges: { changed: changed.map((file) => folder + file) } };
    const snapshot = await api.updateSnapshot(update).catch((error: unknown) => {
      // Nobody else knows its name.
      if (changed === undefined) this.#files.drop(name);
      throw error;
    });
    if (this.#opened !== undefined && this.#opened.name !== name) this.#files.drop(this.#opened.name);
    await before?.snapshot.dispose();
    const project = snapshot.getProject(config);
    if (project === undefined) throw new Error('The checker does not know the project that it opened');
    const shown: Shown = { project, author, entry, typed, folder };
    this.#opened = { api, name, files, entry, snapshot, shown };
    return shown;
  }

  /** @param api of the process that there is now, which need not be the one that knows the project */
  async close(api: API | undefined): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    this.#files.drop(opened.name);
    if (opened.api !== api) return;
    const snapshot = await opened.api.updateSnapshot({ closeProjects: [this.#files.config(opened.name)] });
    await Promise.all([snapshot.dispose(), opened.snapshot.dispose()]);
  }
}

/** The files with other texts; `undefined` where there are others, or where they are checked by other rules. */
function changedTexts({ files: before, shown }: Opened, files: SourceFiles, typed: TypedProject): string[] | undefined {
  const known = shown.typed.files;
  if (known.size !== typed.files.size || known.get('tsconfig.json') !== typed.files.get('tsconfig.json')) return undefined;
  for (const [file, text] of files) if (isPacked(file) && before.get(file) !== text) return undefined;
  const changed: string[] = [];
  for (const [file, text] of typed.files) {
    const old = known.get(file);
    // Whether a package.json says other things about modules is looked at when a project is opened.
    if (old === undefined || (old !== text && file.endsWith('package.json'))) return undefined;
    if (old !== text) changed.push(file);
  }
  return files.size === before.size ? changed : undefined;
}
