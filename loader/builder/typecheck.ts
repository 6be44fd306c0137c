/** The type check that gates publishing: what TypeScript says of a plugin's files, in their author's places. */

import { randomUUID } from 'node:crypto';
import type { Project, Diagnostic as Reported } from 'typescript/unstable/async';
import type { Diagnostic } from '../../guards/errors.ts';
import type { SourceFiles } from '../build.ts';
import { CheckerFiles, type CheckerFilesOptions } from './checker-files.ts';
import { CheckerProcess } from './checker-process.ts';
import { type FileTree, treeOf } from './file-tree.ts';
import { OpenProject, type Shown } from './open-project.ts';
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
  /**
   * The last check's: whoever saves again has the same files with other texts, of which the checker reads those alone. No more than one:
   * what it has in memory counts against the next check, whoever has it made.
   */
  #kept: OpenProject | undefined;
  #checks = 0;
  #underWay = 0;

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
    return this.#inProject(files, entry, async ({ project, author, typed, folder }) => {
      const reported = await diagnose(project);
      const place = placing({ author, entry, project: typed, folder, libraries: this.#files.libraries });
      const placed = reported.map(place).filter((item) => item !== undefined);
      return [...tsconfig.diagnostics, ...distinct(placed.map(({ diagnostic }) => diagnostic))];
    });
  }

  /** Has the checker read what a check of these files would read, without a check: to learn which files those are. */
  async read(author: SourceFiles, entry: string, libraries: FileTree): Promise<void> {
    const { compilerOptions } = readPluginTsconfig(author);
    const name = randomUUID();
    this.#files.put(name, treeOf(this.#files.project(author, entry, compilerOptions).files, libraries));
    try {
      const config = this.#files.config(name);
      await this.#process.run(async (api) => {
        const snapshot = await api.updateSnapshot({ openProjects: [config] });
        await snapshot.getProject(config)?.program.getConfigFileParsingDiagnostics();
        const closed = await api.updateSnapshot({ closeProjects: [config] });
        await Promise.all([snapshot.dispose(), closed.dispose()]);
      }, this.#deadlineMs);
    } finally {
      this.#files.drop(name);
    }
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #inProject<T>(files: SourceFiles, entry: string, ask: (shown: Shown) => Promise<T>): Promise<T> {
    // The client and the process both keep a little of every project; a fresh start costs 150 ms.
    this.#checks += 1;
    if (this.#checks % checksPerProcess === 0 && this.#underWay === 0) await this.#process.end();
    const project = this.#kept ?? new OpenProject(this.#files);
    this.#kept = undefined;
    this.#underWay += 1;
    try {
      return await this.#process.run(async (api) => {
        const answer = await ask(await project.show(api, files, entry));
        // Another check may have left its own meanwhile.
        if (this.#kept === undefined) this.#kept = project;
        else await project.close(api);
        return answer;
      }, this.#deadlineMs);
    } catch (error) {
      // Its process has ended.
      await project.close(undefined);
      throw error;
    } finally {
      this.#underWay -= 1;
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
