/** A whole host on free ports with a data directory of its own, for black-box tests. Always closed by its test file. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../host/config/read-config.ts';
import { type Host, startHost } from '../../host/host.ts';
import { createLogger, type Logger } from '../../host/log.ts';

/** Of the form that hosts give theirs: nothing that is tried with others locks it out. */
export const token = `nbox_${'test-token-0123456789abcdef'.padEnd(43, '-')}`;

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly pointer?: string;
  readonly position?: { file: string; line: number; column: number };
  readonly diagnostics?: { file: string; line: number; column: number; code: string; message: string; severity: string }[];
}

export interface Pushed {
  readonly plugin: string;
  readonly release: { readonly number: number; readonly hash: string };
  readonly deployment: number;
  readonly diagnostics: { readonly code: string; readonly message: string; readonly severity: string }[];
  readonly timings: Record<string, number>;
  readonly interfaces: string[];
}

type Push = string | { source?: string; files?: Record<string, string>; manifest?: unknown };

export class RunningHost {
  readonly host: Host;
  readonly data: string;
  readonly lines: Record<string, unknown>[];
  readonly #keepData: boolean;

  private constructor(host: Host, data: string, keepData: boolean, lines: Record<string, unknown>[]) {
    this.host = host;
    this.data = data;
    this.lines = lines;
    this.#keepData = keepData;
  }

  static async start(flags: readonly string[] = [], data?: string): Promise<RunningHost> {
    const directory = data ?? (await mkdtemp(join(tmpdir(), 'nbox-')));
    const common = ['--port', '0', '--admin-port', '0', '--host', '127.0.0.1', '--executors', '2', '--drain-ms', '2000'];
    const config = readConfig([...common, '--data', directory, '--expose-errors', 'true', ...flags], { NBOX_ADMIN_TOKEN: token });
    const lines: Record<string, unknown>[] = [];
    const log: Logger = createLogger({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => void lines.push(JSON.parse(line)) });
    return new RunningHost(await startHost(config, log), directory, data !== undefined, lines);
  }

  async close(): Promise<void> {
    await this.host.close();
    if (!this.#keepData) await rm(this.data, { recursive: true, force: true });
  }

  get traffic(): string {
    return `http://127.0.0.1:${this.host.traffic.port}`;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.host.admin.port}`;
  }

  /** A request of the admin API with the token. */
  admin(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.adminUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  put(plugin: string, push: Push, query = ''): Promise<Response> {
    return this.admin('PUT', `/v1/plugins/${plugin}${query}`, typeof push === 'string' ? { source: push } : push);
  }

  /** A push that must be accepted. */
  async push(plugin: string, push: Push): Promise<Pushed> {
    const answer = await this.put(plugin, push);
    const text = await answer.text();
    if (answer.status !== 201) throw new Error(`push of ${plugin}: ${answer.status} ${text}`);
    return JSON.parse(text) as Pushed;
  }

  call(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.traffic}/${path}`, init);
  }

  async text(path: string, init?: RequestInit): Promise<string> {
    return (await this.call(path, init)).text();
  }

  /** A call that must fail: its status and problem. */
  async problem(path: string, init?: RequestInit): Promise<Problem> {
    const answer = await this.call(path, init);
    const problem = (await answer.json()) as Problem;
    if (answer.headers.get('content-type') !== 'application/problem+json') throw new Error(`no problem: ${JSON.stringify(problem)}`);
    return problem;
  }
}
