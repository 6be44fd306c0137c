/**
 * Keeps all processors busy with work that comes after everything else. A processor that rests takes longer for the first thing
 * that it is woken for, by tens of microseconds: what is woken often then costs less than what is woken seldom.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';

const niceness = 19;

/** Owned by the bench, which disposes of it. */
export class BusyProcessors implements Disposable {
  readonly #processes: readonly ChildProcess[];

  constructor() {
    this.#processes = Array.from({ length: availableParallelism() }, () => {
      const one = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
      if (one.pid !== undefined) setPriority(one.pid, niceness);
      return one;
    });
  }

  [Symbol.dispose](): void {
    for (const one of this.#processes) one.kill('SIGKILL');
  }
}
