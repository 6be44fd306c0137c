/** A small bundle as the bundler writes it. */

import type { BundleIndex } from '../../../host/dashboard/assets.ts';
import type { TempDir } from '../doubles.ts';

const hash = 'a'.repeat(21);

export const index: BundleIndex = {
  entry: 'main-1.js',
  styles: 'styles-1.css',
  icon: 'icon-1.svg',
  theme: 'theme-1.js',
  preloads: ['chunk-1.js'],
  workers: { format: 'format.worker-1.js' },
  files: [
    { name: 'main-1.js', type: 'text/javascript; charset=utf-8', hash: `${hash}1` },
    { name: 'chunk-1.js', type: 'text/javascript; charset=utf-8', hash: `${hash}2` },
    { name: 'styles-1.css', type: 'text/css; charset=utf-8', hash: `${hash}3` },
    { name: 'theme-1.js', type: 'text/javascript; charset=utf-8', hash: `${hash}5` },
    { name: 'icon-1.svg', type: 'image/svg+xml; charset=utf-8', hash: `${hash}4` },
  ],
};

export function writeBundle(directory: TempDir): void {
  directory.write('index.json', JSON.stringify(index));
  directory.write('main-1.js', 'main()');
  directory.write('main-1.js.br', 'compressed by br');
  directory.write('main-1.js.gz', 'compressed by gzip');
  directory.write('chunk-1.js', 'chunk()');
  directory.write('styles-1.css', 'body {}');
  directory.write('theme-1.js', 'theme()\n');
  directory.write('icon-1.svg', '<svg/>');
}
