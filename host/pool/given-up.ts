/**
 * A call whose deadline came while its executor had not begun it. Its caller is answered at once; what it comes to cost all the same is
 * told by the executor's answer, and recorded then: it may have been begun before the executor heard of this, or a sandbox been evaluated
 * for it. Else a plugin whose modules take longer than its calls have time would compute at nobody's charge.
 */

import type { NboxError } from '../../guards/errors.ts';
import { CallError, type Spent } from '../dispatch/dispatch.ts';
import type { Cost } from '../executor/wire.ts';
import { costIn } from './bounded-cost.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { KnownRelease } from './known-release.ts';
import type { PoolCall } from './pool-call.ts';

/**
 * @param correct a call of the release has used so much more CPU time, in µs, than was expected
 * @returns what its caller is told
 */
export function givenUp(
  mine: PoolCall,
  executor: ExecutorProcess,
  error: CallError,
  correct: (known: KnownRelease, byUs: number) => void,
): CallError {
  const { account, call, expectedUs } = mine;
  const { promise, resolve } = Promise.withResolvers<{ spent: Spent; error: NboxError | undefined }>();
  executor.handed.giveUp(mine.id, call.live, performance.now(), (told) => {
    if (told === undefined) {
      resolve({ spent: error.spent, error });
      return;
    }
    const cost = costIn(executor, mine, told);
    const cpuUs = cost.cpuUs + cost.initCpuUs;
    executor.handed.charge(cpuUs);
    correct(account, cpuUs - expectedUs);
    account.learnAtLeast(account.usualUs(cost.cpuUs, cost.initCpuUs));
    resolve({ spent: cpuUs === 0 ? error.spent : together(error.spent, executor, cost, cpuUs), error });
  });
  return new CallError(error.code, error.details, error.spent, {}, error.evidence, promise);
}

function together(before: Spent, { number }: ExecutorProcess, cost: Cost, cpuUs: number): Spent {
  return {
    ...{ ...before, executor: number, initUs: before.initUs + cost.initUs, cpuUs: before.cpuUs + cpuUs },
    ...{ steps: before.steps + cost.steps, memoryBytes: Math.max(before.memoryBytes, cost.memoryBytes) },
  };
}
