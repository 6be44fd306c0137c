/** Bundles a plugin's files and the libraries it imports into one ES module without imports. */

import { resolve, sep } from 'node:path';
import { type BuildContext, type BuildResult, context, type Plugin, transform } from 'esbuild';
import { type Diagnostic, NboxError } from '../../guards/errors.ts';
import {
  diagnosticOf,
  emptyNamespace,
  failure,
  namespace,
  nodeNamespace,
  type Origin,
  provided,
  relativeSources,
} from './bundle-messages.ts';
import { define, engineTarget, hotName, tsconfigOf } from './esbuild-options.ts';
import type { Files } from './file-tree.ts';
import { isLibraryFile, type Libraries } from './libraries.ts';
import { injectedGlobals } from './node-modules.ts';
import { conditions, mainFields, PackedModules } from './packed-modules.ts';
import { type Current, pluginFiles } from './plugin-files.ts';
import { readPluginTsconfig } from './plugin-tsconfig.ts';
import { injected, portRoots } from './provide-node.ts';

export const bundleLimits = Object.freeze({ modules: 2_000, bytes: 8_388_608 });

export interface Bundle {
  readonly code: string;
  /** Version 3, JSON; sources are the author's file names, and `node_modules/…` for libraries. */
  readonly sourceMap: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface BundlerOptions {
  /** Leaves imports of libraries that are nowhere to another bundler: for packing, which does not know what the host has. */
  readonly leaveUnknown?: boolean;
}

type Context = BuildContext<typeof output>;

/**
 * Bundles one plugin after another in a context of esbuild's that is kept, since that keeps the libraries parsed:
 * measured 56 ms in place of 94 ms for Hono with zod.
 */
export class Bundler {
  readonly #libraries: Libraries;
  readonly #plugin: Plugin;
  /** By what they are made with, the latest last. */
  readonly #kept = new Map<string, Kept>();
  #current: Current = { files: new Map(), entry: '', packed: new PackedModules(new Map()) };
  #last: Promise<unknown> = Promise.resolve();

  constructor(libraries: Libraries, options: BundlerOptions = {}) {
    this.#libraries = libraries;
    this.#plugin = pluginFiles(() => this.#current, libraries, options.leaveUnknown === true);
  }

