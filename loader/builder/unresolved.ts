/** Why an import leads nowhere, in words that tell an author what to do. */

import type { Files } from './file-tree.ts';
import { type Libraries, packageName } from './libraries.ts';
import { nodeModuleName, providedModules } from './node-modules.ts';
import { PackedModules } from './packed-modules.ts';

export function whyUnresolved(name: string, importer: string, files: Files, libraries: Libraries): string {
  if (/\.node$/.test(name)) return 'native add-ons are not available in plugins';
  if (/\.wasm$/.test(name)) return 'WebAssembly is not available in plugins';
  const node = nodeModuleName(name);
  const wanted = packageName(name);
  if (node !== undefined && !providedModules.has(node)) return `node:${node}, a module of Node's, is not available in plugins`;
  if (/^\.\.?(?:\/|$)/.test(name)) return 'there is no such file';
  if (new PackedModules(files).bare(name, importer, 'import') !== undefined || libraries.names.has(wanted)) {
    return `the library ${wanted} has no ${JSON.stringify(name)} for plugins`;
  }
  if (isListed(wanted, files)) return 'package.json lists the library, but it was not packed: install it (npm ci), and push again';
  const known = [...libraries.names].join(', ') || 'none';
  return `this host does not have the library; it has ${known}. nbox push packs what a package.json lists and node_modules has`;
}

/** What a named import of one of Node's modules lacks. */
export function missingExport(text: string): string | undefined {
  const found = /^No matching export in "node:(.*)\.ts" for import "(.*)"$/.exec(text);
  return found === null ? undefined : `node:${found[1]} has no "${found[2]}" in plugins`;
}

function isListed(name: string, files: Files): boolean {
  try {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(files.get('package.json') ?? '{}');
    return Object.hasOwn({ ...devDependencies, ...peerDependencies, ...optionalDependencies, ...dependencies }, name);
  } catch {
    return false;
  }
}
