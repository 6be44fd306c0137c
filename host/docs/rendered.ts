/** All documents as they are served, made at once: some 100 ms of work, so not for the host's own thread. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiDocument, apiHeadings, apiHtml } from './api-page.ts';
import { headingsOf, htmlOf } from './markdown.ts';
import { docPages } from './pages.ts';
import type { Indexed } from './search.ts';
import { pageHtml } from './shell.ts';

export interface Served {
  readonly type: 'text/html' | 'text/css' | 'image/svg+xml' | 'application/json';
  readonly text: string;
  /** With its quotes. */
  readonly etag: string;
}

export interface Rendered {
  /** By their names: pages, `docs.css`, `icon.svg`, drawings, `openapi.json`. */
  readonly files: ReadonlyMap<string, Served>;
  readonly index: readonly Indexed[];
}

/** @param root the package's folder */
export function rendered(root: string): Rendered {
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const api = read('docs/openapi.json');
  const document = JSON.parse(api) as ApiDocument;
  const files = new Map<string, Served>();
  const index = docPages.map((page): Indexed => {
    const { name, title, file } = page;
    const isApi = file === 'docs/openapi.json';
    const markdown = isApi ? '' : read(file);
    const headings = isApi ? apiHeadings(document) : headingsOf(markdown);
    const html = isApi ? apiHtml(document) : htmlOf(markdown, file);
    files.set(name, served('text/html', pageHtml({ name, title, html, headings })));
    return { page, headings };
  });
  files.set('openapi.json', served('application/json', api));
  files.set('docs.css', served('text/css', readFileSync(join(import.meta.dirname, 'docs.css'), 'utf8')));
  files.set('icon.svg', served('image/svg+xml', read('host/dashboard/app/icon.svg')));
  for (const name of readdirSync(join(root, 'docs')).filter((one) => one.endsWith('.svg'))) {
    files.set(name, served('image/svg+xml', read(`docs/${name}`)));
  }
  return { files, index };
}

export function served(type: Served['type'], text: string): Served {
  return { type, text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}
