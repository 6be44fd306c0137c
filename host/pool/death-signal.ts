/**
 * How to start a process that the kernel kills when its parent dies. An executor that hangs in native code cannot
 * notice by itself that its host is gone; Node has no means for it, but Linux has, through util-linux's `setpriv`.
 */

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Absolute, since executors have no PATH; `null` where the machine cannot do it. Looked for once. */
let setpriv: string | null | undefined;

function find(): string | null {
  if (process.platform !== 'linux') return null;
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'setpriv');
    try {
      accessSync(path, constants.X_OK);
    } catch {
      continue;
    }
    return spawnSync(path, ['--pdeathsig', 'KILL', process.execPath, '--version']).status === 0 ? path : null;
  }
  return null;
}

export function hasDeathSignal(): boolean {
  setpriv ??= find();
  return setpriv !== null;
}

/** What to run in place of `execPath` with these flags; unchanged where the machine cannot do it. */
export function withDeathSignal(execPath: string, execArgv: readonly string[]): { execPath: string; execArgv: string[] } {
  setpriv ??= find();
  if (setpriv === null) return { execPath, execArgv: [...execArgv] };
  return { execPath: setpriv, execArgv: ['--pdeathsig', 'KILL', execPath, ...execArgv] };
}
