/** Programs of util-linux through which a process is started as Node cannot start one. */

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is run. */
export interface Command {
  readonly execPath: string;
  readonly execArgv: string[];
}

export class MachineTool {
  readonly #name: string;
  readonly #args: readonly string[];
  /** Absolute, since executors have no PATH; `null` where the machine has not got it, or it does not work there. */
  #path: string | null | undefined;

  /** @param args what stands before the program that it starts */
  constructor(name: string, args: readonly string[]) {
    this.#name = name;
    this.#args = args;
  }

  /** Looked for once. To be asked when the host starts: nothing else is done meanwhile. */
  get isThere(): boolean {
    this.#path ??= this.#find();
    return this.#path !== null;
  }

  /** The command through it; unchanged where it is not there. */
  before({ execPath, execArgv }: Command): Command {
    if (!this.isThere) return { execPath, execArgv };
    return { execPath: this.#path as string, execArgv: [...this.#args, execPath, ...execArgv] };
  }

  /** Runs it with arguments of its own, on something that is running already. What comes of it nobody waits for; nothing where it is not there. */
  run(args: readonly string[]): void {
    if (!this.isThere) return;
    // An error is of a process that has ended meanwhile, or of a machine that has no more processes.
    spawn(this.#path as string, args, { stdio: 'ignore' }).on('error', () => undefined);
  }

  #find(): string | null {
    if (process.platform !== 'linux') return null;
    for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(directory, this.#name);
      try {
        accessSync(path, constants.X_OK);
      } catch {
        continue;
      }
      // It starts itself: any program shows it.
      return spawnSync(path, [...this.#args, path, '--version']).status === 0 ? path : null;
    }
    return null;
  }
}

/** The kernel kills it when its parent dies: an executor that hangs in native code cannot notice by itself that its host is gone. */
export const deathSignal = new MachineTool('setpriv', ['--pdeathsig', 'KILL']);

/**
 * It runs only when no other wants to: Linux's scheduling class of idle tasks (sched(7)). Others need not wait for the end of
 * its time slice, as they must for one that is merely nice.
 */
export const idleClass = new MachineTool('chrt', ['--idle', '0']);

/** What is left to a process that leaves the first of the processors that it might use to others. */
export const fewerProcessors: string = allButFirst(allowedProcessors());

const processors = new MachineTool('taskset', ['-c', fewerProcessors]);

/**
 * Has a process, with all its threads, leave a processor to others: two processes on as many processors are enough to have a
 * third one wait for the end of a time slice, however nice the two are.
 */
export function leaveProcessor(pid: number): void {
  if (fewerProcessors !== '') processors.run(['-a', '-c', '-p', fewerProcessors, String(pid)]);
}

/** As Linux lists them: `0-3,8`. Empty where it does not say. */
function allowedProcessors(): string {
  try {
    return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

/** @returns the list itself where there is but one in it */
export function allButFirst(list: string): string {
  const [first = '', ...others] = list.split(',');
  const [from, to] = first.split('-').map(Number) as [number, number | undefined];
  if (to === undefined || to <= from) return others.length === 0 ? list : others.join(',');
  return [from + 1 === to ? `${to}` : `${from + 1}-${to}`, ...others].join(',');
}
