/** Writes what of docs/ is made of the source: `npm run docs`. A test holds that it has been done. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '../host/api/operations.ts';
import { apiDocument } from './api-document.ts';
import { errorPage } from './error-catalogue.ts';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** What each file shall be, by its path. */
export const generated: Readonly<Record<string, () => string>> = {
  'docs/openapi.json': () => `${text(JSON.parse(JSON.stringify(apiDocument(operations, version))), '')}\n`,
  'docs/errors.md': errorPage,
};

if (import.meta.main) for (const [file, made] of Object.entries(generated)) writeFileSync(join(root, file), made());

/** JSON in which what fits into a line is one, so that a change of the API is a few lines in a review. */
function text(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || line.length + indent.length <= 120) return line;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => `${inner}${text(item, inner)}`)
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${text(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${items.join(',\n')}\n${indent}${close}`;
}
