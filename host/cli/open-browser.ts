/** Opens a page in the user's browser, by what his system has for it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CliError } from './cli-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The program, and what it is given: `BROWSER` where it is set, as other tools have it. */
export function browserCommand(url: string, platform: NodeJS.Platform, env: Environment): readonly [string, ...string[]] {
  const chosen = env['BROWSER'];
  if (chosen !== undefined && chosen !== '') return [chosen, url];
  if (platform === 'darwin') return ['open', url];
  // The first argument in quotes is a window's title.
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', url];
  return ['xdg-open', url];
}

/** Resolves when it was started; the browser outlives this process. @throws CliError where there is none */
export async function openBrowser(url: string, env: Environment = process.env): Promise<void> {
  const [program, ...args] = browserCommand(url, process.platform, env);
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new CliError(`No browser could be started by ${program}`, { hint: `Open ${url} yourself, or set BROWSER`, cause: error });
  }
  child.unref();
}
