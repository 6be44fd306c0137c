/** The type check that gates publishing: what TypeScript says of a plugin's files, in their author's places. */

import { randomUUID } from 'node:crypto';
import type { API, Project, Diagnostic as Reported } from 'typescript/unstable/async';
import type { Diagnostic } from '../../guards/errors.ts';
import { isPacked, type SourceFiles } from '../build.ts';
import { CheckerFiles, type CheckerFilesOptions } from './checker-files.ts';
import { CheckerProcess } from './checker-process.ts';
import { type FileTree, treeOf } from './file-tree.ts';
import { readPluginTsconfig } from './plugin-tsconfig.ts';
import { distinct, placing } from './typed-project.ts';

export interface TypecheckerOptions extends CheckerFilesOptions {
  /** How long one check may take. The checker recurses over types, and some types have no end. */
  readonly deadlineMs?: number;
}

const checksPerProcess = 2_000;

export class Typechecker {
  readonly #files: CheckerFiles;
  readonly #process: CheckerProcess;
  readonly #deadlineMs: number;
  /** Of this process the projects are that are to be closed. */
  #api: API | undefined;
  #retired: string[] = [];
  #checks = 0;

  /** Starts the process and has it read the libraries, so that the first check is as quick as the next. */
  static async create(options: TypecheckerOptions): Promise<Typechecker> {
    const checker = new Typechecker(options);
    await checker.#process.start();
    return checker;
  }

  private constructor(options: TypecheckerOptions) {
    this.#files = new CheckerFiles(options);
    this.#process = new CheckerProcess(this.#files);
    this.#deadlineMs = options.deadlineMs ?? 15_000;
  }

  /** The checker's process, once it runs. */
  pid(): Promise<number | undefined> {
    return this.#process.pid();
  }

  /**
   * What TypeScript says of the author's files, in their order.
   * @throws NboxError `builder_failed` where the checker died or took too long; the next check gets a fresh one
   */
  async check(files: SourceFiles, entry: string): Promise<Diagnostic[]> {
    const tsconfig = readPluginTsconfig(files);
    if (tsconfig.diagnostics.some(({ severity }) => severity === 'error')) return [...tsconfig.diagnostics];
    const author = new Map([...files].filter(([file]) => !isPacked(file)));
    const project = this.#files.project(author, entry, tsconfig.compilerOptions);
    const reported = await this.#inFolder(treeOf(project.files, treeOf(files)), diagnose);
    const place = placing({ author, entry, project, folder: this.#files.path(reported.name), libraries: this.#files.libraries });
    const placed = reported.value.map(place).filter((item) => item !== undefined);
    return [...tsconfig.diagnostics, ...distinct(placed.map(({ diagnostic }) => diagnostic))];
  }

  /** Has the checker read what a check of these files would read, without a check: to learn which files those are. */
  async read(author: SourceFiles, entry: string, libraries: FileTree): Promise<void> {
    const { compilerOptions } = readPluginTsconfig(author);
    const project = this.#files.project(author, entry, compilerOptions);
    await this.#inFolder(treeOf(project.files, libraries), ({ program }) => program.getConfigFileParsingDiagnostics());
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #inFolder<T>(tree: FileTree, ask: (project: Project) => Promise<T>): Promise<{ readonly name: string; readonly value: T }> {
    const name = randomUUID();
    this.#files.put(name, tree);
    try {
      // The client and the process both keep a little of every project; a fresh start costs 150 ms.
      this.#checks += 1;
      if (this.#checks % checksPerProcess === 0 && this.#files.open === 1) await this.#process.end();
      return { name, value: await this.#process.run((api) => this.#withProject(api, name, ask), this.#deadlineMs) };
    } finally {
      this.#files.drop(name);
    }
  }

  async #withProject<T>(api: API, name: string, ask: (project: Project) => Promise<T>): Promise<T> {
    const config = this.#files.config(name);
    const closeProjects = this.#api === api ? this.#retired : [];
    this.#api = api;
    this.#retired = [config];
    // The project before is closed with this one's opening: one message fewer, and what both use stays parsed.
    const snapshot = await api.updateSnapshot({ openProjects: [config], closeProjects });
    try {
      const project = snapshot.getProject(config);
      if (project === undefined) throw new Error('The checker does not know the project that it opened');
      return await ask(project);
    } finally {
      await snapshot.dispose();
    }
  }
}

/** What gates: errors and warnings of the whole project. */
export async function diagnose({ program }: Project): Promise<readonly Reported[]> {
  const [configuration, whole, syntactic] = await Promise.all([
    program.getConfigFileParsingDiagnostics(),
    program.getProgramDiagnostics(),
    program.getSyntacticDiagnostics(),
  ]);
  const early = [...configuration, ...whole, ...syntactic];
  // Types in a text that does not parse are noise.
  if (syntactic.length > 0) return early;
  const [bind, semantic, global] = await Promise.all([
    program.getBindDiagnostics(),
    program.getSemanticDiagnostics(),
    program.getGlobalDiagnostics(),
  ]);
  return [...early, ...bind, ...semantic, ...global];
}
