/** The guest's prelude as the modules that a sandbox evaluates before any plugin's code. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import type { PreludeModules } from '../build.ts';
import { withHostCalls } from '../host-calls.ts';
import { engineTarget } from './esbuild-options.ts';

const guest = join(import.meta.dirname, '..', 'guest');

/**
 * The text of each module by its name, which is its file's under `loader/guest/`. They are not made into one: a sandbox
 * loads only some, and compiling them one by one leaves its memory less torn. A package that one imports is part of it.
 */
export async function bundlePrelude(): Promise<PreludeModules> {
  const files = (await readdir(guest, { recursive: true })).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  const { outputFiles } = await build({
    entryPoints: files.map((file) => join(guest, file)),
    outdir: guest,
    outbase: guest,
    bundle: true,
    write: false,
    format: 'esm',
    target: engineTarget,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser', 'module'],
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { target: 'esnext', useDefineForClassFields: true } },
    plugins: [
      {
        name: 'modules apart',
        setup(build) {
          build.onResolve({ filter: /^\./ }, ({ path, importer, kind }) => {
            if (kind === 'entry-point' || importer.includes(`${sep}node_modules${sep}`)) return undefined;
            return { path: nameOf(join(importer, '..', path)), external: true };
          });
          build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            if (path.includes(`${sep}node_modules${sep}`)) return undefined;
            return { contents: withHostCalls(await readFile(path, 'utf8')), loader: 'ts' };
          });
        },
      },
    ],
  });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [nameOf(path.replace(/\.js$/, '.ts')), text]));
}

const nameOf = (path: string): string => relative(guest, path).replaceAll(sep, '/');