  /**
   * @param isHot whether `import.meta.hot` is there
   * @throws NboxError `bundle_failed` with what esbuild said, `builder_failed` where esbuild itself is gone
   */
  bundle(files: Files, entry: string, isHot = true): Promise<Bundle> {
    // One at a time: the context asks for the files of the one bundle that is current.
    const bundled = this.#last.then(async () => {
      this.#current = { files, entry, packed: new PackedModules(files) };
      return this.#run(files, entry, isHot);
    });
    this.#last = bundled.catch(() => undefined);
    return bundled;
  }

  async close(): Promise<void> {
    await this.#last;
    for (const [key, { context }] of this.#kept) {
      this.#kept.delete(key);
      await (await context).dispose();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(files: Files, entry: string, isHot: boolean): Promise<Bundle> {
    const { emitOptions } = readPluginTsconfig(files);
    const origin = { files, entry, libraries: this.#libraries };
    const run = async (withGlobals: boolean, hot = hotName): Promise<BuildResult<typeof output>> => {
      const kept = await this.#context({ emitOptions, withGlobals, hot });
      return kept.rebuild().catch((error: unknown) => {
        throw failure(error, origin);
      });
    };
    let result = await run(false);
    const text = result.outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '';
    // Few plugins have these names, and the others are not to carry anything on their account.
    const withGlobals = await mentionsGlobals(text);
    const isToLose = !isHot && text.includes(hotName);
    if (withGlobals || isToLose) result = await run(withGlobals, isToLose ? 'undefined' : hotName);
    refuseStrangers(Object.keys(result.metafile.inputs), origin);
    const modules = Object.keys(result.metafile.inputs).length;
    if (modules > bundleLimits.modules)
      throw new NboxError('bundle_failed', `The bundle has ${modules} modules; at most ${bundleLimits.modules} are accepted`);
    const code = result.outputFiles.find(({ path }) => path.endsWith('.js'));
    const map = result.outputFiles.find(({ path }) => path.endsWith('.map'));
    if (code === undefined || map === undefined) throw new NboxError('bundle_failed', 'The bundle is not a single module');
    if (code.contents.length > bundleLimits.bytes) {
      throw new NboxError('bundle_failed', `The bundle has ${code.contents.length} bytes; at most ${bundleLimits.bytes} are accepted`);
    }
    const entryOutput = Object.values(result.metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
    if (entryOutput?.exports.includes('default') !== true) {
      const message = 'The entry needs a default export: a handler or a function';
      throw new NboxError('bundle_failed', {
        detail: `${entry} has no default export`,
        diagnostics: [{ severity: 'error', file: entry, line: 1, column: 1, code: 'nbox/entry', message }],
      });
    }
    return {
      code: code.text,
      sourceMap: relativeSources(map.text, files),
      diagnostics: result.warnings.map((message) => diagnosticOf(message, 'warning', origin)),
    };
  }

  async #context(options: ContextOptions): Promise<Context> {
    const key = JSON.stringify(options);
    const found = this.#kept.get(key);
    // One set of options is enough for nearly all plugins, with the globals and without.
    const [oldest] = this.#kept.keys();
    const stale = found === undefined ? (this.#kept.size < 2 ? undefined : oldest) : found.uses < usesPerContext ? undefined : key;
    if (stale !== undefined) {
      const old = this.#kept.get(stale);
      this.#kept.delete(stale);
      await (await old?.context)?.dispose();
    }
    const kept = this.#kept.get(key) ?? { context: newContext(this.#plugin, this.#libraries, options), uses: 0 };
    this.#kept.set(key, kept);
    kept.uses += 1;
    return kept.context;
  }
}

interface Kept {
  readonly context: Promise<Context>;
  uses: number;
}

interface ContextOptions {
  readonly emitOptions: object;
  /** Whether `process` and `Buffer` are given to the files that mention them. */
  readonly withGlobals: boolean;
  /** What `import.meta.hot` becomes. */
  readonly hot: string;
}

/** It keeps a little of every file that it has seen. */
const usesPerContext = 1_000;

/** Whether a bundle has one of the names that are given, free: not a property, and not declared in it. */
async function mentionsGlobals(code: string): Promise<boolean> {
  const names = Object.keys(injectedGlobals);
  if (!new RegExp(`(?<![.\\w$])(?:${names.join('|')})(?![\\w$])`).test(code)) return false;
  // esbuild replaces what is free and nothing else; the mark is one that the code does not have.
  let mark = 'nboxFree';
  while (code.includes(mark)) mark += '_';
  const marked = await transform(code, { define: Object.fromEntries(names.map((name) => [name, mark])), logLevel: 'silent' });
  return marked.code.includes(mark);
}

const output = { write: false, metafile: true } as const;

function newContext(plugin: Plugin, libraries: Libraries, { emitOptions, withGlobals, hot }: ContextOptions): Promise<Context> {
  return context({
    ...output,
    entryPoints: [{ in: 'entry', out: 'plugin' }],
    plugins: [plugin],
    absWorkingDir: libraries.dir,
    bundle: true,
    outdir: libraries.dir,
    format: 'esm',
    target: engineTarget,
    platform: 'neutral',
    mainFields: [...mainFields],
    conditions: [...conditions],
    define: { ...define, 'import.meta.hot': hot },
    ...(withGlobals ? { inject: Object.keys(injectedGlobals).map((name) => injected + name) } : {}),
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    treeShaking: true,
    logLevel: 'silent',
    tsconfigRaw: tsconfigOf(emitOptions),
  });
}

/**
 * Nothing of the disk but the libraries may have been read, in whatever way esbuild came to it. That is refused
 * before any of it is given away, and without its name: the name is the host's too.
 */
function refuseStrangers(inputs: readonly string[], { files, libraries }: Origin): void {
  for (const input of inputs) {
    const path = input.replace(/^\(disabled\):/, '').replace(/ with \{.*$/s, '');
    if (path.startsWith(`${namespace}:`) && files.has(path.slice(namespace.length + 1))) continue;
    if (path.startsWith(`${nodeNamespace}:`) || path.startsWith(`${emptyNamespace}:`)) continue;
    if (portRoots.some((root) => resolve(libraries.dir, path).startsWith(root + sep))) continue;
    if (path === `${provided}:nbox` || isLibraryFile(libraries, resolve(libraries.dir, path))) continue;
    throw new NboxError('bundle_failed', "The bundle would hold a file that is neither the plugin's nor a library's");
  }
}
