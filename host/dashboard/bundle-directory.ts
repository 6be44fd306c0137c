/** Where the bundle of the present sources lies: in a directory that is named by them, so that one of other sources is never taken. */

import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const here = import.meta.dirname;
/** The sources of what runs in the browser. */
export const appDirectory = join(here, 'app');
/** Bundles, each in its directory. */
export const distDirectory = join(here, 'dist');
const packageFile = join(here, '..', '..', 'package.json');

/** By content: what was checked out anew has new times, and is the same. */
export async function bundleDirectory(): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(appDirectory, { recursive: true })).sort();
  for (const name of names) {
    const file = join(appDirectory, name);
    if (!(await stat(file)).isFile()) continue;
    hash.update(`${name}\0`).update(await readFile(file));
  }
  // What is bundled with them.
  const { version, dependencies } = JSON.parse(await readFile(packageFile, 'utf8'));
  hash.update(JSON.stringify([version, dependencies])).update(await readFile(join(here, 'bundle.ts')));
  return join(distDirectory, hash.digest('hex').slice(0, 32));
}
