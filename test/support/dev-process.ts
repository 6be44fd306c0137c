/** `nbox dev --json` as its own process, and what it tells. Owned by the test, which ends it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cliEntry } from '../host/cli/run-cli.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read it by name
type Told = any;

export class DevProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly told: Told[] = [];
  readonly #closed: Promise<unknown>;
  #taken = 0;
  #wake: () => void = () => {};
  #errors = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [cliEntry, 'dev', ...args], {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#closed = once(this.child, 'close').finally(() => this.#wake());
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.told.push(JSON.parse(line));
      this.#wake();
    });
  }

  /** The next of what it tells that is such an event, after the one that was taken last. @throws Error where it ends before */
  async next(event: string, is: (told: Told) => boolean = () => true): Promise<Told> {
    for (;;) {
      const at = this.told.findIndex((one, i) => i >= this.#taken && one.event === event && is(one));
      if (at >= 0) {
        this.#taken = at + 1;
        return this.told[at];
      }
      if (this.child.exitCode !== null)
        throw new Error(`it has ended with ${this.child.exitCode}: ${this.#errors}\n${JSON.stringify(this.told)}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** @returns the code that it ends with */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.#closed;
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM');
  }
}
