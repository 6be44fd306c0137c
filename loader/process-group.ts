/** Node processes that lead a group of their own: one signal then reaches their children too, and no orphan stays. */

import { type ChildProcess, fork } from 'node:child_process';
import { niceness, stepBack } from './niceness.ts';

/**
 * Starts a module of nbox's own with an IPC channel, its standard error as a pipe, and nothing of the host's environment but what
 * programs need to be found and to keep their caches.
 */
export function forkGroup(entry: string, args: readonly string[], execArgv: readonly string[]): ChildProcess {
  const child = fork(entry, [...args], {
    execArgv: [...execArgv],
    env: {
      NODE_ENV: 'production',
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TMPDIR: process.env['TMPDIR'],
      GOMEMLIMIT: '1GiB',
      // Three times as much garbage between collections as by default: a check of a Hono app takes a sixth less, for some 70 MB.
      GOGC: '300',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    },
    serialization: 'advanced',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // Before it has any children, which inherit it: traffic comes first, and what waits for it is a little later.
  stepBack(child.pid, niceness.builder);
  return child;
}

/** Kills the whole group, which may have members left when its leader is dead. */
export function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
