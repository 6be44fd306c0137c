/** TypeScript's checker as a warm process with a file system of our own. Only this file uses TypeScript's unstable API. */

import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { API, type Project, type Diagnostic as Reported } from 'typescript/unstable/async';
import { type Diagnostic, NboxError } from '../../guards/errors.ts';
import { isPacked, type SourceFiles } from '../build.ts';
import { isTest } from '../tests.ts';
import { type FileTree, treeOf } from './file-tree.ts';
import { languageTypes } from './language-types.ts';
import { isLibraryFile, type Libraries } from './libraries.ts';
import { readPluginTsconfig } from './plugin-tsconfig.ts';
import { residentBytes } from './process-tree.ts';
import { ambientTypes, distinct, placing, type TypedProject, typedProject } from './typed-project.ts';

export interface TypecheckerOptions {
  readonly libraries: Libraries;
  /** The folder with the types that plugins see. */
  readonly typesDir?: string;
  /** How long one check may take. The checker recurses over types, and some types have no end. */
  readonly deadlineMs?: number;
}

/** What authors see: of the platform, and of what tests have beside it. */
const typeFiles = ['nbox.d.ts', 'globals.d.ts', 'workers.d.ts', 'hot.d.ts', 'node.d.ts'];
const testTypes = 'test.d.ts';

/** The checker looks for the one that a file belongs to, folder by folder up to the root, for each file of each check. */
const nearest: readonly [string, string] = ['package.json', '{}'];

const checksPerProcess = 2_000;

/** Some types grow without end: 2 GB in six seconds were measured. An ordinary check stays below 150 MB. */
const maxResidentBytes = 1_073_741_824;

interface Session {
  readonly api: API;
  /** Rejects when the process ends or fails. */
  readonly lost: Promise<never>;
  readonly child: ChildProcess;
  readonly client: Client;
}

/** The part of the API's private client that is needed: the API offers no way to learn of its process's end. */
interface Client {
  readonly process?: ChildProcess;
  readonly connection?: { onError(listener: () => void): void };
  connect(): Promise<void>;
  close(): Promise<void>;
}

export class Typechecker {
  readonly #libraries: Libraries;
  readonly #deadlineMs: number;
  readonly #base: string;
  readonly #libDir: string;
  /** Folders on the way to a library, as the checker meets them when it looks for one. */
  readonly #ways: ReadonlySet<string>;
  /** By the virtual folder's name: its files. */
  readonly #folders = new Map<string, FileTree>();
  /** By path: the real path of what may be read, or undefined. A library does not change while the process lives. */
  readonly #readable = new Map<string, string | undefined>();
  #session: Promise<Session> | undefined;
  /** Folders have names that no author can guess: `../other/file.ts` must not be a way from one into another. */
  readonly #typesFolder: string = randomUUID();
  readonly #warmFolder: string = randomUUID();
  #retired: string[] = [];
  #checks = 0;
  #closed = false;

  /** Starts the process and has it read the libraries, so that the first check is as quick as the next. */
  static async create(options: TypecheckerOptions): Promise<Typechecker> {
    const checker = new Typechecker(options);
    await checker.#open();
    return checker;
  }

  private constructor(options: TypecheckerOptions) {
    const typesDir = options.typesDir ?? join(import.meta.dirname, '..', 'types');
    this.#libraries = options.libraries;
    this.#deadlineMs = options.deadlineMs ?? 15_000;
    // Virtual: nothing is written. Its place makes node's resolution find what is installed for the libraries' folder.
    this.#base = join(options.libraries.dir, '.nbox-check');
    this.#libDir = libDir();
    this.#ways = waysTo([this.#base, ...options.libraries.roots], options.libraries);
    const types = [...typeFiles, testTypes].map((file): [string, string] => [file, readFileSync(join(typesDir, file), 'utf8')]);
    this.#folders.set(this.#typesFolder, treeOf(new Map([...types, ['more.d.ts', ambientTypes], nearest])));
    const imports = [...options.libraries.names].map(
      (name, index) => `import * as l${index} from ${JSON.stringify(name)};export { l${index} };\n`,
    );
    const warm = new Map([['index.ts', imports.join('')]]);
    this.#folders.set(this.#warmFolder, treeOf(warm.set('tsconfig.json', this.#tsconfig({}, warm))));
  }

