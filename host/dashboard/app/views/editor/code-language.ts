/** How a file of a plugin is coloured, folded and indented, by its name. */

import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import type { Extension } from '@codemirror/state';

export function languageOf(file: string): Extension {
  if (/\.(?:tsx|jsx)$/.test(file)) return javascript({ typescript: file.endsWith('x') && file.includes('.ts'), jsx: true });
  if (/\.[mc]?ts$/.test(file)) return javascript({ typescript: true });
  if (/\.[mc]?js$/.test(file)) return javascript();
  return file.endsWith('.json') ? json() : [];
}

export function isScript(file: string): boolean {
  return /\.(?:[mc]?[tj]s|[tj]sx)$/.test(file);
}
