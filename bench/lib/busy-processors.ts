/**
 * Keeps all processors busy with work that comes after everything else. A processor that rests takes longer for the first thing that it is
 * woken for, by tens of microseconds, and is quicker beside one that rests: so the same call costs more or less by what else there is
 * to do. The work is in registers: what took caches would be in the way of lone plugins most, which leave it the most time.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import { join } from 'node:path';

const niceness = 19;
const work = join(import.meta.dirname, 'spin.ts');

/** Owned by the bench, which disposes of it. */
export class BusyProcessors implements Disposable {
  readonly #processes: readonly ChildProcess[];

  constructor() {
    this.#processes = Array.from({ length: availableParallelism() }, () => {
      const one = spawn(process.execPath, [work], { stdio: 'ignore' });
      if (one.pid !== undefined) setPriority(one.pid, niceness);
      return one;
    });
  }

  [Symbol.dispose](): void {
    for (const one of this.#processes) one.kill('SIGKILL');
  }
}
