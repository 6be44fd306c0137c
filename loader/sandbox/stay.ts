/** One stay in the guest: its promise jobs are run to the end, and how it ended is told by what the host knows. */

import { type CpuClock, type Deadline, HardStop, type StopReason } from '../../guards/deadline.ts';
import type { ErrorCode } from '../../guards/errors.ts';
import type { Limits } from '../../guards/limits.ts';
import { type Engine, OutOfMemory, type Pointer } from './engine.ts';

/** How a stay in the guest ended: on its own, or by a guard. */
export interface Stay {
  readonly cpuUs: number;
  /** What a call that was stopped has left of its loop budget, where the engine can still be asked. */
  readonly left?: number;
  readonly stopped: { readonly code: ErrorCode; readonly detail: string; readonly site?: number; readonly stack?: string } | undefined;
}

/** Jobs run between two looks at the clock. */
const jobBatch = 64;

/**
 * Runs promise jobs until there are none, or a guard has tripped: a flood of them must not outlive its deadline.
 * @returns the stack of the job that was stopped, if it is known
 */
export function drain(engine: Engine, deadline: Deadline): string {
  while (engine.hasJobs) {
    const result = engine.runJobs(jobBatch);
    const stopped = deadline.stopped !== undefined || deadline.poll(performance.now());
    const stack = stopped ? stackOf(engine, result) : '';
    engine.free(result);
    if (stopped) return stack;
  }
  return '';
}

/** Where an interrupted guest was. A guest's own error may have a getter here: the deadline, which has passed, ends that, too. */
export function stackOf(engine: Engine, error: Pointer): string {
  if (!engine.isObject(error)) return '';
  const stack = engine.getProperty(error, 'stack');
  const text = engine.isString(stack) ? engine.text(stack).slice(0, 2_000) : '';
  engine.free(stack);
  return text;
}

/** By what the host knows, never by the guest's words: after a stop an error may read anything. */
export function classify(
  engine: Engine,
  deadline: Deadline,
  { loopBudget }: Pick<Limits, 'loopBudget'>,
  site: number | undefined,
  trap: unknown,
  stack = '',
): Stay['stopped'] {
  const { stopped } = deadline;
  if (stopped !== undefined) {
    const where = site === undefined ? (stack === '' ? {} : { stack }) : { site };
    return { code: stopped, detail: stopped === 'loop_budget_exceeded' ? loopDetail(loopBudget, site) : stopDetails[stopped], ...where };
  }
  if (engine.growth.refused || trap instanceof OutOfMemory) {
    return { code: 'memory_exceeded', detail: 'The sandbox reached its memory limit' };
  }
  if (trap === undefined) return undefined;
  if (trap instanceof HardStop) throw new Error('a hard stop without a reason', { cause: trap });
  return { code: 'plugin_error', detail: 'The plugin broke the engine that ran it' };
}

const stopDetails: Readonly<Record<Exclude<StopReason, 'loop_budget_exceeded'>, string>> = {
  cpu_exceeded: 'The call used more CPU than its limit',
  deadline_exceeded: 'The call took longer than its deadline',
};

/** @param site none where it was a native loop */
function loopDetail(loopBudget: number, site: number | undefined): string {
  if (site === undefined) return `A method of arrays was asked to go through more elements than any array has; loopBudget is ${loopBudget}`;
  return `The call went round its loops and into its functions ${loopBudget} times, which is its loopBudget`;
}

/** How long a reading of the thread's CPU clock is good for. */
const readingMs = 5;
/** In a gap so long between stays, or in a stay so long, the thread may not have run all the time. */
const gapMs = 0.1;
/** When a stay began or ended last, up to which the reading holds. */
let seenAt = Number.NEGATIVE_INFINITY;
let readAt = Number.NEGATIVE_INFINITY;
let readCpuMs = 0;

/**
 * This thread's CPU time, in ms, from now on. The clock is two system calls, as long as a small call's fifth, so one reading
 * serves all short stays that follow it one right after another, as if the thread had been running since: what a stay has used is
 * told too low by no more than the thread was held up for in between, a little at a time, and never too high.
 */
export function cpuClock(): CpuClock {
  const now = performance.now();
  if (now - seenAt > gapMs || now - readAt > readingMs) read(now);
  seenAt = now;
  const began = readCpuMs + now - readAt;
  return () => {
    read(performance.now());
    return Math.max(0, readCpuMs - began);
  };
}

/** A stay has ended. */
export function stayEnded(began: number, now: number): void {
  seenAt = now - began > gapMs && readAt < now ? Number.NEGATIVE_INFINITY : now;
}

function read(now: number): void {
  readAt = now;
  // Linux brings the thread's clock up to date when the process's is asked, and else in steps of up to 4 ms.
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  readCpuMs = (user + system) / 1_000;
}
