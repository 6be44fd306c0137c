/** One of usage's threads, seen from the host: started, told, started again when it is lost, ended. */

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromThread, ThreadStart, ToThread } from './messages.ts';

const entry = join(import.meta.dirname, 'thread.ts');
/** Between a thread that was lost and the next one. */
const restartMs = 1_000;

export interface UsageThreadParts {
  readonly start: ThreadStart;
  readonly onMessage: (message: FromThread) => void;
  /** What was asked of it is not answered any more. */
  readonly onLost: (reason: string) => void;
}

export class UsageThread {
  readonly #parts: UsageThreadParts;
  #worker: Worker | undefined;
  #isReady = false;
  #restart: NodeJS.Timeout | undefined;

  /** It is begun at once. Whoever makes it must `end` it. */
  constructor(parts: UsageThreadParts) {
    this.#parts = parts;
    this.begin();
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** To be called when it is ready. */
  tell(message: ToThread): void {
    this.#worker?.postMessage(message);
  }

  begin(): void {
    // Nothing of the host's own flags: a debugger's port, or what it was started with to find leaks.
    const worker = new Worker(entry, { workerData: this.#parts.start, execArgv: [], name: `usage ${this.#parts.start.role}` });
    this.#worker = worker;
    const isCurrent = () => this.#worker === worker;
    let reason = 'it has ended';
    worker.on('message', (message: FromThread) => {
      if (!isCurrent()) return;
      if (message.kind === 'ready') this.#isReady = true;
      this.#parts.onMessage(message);
    });
    worker.on('error', (error: Error) => {
      reason = error.message;
    });
    worker.on('exit', () => {
      if (!isCurrent()) return;
      this.#isReady = false;
      this.#parts.onLost(reason);
      this.#restart = setTimeout(() => this.begin(), restartMs);
      this.#restart.unref();
    });
  }

  /** What it was told and has not answered is not answered. It may be begun again. */
  async end(): Promise<void> {
    clearTimeout(this.#restart);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    await worker?.terminate();
  }
}
