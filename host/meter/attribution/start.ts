/** Puts the attribution together on this machine, and divides once a second. */

import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { treeOf } from '../../../loader/builder/process-tree.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { DivisionSink } from '../division.ts';
import { Account } from './account.ts';
import { Attribution } from './attribution.ts';
import { BuilderMeter } from './builder-meter.ts';
import { ExecutorMeters } from './executor-meters.ts';
import { Ledger } from './ledger.ts';
import { cpuOf, mostCpuUs, processCpu } from './process-stat.ts';
import { usageOf } from './process-usage.ts';
import { ReapedTime } from './reaped.ts';

export interface AttributeParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly builderPid: () => number | undefined;
  /** Whether there is such a plugin now. */
  readonly exists: (plugin: string) => boolean;
  /** Told of each division, after the account. */
  readonly sinks: readonly DivisionSink[];
}

/** Whoever starts one closes it, before the executors are ended: what was used since the last division is divided then. */
export interface Attributed {
  readonly executors: ExecutorMeters;
  readonly builder: BuilderMeter;
  readonly account: Account;
  close(): Promise<void>;
}

const everyMs = 1_000;

export function attribute({ clock, log, builderPid, exists, sinks }: AttributeParts): Attributed {
  const ledger = new Ledger();
  const ofSelf = () => processCpu('self')?.reapedUs;
  const reaped = new ReapedTime(ofSelf);
  const claim = (knownUs: number, mostUs: number) => reaped.claim(knownUs, mostUs);
  const { elapsed } = clock;
  const executors = new ExecutorMeters({ ledger, claim, elapsed, mostUs: mostCpuUs });
  // Looked for once a division: it takes some forty files, and a build should not wait for that when it begins.
  let tree: readonly number[] = [];
  const lookForTree = () => {
    const pid = builderPid();
    tree = pid === undefined ? [] : treeOf(pid);
    return tree;
  };
  const knownTree = () => (tree[0] === builderPid() ? tree : lookForTree());
  const cpuUs = () => cpuOf(knownTree());
  const builder = new BuilderMeter({ ...{ ledger, cpuUs, claim, elapsed }, processors: availableParallelism() });
  const account = new Account(exists);
  const reapedUs = () => {
    const own = ofSelf();
    return own === undefined ? undefined : knownTree().reduce((us, pid) => us + (processCpu(pid)?.reapedUs ?? 0), own);
  };
  const attribution = new Attribution({
    ...{ ledger, executors, builder, clock, builderPids: lookForTree, usageOf, reapedUs },
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
  return { executors, builder, account, close };
}
