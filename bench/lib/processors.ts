/**
 * The machine's processors, divided: one half for what is measured, the other for what makes the load. On a machine of its
 * own a load generator would take nothing from a system either.
 */

import { spawnSync } from 'node:child_process';
import { MissingError } from './missing.ts';

/** Numbers of processors, as `taskset --cpu-list` has them. */
export interface Halves {
  readonly system: string;
  readonly load: string;
}

/** @throws MissingError where there is only one, or no taskset (util-linux) */
export function halves(): Halves {
  const all = processorsIn(taskset(['-cp', String(process.pid)]));
  if (all.length < 2) throw new MissingError('there is one processor: the load generator needs another one');
  const half = all.length >> 1;
  return { system: all.slice(0, half).join(','), load: all.slice(half).join(',') };
}

/** From now on this process, and what it starts, runs on these alone. */
export function stayOn(processors: string): void {
  taskset(['-acp', processors, String(process.pid)]);
}

/** A command that runs on these alone. */
export function commandOn(processors: string, command: string, args: readonly string[]): [command: string, args: string[]] {
  return ['taskset', ['-c', processors, command, ...args]];
}

function taskset(args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync('taskset', args, { encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new MissingError(`taskset of util-linux is needed: ${error?.message ?? stderr}`);
  return stdout;
}

/** @param said `pid 1's current affinity list: 0-2,4` */
function processorsIn(said: string): number[] {
  const list = said.slice(said.lastIndexOf(':') + 1).trim();
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