  /** The checker's process, once it runs. */
  async pid(): Promise<number | undefined> {
    return (await this.#session)?.child.pid;
  }

  /**
   * What TypeScript says of the author's files, in their order.
   * @throws NboxError `builder_failed` where the checker died or took too long; the next check gets a fresh one
   */
  async check(files: SourceFiles, entry: string): Promise<Diagnostic[]> {
    const tsconfig = readPluginTsconfig(files);
    if (tsconfig.diagnostics.some(({ severity }) => severity === 'error')) return [...tsconfig.diagnostics];
    const author = new Map([...files].filter(([file]) => !isPacked(file)));
    const project = this.#project(author, entry, tsconfig.compilerOptions);
    const reported = await this.#inFolder(treeOf(project.files, treeOf(files)), (name) => this.#run(name, diagnose));
    const place = placing({ author, entry, project, folder: `${this.#base}/${reported.name}/`, libraries: this.#libraries });
    return [...tsconfig.diagnostics, ...distinct(reported.value.map(place).filter((item) => item !== undefined))];
  }

  /** Has the checker read what a check of these files would read, without a check: to learn which files those are. */
  async read(author: SourceFiles, entry: string, libraries: FileTree): Promise<void> {
    const { compilerOptions } = readPluginTsconfig(author);
    const project = this.#project(author, entry, compilerOptions);
    await this.#inFolder(treeOf(project.files, libraries), (name) =>
      this.#run(name, ({ program }) => program.getConfigFileParsingDiagnostics()),
    );
  }

  async #inFolder<T>(tree: FileTree, act: (name: string) => Promise<T>): Promise<{ readonly name: string; readonly value: T }> {
    const name = randomUUID();
    this.#folders.set(name, tree);
    try {
      return { name, value: await act(name) };
    } finally {
      this.#folders.delete(name);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #project(author: SourceFiles, entry: string, compilerOptions: Readonly<Record<string, unknown>>): TypedProject {
    const project = typedProject(author, entry);
    project.files.set('tsconfig.json', this.#tsconfig(compilerOptions, project.files));
    if (!project.files.has(nearest[0])) project.files.set(...nearest);
    return project;
  }

  #tsconfig(compilerOptions: Readonly<Record<string, unknown>>, files: ReadonlyMap<string, string>): string {
    const sources = [...files.keys()].filter((file) => /\.(?:[tj]sx?|[mc][tj]s)$/.test(file));
    // What they declare is global: sources without tests are not to see it.
    const seen = [...typeFiles, 'more.d.ts', ...(sources.some(isTest) ? [testTypes] : [])];
    const types = seen.map((file) => `../${this.#typesFolder}/${file}`);
    return JSON.stringify({
      compilerOptions: { ...readPluginTsconfig(new Map()).compilerOptions, ...compilerOptions },
      files: [...types, ...sources],
    });
  }

  async #run<T>(name: string, ask: (project: Project) => Promise<T>): Promise<T> {
    if (this.#closed) throw new NboxError('builder_failed', 'The type checker is closed');
    // The client and the process both keep a little of every project; a fresh start costs 150 ms.
    this.#checks += 1;
    if (this.#checks % checksPerProcess === 0 && this.#folders.size === 3) await this.#end();
    const session = await this.#open();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      reject,
      this.#deadlineMs,
      new NboxError('builder_failed', `The type check took longer than ${this.#deadlineMs} ms`),
    );
    const memory = setInterval(() => {
      if (residentBytes(session.child.pid) > maxResidentBytes)
        reject(new NboxError('builder_failed', 'The type check needs too much memory'));
    }, 100);
    try {
      return await Promise.race([this.#withProject(session, name, ask), session.lost, late]);
    } catch (error) {
      // Whatever it was, the process is not to be trusted with another check.
      await this.#end();
      throw error instanceof NboxError
        ? error
        : new NboxError('builder_failed', { detail: 'The type checker failed on this source', cause: error });
    } finally {
      clearTimeout(timer);
      clearInterval(memory);
    }
  }

  async #withProject<T>({ api }: Session, name: string, ask: (project: Project) => Promise<T>): Promise<T> {
    const config = `${this.#base}/${name}/tsconfig.json`;
    const closeProjects = this.#retired;
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

  #open(): Promise<Session> {
    this.#session ??= this.#start();
    return this.#session;
  }

  async #start(): Promise<Session> {
    const api = new API({
      cwd: this.#base,
      fs: {
        readFile: (path) => this.#readFile(path),
        fileExists: (path) => this.#fileExists(path),
        directoryExists: (path) => this.#directoryExists(path),
        getAccessibleEntries: () => ({ files: [], directories: [] }),
        realpath: (path) => (this.#virtual(path) === undefined ? (this.#resolve(path) ?? path) : path),
      },
    });
    const config = `${this.#base}/${this.#warmFolder}/tsconfig.json`;
    const { client } = api as unknown as { readonly client: Client };
    await client.connect();
    const child = client.process;
    if (child === undefined) throw new Error('The type checker has no process');
    const { promise: lost, reject } = Promise.withResolvers<never>();
    lost.catch(() => undefined);
    child.once('exit', () => reject(new NboxError('builder_failed', 'The type checker crashed on this source')));
    child.stdin?.on('error', () => undefined);
    client.connection?.onError(() => undefined);
    const snapshot = await Promise.race([api.updateSnapshot({ openProjects: [config] }), lost]);
    // Undisposed on purpose: the warm project is what keeps the libraries parsed.
    const program = snapshot.getProject(config)?.program;
    await Promise.race([program?.getSemanticDiagnostics(), lost]);
    return { api, lost, child, client };
  }

  async #end(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    this.#session = undefined;
    this.#retired = [];
    if (session === undefined) return;
    const { child } = session;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    }
    // Not the API's own close: it takes leave of each snapshot first, and waits for answers that no longer come.
    // A process that is cut off in the middle of a long answer leaves a timer of the client's behind, for good: one
    // reason why the builder's process does not outlive a failed check.
    await session.client.close();
  }

  /** @returns the folder's name and the path in it, for a path in the virtual tree */
  #virtual(path: string): readonly [folder: string, rest: string] | undefined {
    if (!path.startsWith(`${this.#base}/`)) return undefined;
    const rest = path.slice(this.#base.length + 1);
    const slash = rest.indexOf('/');
    return slash === -1 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  }

  /** The real path of a file or folder that may be read: of TypeScript's own library and of the plugins' libraries. */
  #resolve(path: string): string | undefined {
    const known = this.#readable.get(path);
    if (known !== undefined || this.#readable.has(path)) return known;
    let real: string | undefined;
    try {
      const followed = realpathSync(path);
      if (isLibraryFile(this.#libraries, followed) || this.#libraries.roots.includes(followed) || followed.startsWith(this.#libDir + sep))
        real = followed;
    } catch {
      real = undefined;
    }
    // Authors choose some of these paths: what they make up must not fill the memory.
    if (real !== undefined) this.#readable.set(path, real);
    return real;
  }

  #readFile(path: string): string | null {
    const inner = this.#virtual(path);
    if (inner !== undefined) return this.#folders.get(inner[0])?.get(inner[1]) ?? null;
    const real = this.#resolve(path);
    if (real === undefined) return null;
    const text = readFileSync(real, 'utf8');
    return real.startsWith(this.#libDir + sep) ? languageTypes(text) : text;
  }

  #fileExists(path: string): boolean {
    const inner = this.#virtual(path);
    if (inner !== undefined) return this.#folders.get(inner[0])?.has(inner[1]) ?? false;
    const real = this.#resolve(path);
    return real !== undefined && statSync(real).isFile();
  }

  #directoryExists(path: string): boolean {
    const inner = this.#virtual(path);
    if (inner !== undefined) {
      return this.#folders.get(inner[0])?.hasFolder(inner[1]) ?? false;
    }
    if (this.#ways.has(path)) return true;
    const real = this.#resolve(path);
    return real !== undefined && statSync(real).isDirectory();
  }
}

async function diagnose({ program }: Project): Promise<readonly Reported[]> {
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

/** Where lib.esnext.d.ts and its like lie: beside the checker's binary. */
function libDir(): string {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  const platform = createRequire(typescript).resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`);
  return realpathSync(join(dirname(platform), 'lib'));
}

/** Every folder above these paths, and the node_modules folders in which the libraries may stand as links. */
function waysTo(paths: readonly string[], libraries: Libraries): ReadonlySet<string> {
  const ways = new Set<string>();
  const climb = (path: string): void => {
    for (let dir = path; !ways.has(dir); dir = dirname(dir)) ways.add(dir);
  };
  for (const path of paths) climb(path);
  for (let dir = libraries.dir; dir !== dirname(dir); dir = dirname(dir)) {
    for (const name of libraries.names) {
      const link = join(dir, 'node_modules', name);
      if (statSync(link, { throwIfNoEntry: false }) !== undefined) climb(link);
    }
  }
  return ways;
}
