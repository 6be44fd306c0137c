/** A real nbox host with two executors, and pushes to it. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';
import { commandOn } from './processors.ts';
import { TempFolder } from './temp-folder.ts';

const ownTree = join(import.meta.dirname, '..', '..');

export interface Pushed {
  readonly release: { readonly number: number };
  readonly timings: Readonly<Record<string, number>>;
}

type PushBody =
  | { readonly source: string; readonly manifest?: Readonly<Record<string, unknown>> }
  | { readonly files: Readonly<Record<string, string>> };

export interface NboxHostOptions {
  /** Stays the caller's, who may start another host on it; without it the host has one of its own. */
  readonly data?: TempFolder;
  readonly flags?: readonly string[];
  /** Where the nbox lies that is started, where it is another than this one. */
  readonly tree?: string;
  /** Those that it runs on; all where there is none. */
  readonly processors?: string;
}

/** How long a host may take until it is ready. */
const startMs = 60_000;

/** Owned by the bench, which disposes of it; a data directory of its own goes with it. */
export class NboxHost implements AsyncDisposable {
  /** `http://127.0.0.1:port` of the traffic. */
  readonly url: string;
  readonly #admin: string;
  readonly #token: string;
  readonly #child: Child;
  readonly #data: TempFolder | undefined;

  private constructor(url: string, admin: string, token: string, child: Child, data: TempFolder | undefined) {
    this.url = url;
    this.#admin = admin;
    this.#token = token;
    this.#child = child;
    this.#data = data;
  }

  static async start({ data: given, flags: more = [], tree = ownTree, processors }: NboxHostOptions = {}): Promise<NboxHost> {
    const nbox = join(tree, 'bin', 'nbox');
    const [port, adminPort] = [await freePort(), await freePort()];
    const token = randomBytes(24).toString('base64url');
    const data = given ?? new TempFolder();
    const flags = [
      '--host=127.0.0.1',
      `--port=${port}`,
      `--admin-port=${adminPort}`,
      `--data=${data.path}`,
      '--executors=2',
      '--log-level=warn',
      ...more,
    ];
    const [command, args] = processors === undefined ? [nbox, ['start', ...flags]] : commandOn(processors, nbox, ['start', ...flags]);
    const child = new Child(command, args, { NBOX_ADMIN_TOKEN: token });
    const host = new NboxHost(
      `http://127.0.0.1:${port}`,
      `http://127.0.0.1:${adminPort}`,
      token,
      child,
      given === undefined ? data : undefined,
    );
    try {
      await child.ready('nbox', async () => (await fetch(`${host.#admin}/readyz`)).status === 200, startMs);
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
    return host;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** On the clock of `performance.now()`. */
  get spawnedAt(): number {
    return this.#child.spawnedAt;
  }

  get ended(): boolean {
    return this.#child.hasExited;
  }

  /** What it has logged last; empty where nothing. Of what is not as it should be, since no more is logged. */
  get lastLog(): string {
    return this.#child.output.trimEnd().split('\n').at(-1) ?? '';
  }

  /** `http://127.0.0.1:port` of the admin API. */
  get adminUrl(): string {
    return this.#admin;
  }

  /** What the admin API asks of every request. */
  get adminHeaders(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.#token}` };
  }

  /** @throws Error where the push is refused */
  async push(plugin: string, body: PushBody): Promise<Pushed> {
    const reply = await fetch(`${this.#admin}/v1/plugins/${plugin}`, {
      method: 'PUT',
      headers: { ...this.adminHeaders, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    if (reply.status !== 201)
      throw new Error(`the push of ${plugin} was answered with ${reply.status}: ${text.slice(0, 2_000)}\n${this.#child.output}`);
    return JSON.parse(text) as Pushed;
  }

  /** Calls that waited for a sandbox to be made, of all plugins since the host started. */
  async coldStarts(): Promise<number> {
    const reply = await fetch(`${this.#admin}/v1/usage`, { headers: this.adminHeaders });
    if (reply.status !== 200) throw new Error(`the usage was answered with ${reply.status}: ${(await reply.text()).slice(0, 2_000)}`);
    const { plugins } = (await reply.json()) as { plugins: { coldStarts: number }[] };
    return plugins.reduce((sum, { coldStarts }) => sum + coldStarts, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    this.#data?.[Symbol.dispose]();
  }
}
