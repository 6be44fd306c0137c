/** A real terminal for tests: tmux, whose screen can be read. Needs tmux; whoever uses it skips where there is none. */

import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const hasTmux: boolean = spawnSync('tmux', ['-V']).status === 0;

export interface TerminalOptions {
  readonly width?: number;
  readonly height?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const lookEveryMs = 40;
const withinMs = 20_000;

/** A shell in a terminal. Owned by the test, which closes it. */
export class Terminal implements AsyncDisposable {
  /** A server of its own: nobody else's terminals are touched. */
  readonly #socket = `nbox-test-${randomUUID().slice(0, 8)}`;

  static async open({ width = 80, height = 24, env = {} }: TerminalOptions = {}): Promise<Terminal> {
    const terminal = new Terminal();
    const given = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', PS1: '> ', LANG: 'C.UTF-8', ...env };
    const variables = Object.entries(given).map(([name, value]) => `${name}=${value}`);
    const size = ['-x', String(width), '-y', String(height)];
    // Without a configuration of the user's, and with a shell that has none.
    await terminal.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      'env',
      '-i',
      ...variables,
      'TERM=screen-256color',
      'bash',
      '--norc',
      '--noprofile',
    );
    await terminal.until(/^> $/m);
    return terminal;
  }

  /** Types text as it is. */
  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', '--', text);
  }

  /** Presses keys by tmux's names: `Enter`, `C-c`, `Escape`, `Down`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  /** What the screen shows, a line each; spaces at the ends are left out. */
  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p')).trimEnd();
  }

  /** Whether the other screen is shown, and whether the cursor is. */
  async state(): Promise<{ readonly alternate: boolean; readonly cursor: boolean }> {
    const [alternate, cursor] = (await this.#tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}')).trim().split(' ');
    return { alternate: alternate === '1', cursor: cursor === '1' };
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(width), '-y', String(height));
  }

  /** Resolves with the screen once it shows that. @throws Error where it never does */
  async until(pattern: RegExp): Promise<string> {
    const until = Date.now() + withinMs;
    for (;;) {
      const shown = await this.#tmux('capture-pane', '-p');
      if (pattern.test(shown.trimEnd()) || pattern.test(`${shown.trimEnd()} `)) return shown.trimEnd();
      if (Date.now() > until) throw new Error(`the terminal never showed ${pattern}; it shows\n${shown}`);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-L', this.#socket, ...args]);
    return stdout;
  }
}
