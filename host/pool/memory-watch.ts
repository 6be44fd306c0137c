/**
 * Looks from outside at the memory of the executors' processes. Each drops idle sandboxes by itself above a bound; one that
 * is far above it all the same, or the largest where the machine has hardly any memory left, is replaced, before the
 * operating system kills whom it likes.
 */

import { totalmem } from 'node:os';
import type { Logger } from '../log.ts';
import { usageOf } from '../meter/attribution/process-usage.ts';
import type { ExecutorProcess } from './executor-process.ts';

const lookMs = 1_000;
/** So many times the bound above which executors drop sandboxes by themselves. */
const hardTimes = 1.5;
/** An executor may be above that for as many looks: what it drops is not gone at once. */
const looksAbove = 2;
/** So small a part of the machine's memory (or of the container's) is hardly any. */
const scarceShare = 0.05;
/** After one was replaced for others' sake: its memory is not back at once. */
const restMs = 5_000;
/** Replacing one that is no larger frees nothing. */
const leastBytes = 200 * 1_048_576;

export interface MemoryWatchParts {
  readonly executors: () => Iterable<ExecutorProcess>;
  readonly softBytes: number;
  readonly retire: (executor: ExecutorProcess) => void;
  readonly log: Logger;
  /** Resident bytes by pid; those of processes that are gone are missing. */
  readonly usage?: (pids: number[]) => Promise<ReadonlyMap<number, number>>;
  /** What the machine has left, of how much. */
  readonly machine?: () => { readonly available: number; readonly total: number };
}

export class MemoryWatch {
  readonly #parts: Required<MemoryWatchParts>;
  readonly #above = new WeakMap<ExecutorProcess, number>();
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  #restUntil = 0;

  constructor(parts: MemoryWatchParts) {
    this.#parts = { usage: residentBytes, machine: machineMemory, ...parts };
    this.#timer = setInterval(() => void this.look(), lookMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Never rejects. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const executors = [...this.#parts.executors()].filter(({ state }) => state === 'ready');
      const bytes = await this.#parts.usage(executors.flatMap(({ pid }) => pid ?? []));
      const of = ({ pid }: ExecutorProcess) => bytes.get(pid ?? 0) ?? 0;
      for (const one of executors) this.#judge(one, of(one));
      this.#spareMachine(executors, of);
    } catch (err) {
      this.#parts.log.debug({ err }, 'the memory of the executors could not be looked at');
    } finally {
      this.#looking = false;
    }
  }

  #judge(executor: ExecutorProcess, bytes: number): void {
    const looks = bytes > this.#parts.softBytes * hardTimes ? (this.#above.get(executor) ?? 0) + 1 : 0;
    this.#above.set(executor, looks);
    if (looks > looksAbove) this.#retire(executor, bytes, 'it does not get smaller');
  }

  #spareMachine(executors: readonly ExecutorProcess[], of: (one: ExecutorProcess) => number): void {
    const { available, total } = this.#parts.machine();
    const now = performance.now();
    if (available > total * scarceShare || now < this.#restUntil) return;
    const largest = executors.filter(({ usable }) => usable).sort((a, b) => of(b) - of(a))[0];
    if (largest === undefined || of(largest) < leastBytes) return;
    this.#restUntil = now + restMs;
    this.#retire(largest, of(largest), 'the machine has hardly any memory left');
  }

  #retire(executor: ExecutorProcess, bytes: number, why: string): void {
    if (!executor.works) return;
    this.#parts.log.warn({ executor: executor.number, residentMb: Math.round(bytes / 1_048_576) }, `an executor is replaced: ${why}`);
    this.#parts.retire(executor);
  }
}

async function residentBytes(pids: number[]): Promise<ReadonlyMap<number, number>> {
  return new Map([...(await usageOf(pids))].map(([pid, { memoryBytes }]) => [pid, memoryBytes]));
}

function machineMemory(): { available: number; total: number } {
  // 0 or more than there is where there is no container's bound.
  const constrained = process.constrainedMemory();
  return { available: process.availableMemory(), total: constrained > 0 ? Math.min(constrained, totalmem()) : totalmem() };
}
