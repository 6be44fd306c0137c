/** The memory that a process and all that descend from it hold, as Linux tells it under /proc. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { MissingError } from './missing.ts';
import { round } from './statistics.ts';

export interface ProcessMemory {
  readonly pid: number;
  readonly name: string;
  readonly rssMb: number;
  /** Of a page that n processes share, each has a part in n. */
  readonly pssMb: number;
}

export interface TreeMemory {
  /** In units of 1,000,000 bytes, as is all here. */
  readonly rssMb: number;
  readonly pssMb: number;
  readonly processes: readonly ProcessMemory[];
}

/** How often it is looked whether memory has come to rest, and for how long at most. */
const lookMs = 1_000;
const mostLooks = 30;
/** At rest: so little change from look to look, so many times in a row. */
const restShare = 0.01;
const restLooks = 3;

/**
 * What a process tree holds when nothing more happens: collectors and allocators give back late.
 * @throws MissingError where the system does not tell
 */
export async function settledMemory(pid: number): Promise<TreeMemory> {
  let last = treeMemory(pid);
  for (let looks = 0, still = 0; looks < mostLooks && still < restLooks; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    const now = treeMemory(pid);
    still = Math.abs(now.rssMb - last.rssMb) < last.rssMb * restShare ? still + 1 : 0;
    last = now;
  }
  return last;
}

/** @throws MissingError where the system does not tell */
export function treeMemory(pid: number): TreeMemory {
  if (process.platform !== 'linux') throw new MissingError('memory is measured on Linux only');
  const processes = treeOf(pid).flatMap((one) => memoryOf(one) ?? []);
  const sum = (pick: (one: ProcessMemory) => number) => round(processes.reduce((total, one) => total + pick(one), 0));
  return { rssMb: sum(({ rssMb }) => rssMb), pssMb: sum(({ pssMb }) => pssMb), processes };
}

/** The process and all that descend from it. */
export function treeOf(root: number): number[] {
  const tree = [root];
  const parents = new Map(readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [[Number(name), parentOf(name)]] : [])));
  for (let i = 0; i < tree.length; i += 1) for (const [pid, parent] of parents) if (parent === tree[i]) tree.push(pid as number);
  return tree;
}

function parentOf(pid: string): number {
  // The name stands in parentheses, and may have any signs in it.
  const stat = read(`/proc/${pid}/stat`) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

/** @returns `undefined` where the process has ended */
function memoryOf(pid: number): ProcessMemory | undefined {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  const command = read(`/proc/${pid}/cmdline`);
  if (!rollup || !command) return undefined;
  const mb = (field: string) => round((Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]) * 1_024) / 1_000_000);
  return { pid, name: nameOf(command.split('\0')), rssMb: mb('Rss'), pssMb: mb('Pss') };
}

/** `executor/main.ts`, or the program where it runs no script. */
function nameOf(command: readonly string[]): string {
  const script = command.find((word, i) => i > 0 && /^[^-].*\.[cm]?[jt]s$/.test(word));
  return script === undefined ? basename(command[0] ?? '') : script.split('/').slice(-2).join('/');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new MissingError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
