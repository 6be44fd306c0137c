/** TypeScript's checker as a warm process that reads `CheckerFiles` and nothing else: one process, ended on whatever goes wrong. */

import type { ChildProcess } from 'node:child_process';
import { API } from 'typescript/unstable/async';
import { NboxError } from '../../guards/errors.ts';
import { residentBytes } from '../process-tree.ts';
import type { CheckerFiles } from './checker-files.ts';

/** Some types grow without end: 2 GB in six seconds were measured. An ordinary check stays below 150 MB. */
const maxResidentBytes = 1_073_741_824;

interface Session {
  readonly api: API;
  /** Rejects when the process ends or fails. */
  readonly lost: Promise<never>;
  readonly child: ChildProcess;
  readonly client: Client;
}

/** The part of the API's private client that is needed: the API offers no way to learn of its process's end. */
interface Client {
  readonly process?: ChildProcess;
  readonly connection?: { onError(listener: () => void): void };
  connect(): Promise<void>;
  close(): Promise<void>;
}

export class CheckerProcess {
  readonly #files: CheckerFiles;
  #session: Promise<Session> | undefined;
  #closed = false;

  constructor(files: CheckerFiles) {
    this.#files = files;
  }

  /** Starts it and has it read the libraries, so that the first question is answered as quickly as the next. */
  async start(): Promise<void> {
    await this.#open();
  }

  async pid(): Promise<number | undefined> {
    return (await this.#session)?.child.pid;
  }

  /**
   * @param ask is given the API of the process that there is now: another one than before has nothing open
   * @throws NboxError `builder_failed` where the process died, took too long or too much memory; the next one gets a fresh process
   */
  async run<T>(ask: (api: API) => Promise<T>, deadlineMs: number): Promise<T> {
    if (this.#closed) throw new NboxError('builder_failed', 'The type checker is closed');
    const session = await this.#open();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(reject, deadlineMs, new NboxError('builder_failed', `The type check took longer than ${deadlineMs} ms`));
    const memory = setInterval(() => {
      if (residentBytes(session.child.pid) > maxResidentBytes)
        reject(new NboxError('builder_failed', 'The type check needs too much memory'));
    }, 100);
    try {
      return await Promise.race([ask(session.api), session.lost, late]);
    } catch (error) {
      // Whatever it was, the process is not to be trusted with another check.
      await this.end();
      throw error instanceof NboxError
        ? error
        : new NboxError('builder_failed', { detail: 'The type checker failed on this source', cause: error });
    } finally {
      clearTimeout(timer);
      clearInterval(memory);
    }
  }

  /** The next question starts another one. */
  async end(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    this.#session = undefined;
    if (session === undefined) return;
    const { child } = session;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    }
    // Not the API's own close: it takes leave of each snapshot first, and waits for answers that no longer come.
    // A process that is cut off in the middle of a long answer leaves a timer of the client's behind, for good: one
    // reason why the builder's process does not outlive a failed check.
    await session.client.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.end();
  }

  #open(): Promise<Session> {
    this.#session ??= this.#start();
    return this.#session;
  }

  async #start(): Promise<Session> {
    const api = new API({ cwd: this.#files.base, fs: this.#files.fs });
    const config = this.#files.config(this.#files.warmFolder);
    const { client } = api as unknown as { readonly client: Client };
    await client.connect();
    const child = client.process;
    if (child === undefined) throw new Error('The type checker has no process');
    const { promise: lost, reject } = Promise.withResolvers<never>();
    lost.catch(() => undefined);
    child.once('exit', () => reject(new NboxError('builder_failed', 'The type checker crashed on this source')));
    child.stdin?.on('error', () => undefined);
    client.connection?.onError(() => undefined);
    const snapshot = await Promise.race([api.updateSnapshot({ openProjects: [config] }), lost]);
    // Undisposed on purpose: the warm project is what keeps the libraries parsed.
    const program = snapshot.getProject(config)?.program;
    await Promise.race([program?.getSemanticDiagnostics(), lost]);
    return { api, lost, child, client };
  }
}
