/** The guest's prelude as one script text: what a sandbox evaluates before any plugin's code. */

import { join } from 'node:path';
import { build } from 'esbuild';
import { engineTarget } from './esbuild-options.ts';

/**
 * Evaluating the text, as a script, yields the function `install(host)` that `loader/guest/main.ts` exports. It leaves
 * no global behind.
 * @param entry the prelude's entry; for tests.
 */
export async function bundlePrelude(entry: string = join(import.meta.dirname, '..', 'guest', 'main.ts')): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'prelude',
    target: engineTarget,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser', 'module'],
    minifyWhitespace: true,
    minifySyntax: true,
    // `Headers.name` and stack traces are part of what a plugin sees.
    keepNames: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { target: 'esnext', useDefineForClassFields: true } },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('The prelude has no output');
  return `(()=>{${file.text.trim()};return prelude.install})()`;
}
