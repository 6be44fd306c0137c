/**
 * An executor's own code as one file. A process that takes the types from its files itself holds a compiler for it, 35 MB
 * of its own; and one file is all that it need be let read.
 */

import { join } from 'node:path';
import { build } from 'esbuild';

/** @param entry the executor's; for tests */
export async function bundleExecutor(
  entry: string = join(import.meta.dirname, '..', '..', 'host', 'executor', 'main.ts'),
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    // Stack traces of faults are read by people.
    keepNames: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { target: 'esnext', useDefineForClassFields: true } },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('The executor has no output');
  return file.text;
}
