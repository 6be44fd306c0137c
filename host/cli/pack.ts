/** What a project's bundle and its type-check reach of its installed packages: what a push sends beside the source. */

import { realpathSync } from 'node:fs';
import type { SourceFiles } from '../../loader/build.ts';
import { Bundler } from '../../loader/builder/bundle.ts';
import { type FileTree, treeOf } from '../../loader/builder/file-tree.ts';
import { Typechecker } from '../../loader/builder/typecheck.ts';
import { parseManifest } from '../../loader/manifest.ts';
import { extractManifest, packedLimits, sourceExtensions } from '../../loader/source.ts';
import { testFiles, withTestEntry } from '../../loader/tests.ts';
import { CliError } from './cli-error.ts';
import { type InstalledPackage, installedPackages } from './installed-packages.ts';
import { InstalledTree } from './installed-tree.ts';
import { checkLock } from './lock-file.ts';

export interface PackedLibrary {
  readonly name: string;
  readonly version: string;
  readonly files: number;
  readonly bytes: number;
}

export interface Packed {
  readonly files: SourceFiles;
  /** By name, then version. */
  readonly libraries: readonly PackedLibrary[];
  /** Listed in package.json, and not installed: the host's own may stand for them. */
  readonly missing: readonly string[];
  /** Where a packed file lies on the disk. */
  pathOf(file: string): string | undefined;
}

/**
 * The bundler and the checker of the host run here over the disk, and what they read is packed: so that nothing is
 * missing there, and nothing is sent that nobody asks for.
 * @param own the project's own files
 * @returns undefined where the project's package.json lists nothing
 * @throws CliError; NboxError where the project cannot be bundled
 */
export async function pack(folder: string, own: SourceFiles): Promise<Packed | undefined> {
  const installed = installedPackages(folder);
  if (installed === undefined) return undefined;
  const { packages, missing } = installed;
  const tree = new InstalledTree(packages);
  if (packages.size > 0) {
    await readThrough(folder, own, tree).catch((error: unknown) => {
      throw tree.failure ?? error;
    });
  }
  const files = tree.read;
  const used = new Map<InstalledPackage, { files: number; bytes: number }>();
  for (const [file, text] of files) {
    const one = tree.packageOf(file);
    if (one === undefined) continue;
    if (!sourceExtensions.some((extension) => file.endsWith(extension))) {
      throw new CliError(`${tree.pathOf(file)} cannot be packed: it does not end in one of ${sourceExtensions.join(', ')}`);
    }
    const counted = used.get(one) ?? { files: 0, bytes: 0 };
    used.set(one, { files: counted.files + 1, bytes: counted.bytes + Buffer.byteLength(text) });
  }
  checkLock(realpathSync(folder), used.keys());
  const libraries = [...used].map(([{ name, version }, counted]) => ({ name, version, ...counted }));
  libraries.sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
  checkSize(libraries);
  return { files, libraries, missing, pathOf: (file) => tree.pathOf(file) };
}

async function readThrough(folder: string, own: SourceFiles, tree: FileTree): Promise<void> {
  const given = extractManifest(own);
  const { entry } = parseManifest(given?.value, own.keys(), given?.pointer);
  const libraries = { dir: realpathSync(folder), names: new Set<string>(), roots: [] };
  await using bundler = new Bundler(libraries, { leaveUnknown: true });
  await bundler.bundle(treeOf(own, tree), entry);
  if (testFiles(own.keys(), entry).length > 0) {
    const whole = withTestEntry(own, entry);
    await bundler.bundle(treeOf(whole.files, tree), whole.entry, true, true);
  }
  await using checker = await Typechecker.create({ libraries });
  await checker.read(own, entry, tree);
}

function checkSize(libraries: readonly PackedLibrary[]): void {
  const total = (count: 'files' | 'bytes'): number => libraries.reduce((sum, one) => sum + one[count], 0);
  for (const [count, most] of [
    ['files', packedLimits.files],
    ['bytes', packedLimits.totalBytes],
  ] as const) {
    if (total(count) <= most) continue;
    const largest = libraries.toSorted((a, b) => b[count] - a[count]).slice(0, 3);
    throw new CliError(`The packed libraries have ${total(count)} ${count}; at most ${most} are accepted`, {
      hint: `The largest are ${largest.map((one) => `${one.name} (${one[count]})`).join(', ')}. Import less of them, by subpaths where they have some`,
    });
  }
}
