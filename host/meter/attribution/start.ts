/** Puts the attribution together on this machine, and divides once a second. */

import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { treeOf } from '../../../loader/process-tree.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { DivisionSink } from '../division.ts';
import { Account } from './account.ts';
import { Attribution } from './attribution.ts';
import { BuilderMeter } from './builder-meter.ts';
import { ExecutorMeters } from './executor-meters.ts';
import { Ledger } from './ledger.ts';
import { cpuOf, mostCpuUs, processCpu } from './process-cpu.ts';
import { usageOf } from './process-usage.ts';
import { ReapedTime } from './reaped.ts';

export interface AttributeParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly builderPid: () => number | undefined;
  /** Of the process that answers editors, while there is one. */
  readonly languagePid: () => number | undefined;
  /** Whether there is such a plugin now. */
  readonly exists: (plugin: string) => boolean;
  /** Told of each division, after the account. */
  readonly sinks: readonly DivisionSink[];
}

/** Whoever starts one closes it, before the executors are ended: what was used since the last division is divided then. */
export interface Attributed {
  readonly executors: ExecutorMeters;
  readonly builder: BuilderMeter;
  /** It has one question at a time, as the builder has one build. */
  readonly language: BuilderMeter;
  readonly account: Account;
  close(): Promise<void>;
}

const everyMs = 1_000;

export function attribute({ clock, log, builderPid, languagePid, exists, sinks }: AttributeParts): Attributed {
  const ledger = new Ledger();
  const ofSelf = () => processCpu('self')?.reapedUs;
  const reaped = new ReapedTime(ofSelf);
  const claim = (knownUs: number, mostUs: number) => reaped.claim(knownUs, mostUs);
  const { elapsed } = clock;
  const executors = new ExecutorMeters({ ledger, claim, elapsed, mostUs: mostCpuUs });
  const builderTree = processTree(builderPid);
  const languageTree = processTree(languagePid);
  const meterOf = (tree: ProcessTree) =>
    new BuilderMeter({ ...{ ledger, cpuUs: () => cpuOf(tree.known()), claim, elapsed }, processors: availableParallelism() });
  const builder = meterOf(builderTree);
  const language = meterOf(languageTree);
  const account = new Account(exists);
  const reapedUs = () => {
    const own = ofSelf();
    return own === undefined
      ? undefined
      : [...builderTree.known(), ...languageTree.known()].reduce((us, pid) => us + (processCpu(pid)?.reapedUs ?? 0), own);
  };
  const attribution = new Attribution({
    ...{ ledger, executors, clock, usageOf, reapedUs },
    builder: {
      look() {
        builder.look();
        language.look();
      },
    },
    builderPids: () => [...builderTree.look(), ...languageTree.look()],
    ...{ sinks: [account, ...sinks], hostPid: process.pid, startedAt: Math.round(clock.now() - process.uptime() * 1_000) },
    wait: (ms) => wait(ms, undefined, { ref: false }),
  });
  const divide = () => attribution.divide().catch((err: unknown) => log.warn({ err }, 'what the processes use could not be divided'));
  const timer = setInterval(divide, everyMs);
  timer.unref();
  const close = () => {
    clearInterval(timer);
    return divide();
  };
  return { executors, builder, language, account, close };
}

interface ProcessTree {
  /** The process and all that descend from it, as they are now. */
  look(): readonly number[];
  /** As they were when they were looked for last, if it is still the same process. */
  known(): readonly number[];
}

/** Looked for once a division: it takes some forty files, and a build should not wait for that when it begins. */
function processTree(leader: () => number | undefined): ProcessTree {
  let tree: readonly number[] = [];
  const look = () => {
    const pid = leader();
    tree = pid === undefined ? [] : treeOf(pid);
    return tree;
  };
  return { look, known: () => (tree[0] === leader() ? tree : look()) };
}
