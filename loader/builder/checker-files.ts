/** What TypeScript's checker may read: virtual folders of plugins, its own library, and the plugins' libraries; nothing else of the disk. */

import { randomUUID } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type { FileSystem } from 'typescript/unstable/fs';
import type { SourceFiles } from '../build.ts';
import { isTest } from '../tests.ts';
import { type FileTree, treeOf } from './file-tree.ts';
import { languageTypes } from './language-types.ts';
import { isLibraryFile, type Libraries } from './libraries.ts';
import { readPluginTsconfig } from './plugin-tsconfig.ts';
import { ambientTypes, type TypedProject, typedProject } from './typed-project.ts';

/** What authors see: of the platform, and of what tests have beside it. */
export const typeFiles: readonly string[] = ['nbox.d.ts', 'globals.d.ts', 'workers.d.ts', 'hot.d.ts', 'node.d.ts'];
export const testTypes = 'test.d.ts';

/** The checker looks for the one that a file belongs to, folder by folder up to the root, for each file of each check. */
const nearest: readonly [string, string] = ['package.json', '{}'];

export interface CheckerFilesOptions {
  readonly libraries: Libraries;
  /** The folder with the types that plugins see. */
  readonly typesDir?: string | undefined;
}

export class CheckerFiles {
  readonly libraries: Libraries;
  readonly typesDir: string;
  /** Where lib.esnext.d.ts and its like lie. */
  readonly libDir: string;
  /** Virtual: nothing is written. Its place makes node's resolution find what is installed for the libraries' folder. */
  readonly base: string;
  /** A project that has all libraries: open for good, it keeps them parsed. */
  readonly warmFolder: string = randomUUID();
  /** Folders on the way to a library, as the checker meets them when it looks for one. */
  readonly #ways: ReadonlySet<string>;
  /** By the virtual folder's name: its files. */
  readonly #folders = new Map<string, FileTree>();
  /** By path: the real path of what may be read. A library does not change while the process lives. */
  readonly #readable = new Map<string, string>();
  /** Folders have names that no author can guess: `../other/file.ts` must not be a way from one into another. */
  readonly #typesFolder: string = randomUUID();

  constructor({ libraries, typesDir }: CheckerFilesOptions) {
    this.libraries = libraries;
    this.typesDir = typesDir ?? join(import.meta.dirname, '..', 'types');
    this.base = join(libraries.dir, '.nbox-check');
    this.libDir = libDir();
    this.#ways = waysTo([this.base, ...libraries.roots], libraries);
    const types = [...typeFiles, testTypes].map((file): [string, string] => [file, readFileSync(join(this.typesDir, file), 'utf8')]);
    this.#folders.set(this.#typesFolder, treeOf(new Map([...types, ['more.d.ts', ambientTypes], nearest])));
    const imports = [...libraries.names].map((name, index) => `import * as l${index} from ${JSON.stringify(name)};export { l${index} };\n`);
    const warm = new Map([['index.ts', imports.join('')]]);
    this.#folders.set(this.warmFolder, treeOf(warm.set('tsconfig.json', this.#tsconfig({}, warm))));
  }

  /** A virtual folder, with a slash at its end. */
  path(folder: string): string {
    return `${this.base}/${folder}/`;
  }

  config(folder: string): string {
    return `${this.base}/${folder}/tsconfig.json`;
  }

  /** Opens a folder, or gives an open one other files. @param name as `randomUUID` makes one */
  put(name: string, files: FileTree): void {
    this.#folders.set(name, files);
  }

  drop(name: string): void {
    this.#folders.delete(name);
  }

  /** What the checker is shown of a plugin, with the configuration that it is checked by. */
  project(author: SourceFiles, entry: string, compilerOptions: Readonly<Record<string, unknown>>): TypedProject {
    const project = typedProject(author, entry);
    project.files.set('tsconfig.json', this.#tsconfig(compilerOptions, project.files));
    if (!project.files.has(nearest[0])) project.files.set(...nearest);
    return project;
  }

  /** As the checker's process asks for it. What is not there is `null` or `false`: `undefined` would have it look on the disk. */
  get fs(): FileSystem {
    return {
      readFile: (path) => this.#readFile(path),
      fileExists: (path) => this.#fileExists(path),
      directoryExists: (path) => this.#directoryExists(path),
      getAccessibleEntries: () => ({ files: [], directories: [] }),
      realpath: (path) => (this.#virtual(path) === undefined ? (this.#resolve(path) ?? path) : path),
    };
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

  /** @returns the folder's name and the path in it, for a path in the virtual tree */
  #virtual(path: string): readonly [folder: string, rest: string] | undefined {
    if (!path.startsWith(`${this.base}/`)) return undefined;
    const rest = path.slice(this.base.length + 1);
    const slash = rest.indexOf('/');
    return slash === -1 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  }

  /** The real path of a file or folder that may be read: of TypeScript's own library and of the plugins' libraries. */
  #resolve(path: string): string | undefined {
    const known = this.#readable.get(path);
    if (known !== undefined) return known;
    let real: string | undefined;
    try {
      const followed = realpathSync(path);
      if (isLibraryFile(this.libraries, followed) || this.libraries.roots.includes(followed) || followed.startsWith(this.libDir + sep))
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
    return real.startsWith(this.libDir + sep) ? languageTypes(text) : text;
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

/** Beside the checker's binary. */
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
