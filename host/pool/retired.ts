/** Executors that get nothing new and end when what they have is over: by its own bounds, or, where their memory is wanted, by one more. */

import type { ExecutorProcess } from './executor-process.ts';

/** What an executor may still take for what it has begun where its memory is wanted. */
const boundMs = 10_000;

export class Retired {
  /** With the time at which each ends in any case. */
  readonly #until = new Map<ExecutorProcess, number>();

  has(executor: ExecutorProcess): boolean {
    return this.#until.has(executor);
  }

  add(executor: ExecutorProcess): void {
    this.#until.set(executor, Number.POSITIVE_INFINITY);
  }

  /** It ends soon, and is not taken back. One that is bounded already stays so. */
  bound(executor: ExecutorProcess, now: number): void {
    const until = now + boundMs;
    this.#until.set(executor, Math.min(until, this.#until.get(executor) ?? until));
  }

  /** It is gone. */
  delete(executor: ExecutorProcess): void {
    this.#until.delete(executor);
  }

  /** Those that go on for as long as what they have does. */
  get unbounded(): ExecutorProcess[] {
    return [...this.#until].filter(([, until]) => until === Number.POSITIVE_INFINITY).map(([one]) => one);
  }

  /** @returns one that can go on as if it had never been retired, if there is any; it is not among these any more */
  takeBack(): ExecutorProcess | undefined {
    const found = this.unbounded.find(({ works }) => works);
    if (found !== undefined) this.#until.delete(found);
    return found;
  }

  /** Ends those that have nothing left, or no time. To be called often. */
  endIdle(now: number): void {
    for (const [executor, until] of this.#until) {
      if (now < until && (executor.calls > 0 || executor.asked > 0)) continue;
      this.#until.delete(executor);
      executor.condemn();
    }
  }
}
