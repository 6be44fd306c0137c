/** Gives the bundler the modules of `loader/node/`, under the names that Node's have. */

import { posix } from 'node:path';
import type { OnResolveResult, PluginBuild } from 'esbuild';
import { nodeNamespace } from './bundle-messages.ts';
import { packageRoots } from './libraries.ts';
import { injectedGlobals, nodeModuleName, nodeModulesFolder, nodeModuleText, providedModules } from './node-modules.ts';

/** The npm packages that `loader/node/` stands on. */
export const portRoots = packageRoots(['buffer', 'events', 'path-browserify'], nodeModulesFolder, (name) => {
  throw new Error(`The package ${name} is not installed`);
});

/** The beginning of a file's name that has a global, for esbuild's `inject`. */
export const injected = 'nbox-global-';
const suffix = '?require';

/** @param asks `require` gives what the module exports as its default, since that is what Node's modules are to it */
export function nodeModule(name: string, asks: 'import' | 'require'): OnResolveResult {
  return { path: `${name}.ts${asks === 'require' ? suffix : ''}`, namespace: nodeNamespace, sideEffects: false };
}

/** Gives `loader/node/` to the plugin's files and to the libraries, and the free names that it stands for. */
export function provideNodeModules(builder: PluginBuild): void {
  const names = [...providedModules].join('|');
  builder.onResolve({ filter: new RegExp(`^(?:node:)?(?:${names})$`), namespace: 'file' }, ({ path, kind }) =>
    nodeModule(nodeModuleName(path) as string, kind === 'require-call' ? 'require' : 'import'),
  );
  builder.onResolve({ filter: new RegExp(`^${injected}`) }, ({ path, kind }) =>
    kind === 'entry-point' ? { path, namespace: nodeNamespace, sideEffects: false } : undefined,
  );
  builder.onResolve({ filter: /^/, namespace: nodeNamespace }, async ({ path, importer, kind, pluginData }) => {
    if (pluginData === passOn) return undefined;
    if (path.startsWith('/')) return { path: path.slice(1), namespace: nodeNamespace, sideEffects: false };
    if (path.startsWith('.')) return { path: posix.join(posix.dirname(importer), path), namespace: nodeNamespace, sideEffects: false };
    const { errors, path: found } = await builder.resolve(path, { kind, resolveDir: nodeModulesFolder, importer, pluginData: passOn });
    return errors.length > 0 ? { errors } : { path: found };
  });
  builder.onLoad({ filter: /^/, namespace: nodeNamespace }, ({ path }) => {
    if (path.endsWith(suffix)) return { contents: `module.exports = require("/${path.slice(0, -suffix.length)}").default;`, loader: 'js' };
    const name = path.startsWith(injected) ? path.slice(injected.length) : undefined;
    if (name !== undefined) return { contents: `export { ${name} } from "/${injectedGlobals[name]}.ts";`, loader: 'js' };
    return { contents: nodeModuleText(path), loader: 'ts' };
  });
}

const passOn = Symbol('asks esbuild itself');
