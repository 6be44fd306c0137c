/** What the figures were measured on: figures without it say nothing. */

import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export interface Environment {
  readonly cpu: string;
  readonly processors: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly commit: string;
  /** Of the last minute, before the bench began. */
  readonly load: number;
  readonly at: string;
}

export function environment(): Environment {
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: import.meta.dirname, encoding: 'utf8' });
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1_073_741_824),
    node: process.version,
    commit: (stdout ?? '').trim() || 'none',
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    at: new Date().toISOString(),
  };
}

export function environmentLine({ cpu, processors, memoryGb, node, commit, load, at }: Environment): string {
  const line = `${processors} × ${cpu}, ${memoryGb} GB, Node ${node}, commit ${commit}, load ${load}, ${at}`;
  return load > processors / 4 ? `${line}\nThe machine is busy (load ${load}): do not believe these figures.` : line;
}
