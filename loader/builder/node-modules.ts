/** Which of Node's modules a plugin has: those that `loader/node/` provides. They are bundled into what imports them. */

import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'node');

/** Beside a module of that name, a file of that name: `timers/promises` is `loader/node/timers/promises.ts`. */
export const providedModules: ReadonlySet<string> = new Set([
  ...['assert', 'assert/strict', 'async_hooks', 'buffer', 'crypto', 'events', 'path', 'path/posix', 'perf_hooks', 'process'],
  ...['querystring', 'stream/web', 'string_decoder', 'timers', 'timers/promises', 'url', 'util', 'util/types'],
]);

const known = new Set(builtinModules);

/** `node:fs`, `fs` → `fs`; undefined for what is no module of Node's. */
export function nodeModuleName(specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return specifier.slice('node:'.length);
  return known.has(specifier) ? specifier : undefined;
}

/** The free names that a bundle gets where it mentions them, each with the module that has it. */
export const injectedGlobals: Readonly<Record<string, string>> = { process: 'process', Buffer: 'buffer' };

const texts = new Map<string, string>();

/** The source of a file of `loader/node/`. @param path as `events.ts` */
export function nodeModuleText(path: string): string {
  let text = texts.get(path);
  if (text === undefined) {
    text = readFileSync(join(folder, path), 'utf8');
    texts.set(path, text);
  }
  return text;
}

export { folder as nodeModulesFolder };
