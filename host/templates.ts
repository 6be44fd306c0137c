/** What `nbox init` and the editor can begin with: folders of `templates/`, each a plugin that passes its own tests. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Template {
  readonly name: string;
  readonly what: string;
}

const directory = join(import.meta.dirname, '..', 'templates');

/** The first one is taken where nothing is said. */
export const templates: readonly Template[] = Object.freeze([
  { name: 'snippet', what: 'one function in one file' },
  { name: 'hono', what: 'a micro app on Hono: routes, pages, JSON' },
  { name: 'project', what: 'several files, and a library (zod) that checks what comes in' },
  { name: 'worker', what: 'all kinds of handlers: requests, a queue, a schedule, methods' },
]);

/** Its files by name, in order. */
export async function templateFiles(name: string): Promise<Map<string, string>> {
  const folder = join(directory, name);
  const names = (await readdir(folder)).sort();
  return new Map(await Promise.all(names.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const)));
}
