/**
 * What an executor says that a call has cost, held to what it can have cost: by its release's limits, by the time that the executor has
 * had it, and by the time that there has been, since one thread runs all guests of an executor. Budgets, bills, the sharing of executors
 * and hints go by these numbers, and none may be of any size that somebody likes.
 */

import { hardAfterMs } from '../../guards/deadline.ts';
import type { Limits } from '../../guards/limits.ts';
import { watchdogGraceMs } from '../../guards/watchdog.ts';
import type { Cost } from '../executor/wire.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { PoolCall } from './pool-call.ts';

const mib = 1_048_576;

type CallLimits = Pick<Limits, 'cpuMs' | 'loopBudget' | 'memoryMb'>;

/**
 * In the hot path: it makes nothing where what was told can be.
 * @param callMs since the executor was given the call
 * @param lifeMs since its process was started
 * @param chargedUs what the calls that are over in it have cost
 */
export function boundedCost(told: Cost, limits: CallLimits, callMs: number, lifeMs: number, chargedUs: number): Cost {
  const leftUs = Math.max(0, lifeMs * 1_000 - chargedUs);
  // What stops at its limit stops a little later, and what the watchdog has to stop a little later than that.
  const mostUs = Math.min((limits.cpuMs + hardAfterMs + watchdogGraceMs) * 1_000, callMs * 1_000, leftUs);
  const mostBytes = limits.memoryMb * mib;
  const canBe = told.cpuUs <= mostUs && told.cpuUs + told.initCpuUs <= leftUs && told.initUs <= lifeMs * 1_000;
  if (canBe && told.steps <= limits.loopBudget && told.memoryBytes <= mostBytes) return told;
  const cpuUs = Math.floor(Math.min(told.cpuUs, mostUs));
  return {
    initUs: Math.floor(Math.min(told.initUs, lifeMs * 1_000)),
    initCpuUs: Math.floor(Math.min(told.initCpuUs, leftUs - cpuUs)),
    cpuUs,
    steps: Math.min(told.steps, limits.loopBudget),
    memoryBytes: Math.min(told.memoryBytes, mostBytes),
  };
}

/** The same of a call that the executor has, or has had. */
export function costIn({ startedAt, handed }: ExecutorProcess, { call, givenAt }: Pick<PoolCall, 'call' | 'givenAt'>, told: Cost): Cost {
  const now = performance.now();
  return boundedCost(told, call.live.limits, now - givenAt, now - startedAt, handed.chargedUs);
}
