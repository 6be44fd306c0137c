/** The host that the property tests of this folder talk to: a process of its own, so that its death is one failed example. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ErrorCode, errorCatalogue } from '../../guards/errors.ts';
import { HostProcess } from '../support/host-process.ts';
import { token } from '../support/running-host.ts';

/** Longer than any answer may take, on a busy machine. */
const answerMs = 30_000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty where it broke off. */
  readonly body: string;
  /** The connection was cut after the head, as a stream's is that fails. */
  readonly cut: boolean;
}

export class FuzzedHost {
  readonly #data: string;
  #process: HostProcess;
  #read = 0;
  /** It has left a request without an answer: what follows would be blamed for it. */
  #hangs = false;

  private constructor(data: string, host: HostProcess) {
    this.#data = data;
    this.#process = host;
  }

  static async start(): Promise<FuzzedHost> {
    const data = await mkdtemp(join(tmpdir(), 'nbox-fuzz-'));
    return new FuzzedHost(data, await spawned(data));
  }

  async close(): Promise<void> {
    await this.#process.stop('SIGTERM');
    await rm(this.#data, { recursive: true, force: true });
  }

  get trafficPort(): number {
    return Number(new URL(this.#process.traffic).port);
  }

  get adminPort(): number {
    return Number(new URL(this.#process.admin).port);
  }

  /** A request of the traffic port. */
  call(path: string, init: RequestInit = {}): Promise<Answer> {
    return this.#answered(`${this.#process.traffic}/${path}`, init);
  }

  /** A request whose client leaves as soon as it is sent. */
  leave(path: string, { method, headers, body }: { method: string; headers: Record<string, string>; body?: string }): Promise<void> {
    return new Promise((resolve) => {
      const sending = request(`${this.#process.traffic}/${path}`, { method, headers });
      sending.on('error', () => {});
      sending.on('close', resolve);
      sending.end(body, () => sending.destroy());
    });
  }

  /** A request of the admin API with the token. */
  admin(method: string, path: string, body?: Buffer | object): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return this.#answered(`${this.#process.admin}${path}`, { method, headers, ...(body === undefined ? {} : { body: bytesOf(body) }) });
  }

  /** A push that must be accepted. */
  async push(plugin: string, source: string, manifest: object = {}): Promise<void> {
    const { status, body } = await this.admin('PUT', `/v1/plugins/${plugin}`, { files: { 'index.js': source }, manifest });
    assert.ok(status === 201 || status === 200, `push of ${plugin}: ${status} ${body}`);
  }

  /** To be called at the start of each example: another may have ended the host. @returns whether it was started anew */
  async revive(): Promise<boolean> {
    const answers = this.#hangs ? undefined : await this.admin('GET', '/healthz').catch(() => undefined);
    if (answers?.status === 200) return false;
    // One that does not answer has ended, even if nobody has heard of it yet, or hangs.
    this.#hangs = false;
    await this.#process.stop('SIGKILL');
    this.#process = await spawned(this.#data);
    this.#read = 0;
    return true;
  }

  /** To be called at the end of each example. @throws AssertionError where the host has ended or has logged a failure of its own */
  assertWell(): void {
    const { exitCode, signalCode } = this.#process.child;
    const said = this.#process.output.slice(this.#read);
    this.#read = this.#process.output.length;
    assert.deepEqual([exitCode, signalCode], [null, null], `the host has ended: ${said}`);
    const failures = said.split('\n').filter((line) => line.startsWith('{') && !isExpected(JSON.parse(line)));
    assert.deepEqual(failures, []);
  }

  async #answered(url: string, init: RequestInit): Promise<Answer> {
    const signal = AbortSignal.timeout(answerMs);
    try {
      const answer = await fetch(url, { redirect: 'manual', ...init, signal });
      const { status, headers } = answer;
      const body = await answer.text().catch(() => undefined);
      signal.throwIfAborted();
      return { status, headers, body: body ?? '', cut: body === undefined };
    } catch (error) {
      this.#hangs ||= signal.aborted;
      throw error;
    }
  }
}

/** What plugins log comes by the host's log, too; and a push may come when the executors were lost a moment ago. */
function isExpected(line: { plugin?: string; msg?: string }): boolean {
  return line.plugin !== undefined || line.msg === 'No executor is ready';
}

function spawned(data: string): Promise<HostProcess> {
  return HostProcess.start(data, ['--log-level', 'error', '--expose-errors', 'true', '--admin-rate', '0']);
}

function bytesOf(body: Buffer | object): string | Uint8Array<ArrayBuffer> {
  return body instanceof Buffer ? new Uint8Array(body) : JSON.stringify(body);
}

/**
 * The code of an answer that is a problem of the host's; `undefined` for all others.
 * @throws AssertionError where it is not as the catalogue has it, or says that the host failed
 */
export function problemCode({ status, headers, body }: Pick<Answer, 'status' | 'headers' | 'body'>): ErrorCode | undefined {
  if (headers.get('content-type') !== 'application/problem+json') return undefined;
  const problem = JSON.parse(body) as { code: ErrorCode; status: number; type: string };
  assert.ok(Object.hasOwn(errorCatalogue, problem.code), body);
  assert.notEqual(problem.code, 'internal_error', body);
  const expected = errorCatalogue[problem.code].status;
  assert.deepEqual([status, problem.status, problem.type], [expected, expected, `urn:nbox:error:${problem.code}`], body);
  return problem.code;
}
