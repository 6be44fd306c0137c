/** What of the machine nbox relies on: the runtime, processors, memory, programs of util-linux, bounds of the process. */

import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import { deathSignal, fewerProcessors, idleClass, MachineTool } from '../../../loader/machine-tools.ts';
import { size } from '../top/view.ts';
import { type Finding, good, warning, wrong } from './finding.ts';

/** What is asked of the machine, so that it can be another one in tests. */
export interface Machine {
  /** `26.10.0` */
  readonly node: string;
  readonly platform: NodeJS.Platform;
  readonly processors: number;
  /** What there is, and what this process may have where less is set for it. */
  readonly memoryBytes: number;
  readonly hasTool: (name: 'setpriv' | 'chrt' | 'taskset') => boolean;
  /** `undefined` where there is none such. */
  readonly readText: (path: string) => string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const leastNode = 26;
/** A host with two executors and a builder that is at work. */
const leastBytes = 1_024 * 1_048_576;
const leastFiles = 4_096;
/** When this was written: a clock before it is wrong. */
const leastYear = 2026;

export function thisMachine(): Machine {
  const constrained = constrainedMemory();
  const tools = {
    setpriv: deathSignal,
    chrt: idleClass,
    taskset: new MachineTool('taskset', ['-c', fewerProcessors === '' ? '0' : fewerProcessors]),
  };
  return {
    ...{ node: process.versions.node, platform: process.platform, processors: availableParallelism(), now: Date.now() },
    memoryBytes: constrained > 0 && constrained < totalmem() ? constrained : totalmem(),
    hasTool: (name) => tools[name].isThere,
    readText(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
  };
}

const toolUse: Readonly<Record<'setpriv' | 'chrt' | 'taskset', string>> = {
  setpriv: 'an executor that hangs in native code outlives a host that was killed',
  chrt: 'a push moves the latency of traffic more',
  taskset: 'builds leave no processor to traffic',
};

export function machineFindings(machine: Machine): Finding[] {
  const { node, platform, processors, memoryBytes, hasTool, readText, now } = machine;
  const major = Number(node.split('.', 1)[0]);
  const tools = (Object.keys(toolUse) as (keyof typeof toolUse)[]).filter((name) => !hasTool(name));
  return [
    major >= leastNode
      ? good('runtime', `Node ${node}`)
      : wrong('runtime', `Node ${node}; nbox needs ${leastNode} or later`, 'Run nbox by bin/nbox after `npm ci`, which brings the runtime'),
    platform === 'linux'
      ? good('system', 'Linux')
      : warning('system', `${platform}: processes are neither watched as closely nor locked down as on Linux`, 'Run production on Linux'),
    processors >= 2
      ? good('processors', `${processors}`)
      : warning('processors', '1: the host, its executors and its builder share it', 'Give it two at least'),
    memoryBytes >= leastBytes
      ? good('memory', size(memoryBytes))
      : warning(
          'memory',
          `${size(memoryBytes)}; a host with two executors takes up to 1 GiB while it builds`,
          'Give it more, or fewer executors (--executors)',
        ),
    tools.length === 0
      ? good('programs', 'setpriv, chrt and taskset')
      : warning('programs', `without ${tools.join(', ')}: ${tools.map((name) => toolUse[name]).join('; ')}`, 'Install util-linux'),
    openFiles(readText('/proc/self/limits')),
    ...(platform === 'linux' && readText('/proc/self/stat') === undefined
      ? [wrong('/proc', 'it is not there: what processes use cannot be told', 'Mount it')]
      : []),
    new Date(now).getUTCFullYear() >= leastYear
      ? good('clock', new Date(now).toISOString())
      : wrong('clock', `${new Date(now).toISOString()} is in the past`, 'Set it: usage is kept by time'),
  ];
}

/** Of this process: what a service manager gives the host may differ. */
function openFiles(limits: string | undefined): Finding {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits ?? '')?.[1];
  if (soft === undefined) return good('open files', 'not told by this system');
  if (soft === 'unlimited' || Number(soft) >= leastFiles) return good('open files', soft);
  return warning(
    'open files',
    `${soft}: so many connections there can be, and no more`,
    `ulimit -n ${leastFiles}, or LimitNOFILE= of systemd`,
  );
}
