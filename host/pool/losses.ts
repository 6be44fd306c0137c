/** What becomes of calls whose executor is lost: of those it had not begun, those it had, and the one at fault. */

import { NboxError } from '../../guards/errors.ts';
import { CallError, nothingSpent, type Spent } from '../dispatch/dispatch.ts';
import { noCost } from '../executor/wire.ts';
import type { ExecutorProcess, RunningStay } from './executor-process.ts';
import type { FairQueue } from './fair-queue.ts';
import type { KnownRelease } from './known-release.ts';
import type { PoolCall } from './pool-call.ts';
import type { ReleaseLoads } from './release-loads.ts';
import type { TakenCalls } from './taken-calls.ts';

/** A call may be started anew as often, while its deadline lasts. */
const mostRetries = 16;

export interface LossParts {
  readonly taken: TakenCalls;
  readonly queue: FairQueue<PoolCall>;
  readonly releases: ReleaseLoads;
  /** The release has killed an executor. */
  readonly killed: (known: KnownRelease) => void;
  /** False once the pool has been closed. */
  readonly open: () => boolean;
}

export class Losses {
  readonly #parts: LossParts;

  constructor(parts: LossParts) {
    this.#parts = parts;
  }

  executor(executor: ExecutorProcess): void {
    const atFault = this.#atFault(executor);
    this.#settleCalls(executor);
    // After the calls that had not begun are back in the queue: they are refused with the others.
    if (atFault !== undefined) this.#parts.killed(atFault);
  }

  /** The executor that ran the call is lost, through no fault of the call's. */
  lose(mine: PoolCall): void {
    const { taken, open } = this.#parts;
    if (mine.state === 'replied') {
      const spent = lostSpent(mine);
      taken.over(mine);
      mine.rest?.({ spent, error: new NboxError('executor_lost', 'The executor was lost after the reply') });
      return;
    }
    const untouched = mine.call.upload?.begun !== true;
    if (mine.call.idempotent && untouched && mine.retries < mostRetries && !mine.call.signal.aborted && open()) {
      mine.before = lostSpent(mine);
      taken.over(mine);
      mine.retries += 1;
      this.#again(mine);
      return;
    }
    const detail = 'The executor that ran the call was lost; whether the call had an effect is not known';
    taken.fail(mine, new CallError('executor_lost', { detail, retryAfterS: 1 }, lostSpent(mine)));
  }

  #again(mine: PoolCall): void {
    mine.state = 'queued';
    mine.executor = undefined;
    mine.ops = undefined;
    mine.told = undefined;
    mine.tape = undefined;
    this.#parts.queue.putBack(mine);
  }

  /** The release for whose fault the executor is lost, if it is live: the fault of a probe and of a hand-over ends with its push. */
  #atFault(executor: ExecutorProcess): KnownRelease | undefined {
    const { guilty } = executor;
    if (guilty === undefined || guilty.subject === 'probe' || guilty.subject === 'handover') return undefined;
    const { releases, taken } = this.#parts;
    if (guilty.subject === 'load') return executor.releases.has(guilty.id) ? releases.find(guilty.id) : undefined;
    const live = taken.liveOf(executor, guilty.id);
    return live && releases.find(live.key);
  }

  #settleCalls(executor: ExecutorProcess): void {
    const { guilty } = executor;
    const { taken, open, queue } = this.#parts;
    // What the evaluation of modules took that did not come back is one call's, as it is where it comes back.
    let evaluatedUs = guilty?.subject === 'load' ? stayUs(executor, guilty) : 0;
    // Put back in reverse, so that the queue has them in their old order.
    for (const mine of taken.of(executor).reverse()) {
      if (guilty?.subject === 'call' && guilty.id === mine.id && (mine.state === 'begun' || mine.state === 'replied')) {
        const { rest } = mine;
        const error = guiltyError(mine, executor);
        mine.account.learn(error.spent.cpuUs);
        this.#parts.queue.correct(mine.account, error.spent.cpuUs);
        taken.fail(mine, error);
        rest?.({ spent: error.spent, error });
      } else if (guilty?.subject === 'load' && mine.state === 'sent' && mine.call.live.key === guilty.id) {
        const detail = 'The plugin did not come back while its modules were evaluated; its executor was killed';
        const spent = mine.spent();
        queue.correct(mine.account, evaluatedUs);
        taken.fail(mine, new CallError('cpu_exceeded', detail, { ...spent, cpuUs: spent.cpuUs + evaluatedUs }));
        evaluatedUs = 0;
      } else if (mine.state === 'sent' && open() && !mine.call.signal.aborted) {
        taken.over(mine);
        this.#again(mine);
      } else if (!open() && mine.state !== 'replied') {
        taken.fail(mine, new CallError('stopping', 'The host is stopping', lostSpent(mine)));
      } else this.lose(mine);
    }
    executor.handed.lost((id, { live }) => {
      if (guilty?.subject === 'call' && guilty.id === id) return { ...noCost, cpuUs: stayUs(executor, guilty) };
      if (guilty?.subject !== 'load' || guilty.id !== live.key || evaluatedUs === 0) return undefined;
      const cost = { ...noCost, initCpuUs: evaluatedUs };
      evaluatedUs = 0;
      return cost;
    });
  }
}

/** What CPU time a stay has had whose end nobody has seen. */
function stayUs({ guiltyCpuMs }: ExecutorProcess, { enteredAt }: RunningStay): number {
  const stayMs = performance.now() - enteredAt;
  // On a busy machine it was not running all the time.
  return Math.round(Math.min(stayMs, guiltyCpuMs ?? stayMs) * 1_000);
}

/** What is known of a call whose executor is gone: what was told of it, and the stay that it was in, whose end nobody has seen. */
function lostSpent(mine: PoolCall): Spent {
  const spent = mine.spent();
  const { executor } = mine;
  const stay = executor?.guilty ?? executor?.running;
  if (executor === undefined || stay?.subject !== 'call' || stay.id !== mine.id) return spent;
  return { ...spent, cpuUs: spent.cpuUs + stayUs(executor, stay) };
}

/** The call has cost an executor: it did not come back, or it has broken it. */
function guiltyError(mine: PoolCall, { guilty, condemned }: ExecutorProcess): CallError {
  const spent = lostSpent(mine);
  if (!condemned) return new CallError('executor_lost', 'The process that ran the call broke down while it ran', spent, {}, mine.evidence);
  const wall = performance.now() >= mine.deadlineAt && (guilty?.budgetMs ?? 0) < mine.call.live.limits.cpuMs;
  const detail = 'The call did not come back from native code; its executor was killed';
  return new CallError(wall ? 'deadline_exceeded' : 'cpu_exceeded', detail, spent, {}, mine.evidence);
}

/** The answer to a call of a release that is refused for a while. */
export function quarantined(forMs: number, spent: Spent = nothingSpent): CallError {
  const detail = 'The plugin has gone beyond its limits again and again; its calls are refused for a while';
  return new CallError('quarantined', { detail, retryAfterS: Math.ceil(forMs / 1_000) }, spent);
}
