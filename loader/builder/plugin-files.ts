/** Shows esbuild the pushed files, and leads each of their imports to where it may lead. */

import { posix } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import { isPacked } from '../build.ts';
import { textExtensions } from '../source.ts';
import { isTest } from '../tests.ts';
import { emptyNamespace, namespace, provided } from './bundle-messages.ts';
import { computedImports } from './computed-imports.ts';
import { define, engineTarget, tsconfigOf } from './esbuild-options.ts';
import type { Files } from './file-tree.ts';
import { isLibraryFile, type Libraries, packageName } from './libraries.ts';
import { nodeModuleName, providedModules } from './node-modules.ts';
import type { Found, PackedModules } from './packed-modules.ts';
import { readPluginTsconfig } from './plugin-tsconfig.ts';
import { nodeModule, provideNodeModules } from './provide-node.ts';
import { provideTesting, testingModule } from './provide-testing.ts';

/**
 * esbuild reads the map that a file's last `sourceMappingURL` names, from anywhere on the disk, and cannot be told not
 * to. It passes over addresses of the web without fetching them, so a last one of these is put behind the author's.
 */
const noSourceMap = '\n//# sourceMappingURL=https://nbox.invalid/';

const loaders: Readonly<Record<string, Loader>> = {
  ...{ '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx' },
  ...{ '.js': 'js', '.mjs': 'js', '.cjs': 'js', '.jsx': 'jsx', '.json': 'json' },
  ...Object.fromEntries(textExtensions.map((extension) => [extension, 'text'])),
};

/** What an import may say of its file: `import text from './a.html' with { type: 'text' }`. */
const typed: Readonly<Record<string, Loader>> = { text: 'text', json: 'json', bytes: 'binary' };

export interface Current {
  readonly files: Files;
  readonly entry: string;
  readonly packed: PackedModules;
  /** Whether the bundle is that of the plugin's tests. */
  readonly tests: boolean;
}

