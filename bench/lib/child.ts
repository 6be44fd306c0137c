/** Child processes of a bench: each is ended by its own pid, however the bench ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<Child>();

/** How long a child may take to end when asked. */
const graceMs = 10_000;

/** What is kept of a child's output: for when it fails, and a load generator's result, which is a line. */
const keptChars = 32_768;

/** Owned by whoever starts it, and stopped by `Symbol.asyncDispose`. */
export class Child implements AsyncDisposable {
  /** On the clock of `performance.now()`. */
  readonly spawnedAt = performance.now();
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';

  /** @param env nothing of the bench's own environment goes along but PATH and HOME */
  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { PATH, HOME } = process.env;
    this.#process = spawn(command, args, { env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
    // Before any await: an early exit must not go unseen.
    this.#closed = once(this.#process, 'close').finally(() => running.delete(this));
    this.#closed.catch((error: unknown) => this.#keep(String(error)));
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
  }

  /** @throws Error where it could not be started */
  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`a process that was never there: ${this.#output}`);
    return this.#process.pid;
  }

  /** The end of what it printed. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it has ended and all its output is there. */
  get closed(): Promise<unknown> {
    return this.#closed;
  }

  get hasExited(): boolean {
    return !running.has(this);
  }

  /**
   * Resolves when `isReady` does with true; asked every 20 ms.
   * @throws Error where the child ends before, or the time is over
   */
  async ready(name: string, isReady: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (!(await isReady().catch(() => false))) {
      if (this.hasExited || performance.now() > until) throw new Error(`${name} did not start:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  kill(): void {
    this.signal('SIGKILL');
  }

  /** Nothing where it has ended. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const late = setTimeout(() => this.kill(), graceMs);
    this.signal('SIGTERM');
    await this.#closed.catch(() => undefined);
    clearTimeout(late);
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-keptChars);
  }
}

export function endChildrenOnExit(): void {
  process.on('exit', () => {
    for (const child of running) child.kill();
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.on(signal, () => process.exit(code));
}
