/** A real nbox host with two executors, and pushes to it. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';
import { TempFolder } from './temp-folder.ts';

const nbox = join(import.meta.dirname, '..', '..', 'bin', 'nbox');

export interface Pushed {
  readonly release: { readonly number: number };
  readonly timings: Readonly<Record<string, number>>;
}

/** Owned by the bench, which disposes of it; its data directory goes with it. */
export class NboxHost implements AsyncDisposable {
  /** `http://127.0.0.1:port` of the traffic. */
  readonly url: string;
  readonly #admin: string;
  readonly #token: string;
  readonly #child: Child;
  readonly #data: TempFolder;

  private constructor(url: string, admin: string, token: string, child: Child, data: TempFolder) {
    this.url = url;
    this.#admin = admin;
    this.#token = token;
    this.#child = child;
    this.#data = data;
  }

  static async start(): Promise<NboxHost> {
    const [port, adminPort] = [await freePort(), await freePort()];
    const token = randomBytes(24).toString('base64url');
    const data = new TempFolder();
    const flags = [
      '--host=127.0.0.1',
      `--port=${port}`,
      `--admin-port=${adminPort}`,
      `--data=${data.path}`,
      '--executors=2',
      '--log-level=warn',
    ];
    const child = new Child(nbox, ['start', ...flags], { NBOX_ADMIN_TOKEN: token });
    const host = new NboxHost(`http://127.0.0.1:${port}`, `http://127.0.0.1:${adminPort}`, token, child, data);
    try {
      await child.ready('nbox', async () => (await fetch(`${host.#admin}/readyz`)).status === 200);
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
    return host;
  }

  /** @throws Error where the push is refused */
  async push(plugin: string, body: { readonly source: string } | { readonly files: Readonly<Record<string, string>> }): Promise<Pushed> {
    const reply = await fetch(`${this.#admin}/v1/plugins/${plugin}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    if (reply.status !== 201)
      throw new Error(`the push of ${plugin} was answered with ${reply.status}: ${text.slice(0, 2_000)}\n${this.#child.output}`);
    return JSON.parse(text) as Pushed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    this.#data[Symbol.dispose]();
  }
}
