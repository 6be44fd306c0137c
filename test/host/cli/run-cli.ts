/** The real command line as a child process, with an environment and a home of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const cliEntry = fileURLToPath(new URL('../../../host/cli/main.ts', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** The size that no file which it writes may go beyond. */
  readonly fileBytes?: number;
}

/** Nothing of the caller's environment goes along: its NBOX_ variables and config file are not the test's. */
export async function runCli(args: readonly string[], { env = {}, cwd, input = '', fileBytes }: RunOptions = {}): Promise<Ran> {
  const command = [...(fileBytes === undefined ? [] : ['prlimit', `--fsize=${fileBytes}`]), process.execPath, cliEntry, ...args];
  const child = spawn(command[0] as string, command.slice(1), {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: 'pipe',
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
