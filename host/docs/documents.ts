/** The documents as the admin port serves them: made by a thread when they are first asked for, and kept. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Rendered, Served } from './rendered.ts';
import { foundHtml, searched } from './search.ts';
import { pageHtml } from './shell.ts';

const packageRoot = join(import.meta.dirname, '../..');
const entry = join(import.meta.dirname, 'render-thread.ts');

export class Documents {
  readonly #root: string;
  #made: Promise<Rendered> | undefined;

  /** @param root the package's folder */
  constructor(root: string = packageRoot) {
    this.#root = root;
  }

  /** @param name of a page, the style sheet, a drawing or `openapi.json` @returns `undefined` where there is none */
  async find(name: string): Promise<Served | undefined> {
    return (await this.#all()).files.get(name);
  }

  /** What headings say of it: made for each that asks, and not kept. */
  async search(asked: string): Promise<Served> {
    const { index } = await this.#all();
    const text = pageHtml({ name: undefined, title: 'Search', html: foundHtml(searched(index, asked), asked), headings: [], asked });
    return { type: 'text/html', text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
  }

  /** Where it fails, whoever asks next has it tried again. */
  #all(): Promise<Rendered> {
    this.#made ??= made(this.#root).catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }
}

function made(root: string): Promise<Rendered> {
  return new Promise((resolve, reject) => {
    // Nothing of the host's own flags: a debugger's port, or what it was started with to find leaks.
    const worker = new Worker(entry, { workerData: root, execArgv: [], name: 'documents' });
    // A host that stops does not wait for it.
    worker.unref();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread that makes the documents has ended')));
  });
}