export function pluginFiles(current: () => Current, libraries: Libraries, leaveUnknown: boolean): Plugin {
  return {
    name: 'nbox-plugin-files',
    setup(builder) {
      builder.onResolve({ filter: /^entry$/ }, ({ kind }) => (kind === 'entry-point' ? { path: current().entry, namespace } : undefined));
      builder.onResolve({ filter: /^cloudflare:workers$/ }, () => providedModule);
      builder.onResolve({ filter: /^/, namespace }, async ({ path, importer, kind, pluginData }) => {
        if (pluginData === passOn) return undefined;
        if (path === 'nbox') return providedModule;
        const { files, packed, tests } = current();
        const testing = testingModule(path);
        if (testing !== undefined && !isPacked(importer)) {
          if (tests) return testing;
          return { errors: [{ text: `${importer} imports ${JSON.stringify(path)}, which is there for tests alone` }] };
        }
        const isRelative = /^\.\.?(?:\/|$)/.test(path);
        if (isRelative && !isPacked(importer)) {
          const found = resolveFile(files, importer, path);
          if (found !== undefined && !tests && isTest(found) && found !== current().entry) {
            return { errors: [{ text: `${importer} imports ${found}: tests are no part of what is published` }] };
          }
          if (found !== undefined) return { path: found, namespace };
          const why = /\.(?:wasm|node)$/.test(path) ? ': WebAssembly and native code are not available in plugins' : '';
          return { errors: [{ text: `${JSON.stringify(path)} is not among the plugin's files${why}` }] };
        }
        if (path.startsWith('/') || path.includes('\\') || /^(?!node:)[a-z][a-z0-9+.-]*:/i.test(path)) {
          const reason = 'only files of the plugin and libraries can be imported';
          return { errors: [{ text: `${importer} imports ${JSON.stringify(path)}: ${reason}` }] };
        }
        if (tests && otherRunners.has(path) && !isPacked(importer)) {
          return {
            errors: [
              { text: `${importer} imports ${JSON.stringify(path)}: describe, it and expect are globals, or come from "nbox:test"` },
            ],
          };
        }
        const asks = kind === 'require-call' || kind === 'require-resolve' ? 'require' : 'import';
        let found: Found | undefined = isRelative ? packed.relative(path, importer) : undefined;
        let name = path;
        // A library's map may name another library, and that one's map a third.
        for (let hops = 0; hops < 5 && (found === undefined || found.is === 'name'); hops += 1) {
          if (found !== undefined) name = found.name;
          found = packed.mapped(name, importer);
          // Node's own names come before a library's of the same name, as in Node.
          const node = nodeModuleName(name);
          if (found === undefined && node !== undefined && providedModules.has(node)) return nodeModule(node, asks);
          found ??= packed.bare(name, importer, asks);
          if (found === undefined) break;
        }
        if (found?.is === 'empty') return { path: found.path, namespace: emptyNamespace };
        // What is not found is left to esbuild, which has nothing to search: it fails, unless the code is ready for that.
        if (found?.is === 'file') {
          if (/\.(?:wasm|node)$/.test(found.path)) return undefined;
          return { path: found.path, namespace, sideEffects: found.sideEffects };
        }
        if (found !== undefined || isRelative || name.startsWith('node:')) return undefined;
        if (!libraries.names.has(packageName(name))) {
          return leaveUnknown && nodeModuleName(name) === undefined ? { path: name, external: true } : undefined;
        }
        const resolved = await builder.resolve(name, { kind, resolveDir: libraries.dir, importer, namespace, pluginData: passOn });
        if (resolved.errors.length > 0) return { errors: [{ text: `The library ${packageName(name)} has no ${JSON.stringify(name)}` }] };
        if (resolved.namespace !== 'file' || !isLibraryFile(libraries, resolved.path)) {
          return { errors: [{ text: `${JSON.stringify(name)} leads out of the libraries` }] };
        }
        return { path: resolved.path, sideEffects: resolved.sideEffects };
      });
      provideNodeModules(builder);
      provideTesting(builder);
      builder.onLoad({ filter: /^/, namespace: provided }, () => ({ contents: providedText, loader: 'js' }));
      builder.onLoad({ filter: /^/, namespace: emptyNamespace }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
      builder.onLoad({ filter: /^/, namespace }, async ({ path, with: { type } }) => {
        if (type !== undefined && !Object.hasOwn(typed, type))
          return { errors: [{ text: `Imports of type ${JSON.stringify(type)} are not available in plugins` }] };
        const loader = (type === undefined ? loaders[posix.extname(path)] : typed[type]) ?? 'text';
        const { files } = current();
        const text = files.get(path) ?? '';
        const contents = /^[jt]sx?$/.test(loader) && text.includes('sourceMappingURL') ? text + noSourceMap : text;
        const options = { target: engineTarget, define, tsconfigRaw: tsconfigOf(readPluginTsconfig(files).emitOptions) };
        const errors = await computedImports({ file: path, text: contents, loader, options });
        return errors.length > 0 ? { errors } : { loader, contents };
      });
    },
  };
}

/** `nbox`, by whichever name; not in the bundle where only types are taken of it. The guest's prelude gives what it exports. */
const providedModule = { path: 'nbox', namespace: provided, sideEffects: false };
const providedText = 'export const { WorkerEntrypoint, env, waitUntil } = /* @__PURE__ */ __nboxWorkers();';

/** What runs tests elsewhere. Some are installed, and none runs in a sandbox. */
const otherRunners: ReadonlySet<string> = new Set(['vitest', 'jest', '@jest/globals', 'mocha', 'ava', 'node:test', 'bun:test']);

const passOn = Symbol('asks esbuild itself');

/** `./x`, `./x.js` and `./folder` as TypeScript understands them, among the plugin's files. */
function resolveFile(files: Files, importer: string, path: string): string | undefined {
  const target = posix.join(posix.dirname(importer), path).replace(/\/$/, '');
  const written =
    /\.(?:[mc]?js|jsx)$/.test(target) && !path.endsWith('/')
      ? [target, target.replace(/js(x?)$/, 'ts$1'), target.replace(/\.[mc]?js$/, '.ts'), target.replace(/\.jsx?$/, '.tsx')]
      : [target];
  const endings = ['.ts', '.tsx', '.js', '.mjs', '.jsx', '.json', '.mts', '.cjs', '.cts'];
  const folder = target === '.' ? '' : `${target}/`;
  return [...written, ...endings.map((ending) => target + ending), ...endings.map((ending) => `${folder}index${ending}`)].find((name) =>
    files.has(name),
  );
}
