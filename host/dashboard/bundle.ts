/** Bundles what runs in the browser. A program of its own (`npm ci` runs it, and a host that finds no bundle): the host never bundles. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build, type Metafile, type OutputFile } from 'esbuild';
import { type BundleIndex, indexName, suffixes } from './assets.ts';
import { appDirectory, bundleDirectory, distDirectory } from './bundle-directory.ts';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};
/** What is shorter is hardly smaller when compressed. */
const leastCompressed = 512;

const entries = { main: 'main.tsx', styles: 'styles/main.css', theme: 'theme.ts', icon: 'icon.svg' };

/** @returns where it is: whole, or not at all */
async function bundle(): Promise<string> {
  const directory = await bundleDirectory();
  if (existsSync(join(directory, indexName))) return directory;
  const workers = (await readdir(appDirectory, { recursive: true })).filter((name) => name.endsWith('.worker.ts'));
  const made = await build({
    entryPoints: Object.fromEntries([
      ...Object.entries(entries).map(([name, file]) => [name, join(appDirectory, file)]),
      ...workers.map((file) => [basename(file, '.ts'), join(appDirectory, file)]),
    ]),
    ...{ outdir: distDirectory, write: false, metafile: true, bundle: true, splitting: true, format: 'esm', minify: true },
    ...{ jsx: 'automatic', jsxImportSource: 'preact', target: 'es2023', legalComments: 'eof', charset: 'utf8' },
    ...{ entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]' },
    loader: { '.svg': 'copy' },
    tsconfig: join(appDirectory, 'tsconfig.json'),
    logLevel: 'warning',
  });
  const files = made.outputFiles.map((file) => ({ name: basename(file.path), file }));
  const temporary = join(distDirectory, `making-${process.pid}`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    for (const { name, file } of files) await writeWhole(temporary, name, file.contents);
    await writeFile(join(temporary, indexName), JSON.stringify(indexOf(made.metafile, files), undefined, 1));
    // Whoever else has made the same meanwhile has made the same.
    await rename(temporary, directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  // A host that serves an older one has it in memory.
  for (const old of await readdir(distDirectory)) {
    if (old !== basename(directory) && !old.startsWith('making-')) await rm(join(distDirectory, old), { recursive: true, force: true });
  }
  return directory;
}

async function writeWhole(directory: string, name: string, contents: Uint8Array): Promise<void> {
  await writeFile(join(directory, name), contents);
  if (contents.length < leastCompressed) return;
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: contents.length };
  const br = await promisify(brotliCompress)(contents, { params });
  const gz = await promisify(gzip)(contents, { level: 9 });
  await writeFile(join(directory, `${name}${suffixes.br}`), br);
  await writeFile(join(directory, `${name}${suffixes.gzip}`), gz);
}

function indexOf({ outputs }: Metafile, files: readonly { readonly name: string; readonly file: OutputFile }[]): BundleIndex {
  const nameOf = (output: string) => basename(output);
  const of = (entry: string) => {
    const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(`/${entry}`) === true);
    if (found !== undefined) return found;
    throw new Error(`nothing was made of ${entry}`);
  };
  const [main, { imports }] = of(`app/${entries.main}`);
  const workers = Object.entries(outputs).flatMap(([output, { entryPoint }]) =>
    entryPoint?.endsWith('.worker.ts') === true ? [[basename(entryPoint, '.worker.ts'), nameOf(output)]] : [],
  );
  const icon = files.find(({ name }) => name.startsWith('icon-') && name.endsWith('.svg'));
  return {
    entry: nameOf(main),
    styles: nameOf(of(`app/${entries.styles}`)[0]),
    theme: nameOf(of(`app/${entries.theme}`)[0]),
    icon: icon?.name ?? '',
    preloads: imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => nameOf(path)),
    workers: Object.fromEntries(workers),
    files: files.map(({ name, file }) => ({
      name,
      type: types[extname(name)] ?? 'application/octet-stream',
      hash: createHash('sha256').update(file.contents).digest('base64url').slice(0, 22),
    })),
  };
}

process.stdout.write(`${await bundle()}\n`);
