/** The documents as the admin port serves them: read and made when they are first asked for, and kept. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiDocument, apiHeadings, apiHtml } from './api-page.ts';
import { headingsOf, htmlOf } from './markdown.ts';
import { type DocPage, docPages } from './pages.ts';
import { foundHtml, type Indexed, searched } from './search.ts';
import { pageHtml } from './shell.ts';

export interface Served {
  readonly type: 'text/html' | 'text/css' | 'image/svg+xml' | 'application/json';
  readonly body: Buffer;
  /** With its quotes. */
  readonly etag: string;
}

const packageRoot = join(import.meta.dirname, '../..');
const drawing = /^[a-z-]{1,40}\.svg$/;

export class Documents {
  readonly #root: string;
  readonly #served = new Map<string, Served>();
  #index: readonly Indexed[] | undefined;

  /** @param root the package's folder */
  constructor(root: string = packageRoot) {
    this.#root = root;
  }

  /** The API's document itself. */
  api(): Served {
    return this.#kept('openapi.json', () => ({ type: 'application/json', text: this.#read('docs/openapi.json') }));
  }

  /** @param name of a page, the style sheet or a drawing @returns `undefined` where there is none */
  find(name: string): Served | undefined {
    if (name === 'docs.css')
      return this.#kept(name, () => ({ type: 'text/css', text: readFileSync(join(import.meta.dirname, 'docs.css'), 'utf8') }));
    const page = docPages.find((one) => one.name === name);
    if (page !== undefined) return this.#kept(name, () => ({ type: 'text/html', text: this.#page(page) }));
    // Of this form alone, so that no name leads out of the folder.
    if (!drawing.test(name) || !existsSync(join(this.#root, 'docs', name))) return undefined;
    return this.#kept(name, () => ({ type: 'image/svg+xml', text: this.#read(`docs/${name}`) }));
  }

  /** What headings say of it: made for each that asks, and not kept. */
  search(asked: string): Served {
    this.#index ??= docPages.map((page) => ({ page, headings: this.#headings(page) }));
    const html = foundHtml(searched(this.#index, asked), asked);
    return served('text/html', pageHtml({ name: '?', title: 'Search', html, headings: [], asked }));
  }

  #page(page: DocPage): string {
    const { name, title, file } = page;
    const html = file.endsWith('.json') ? apiHtml(this.#apiDocument()) : htmlOf(this.#read(file), file);
    return pageHtml({ name, title, html, headings: this.#headings(page) });
  }

  #headings({ file }: DocPage) {
    return file.endsWith('.json') ? apiHeadings(this.#apiDocument()) : headingsOf(this.#read(file));
  }

  #apiDocument(): ApiDocument {
    return JSON.parse(this.#read('docs/openapi.json')) as ApiDocument;
  }

  #read(file: string): string {
    return readFileSync(join(this.#root, file), 'utf8');
  }

  #kept(name: string, make: () => { readonly type: Served['type']; readonly text: string }): Served {
    const kept = this.#served.get(name);
    if (kept !== undefined) return kept;
    const { type, text } = make();
    const made = served(type, text);
    this.#served.set(name, made);
    return made;
  }
}

function served(type: Served['type'], text: string): Served {
  const body = Buffer.from(text);
  return { type, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}
