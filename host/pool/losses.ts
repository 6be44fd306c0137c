/** What becomes of calls whose executor is lost: of those it had not begun, those it had, and the one at fault. */

import { NboxError } from '../../guards/errors.ts';
import { CallError, type Spent } from '../dispatch/dispatch.ts';
import type { CallQueue } from './call-queue.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { PoolCall } from './pool-call.ts';
import type { KnownRelease, ReleaseLoads } from './release-loads.ts';

export interface LossParts {
  readonly calls: ReadonlyMap<number, PoolCall>;
  readonly queue: CallQueue<PoolCall>;
  readonly releases: ReleaseLoads;
  /** The call is in no executor any more. */
  readonly over: (mine: PoolCall) => void;
  readonly fail: (mine: PoolCall, error: NboxError) => void;
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
    if (atFault !== undefined) this.#judge(atFault);
  }

  /** The executor that ran the call is lost, through no fault of the call's. */
  lose(mine: PoolCall): void {
    if (mine.state === 'replied') {
      const spent = mine.lastCost as Spent;
      this.#parts.over(mine);
      mine.rest?.({ spent, error: new NboxError('executor_lost', 'The executor was lost after the reply') });
      return;
    }
    const untouched = mine.call.upload?.begun !== true;
    if (mine.call.idempotent && untouched && !mine.retried && !mine.call.signal.aborted && this.#parts.open()) {
      this.#parts.over(mine);
      mine.retried = true;
      this.#again(mine);
      return;
    }
    const detail = 'The executor that ran the call was lost; whether the call had an effect is not known';
    this.#parts.fail(mine, new CallError('executor_lost', { detail, retryAfterS: 1 }, mine.spent()));
  }

  #again(mine: PoolCall): void {
    mine.state = 'queued';
    mine.executor = undefined;
    mine.ops = undefined;
    this.#parts.queue.putBack(mine);
  }

  /** The release for whose fault the watchdog killed the executor, if it is live: a probe's fault ends with its push. */
  #atFault({ guilty }: ExecutorProcess): KnownRelease | undefined {
    if (guilty === undefined || guilty.subject === 'probe') return undefined;
    const key = guilty.subject === 'load' ? guilty.id : this.#parts.calls.get(guilty.id)?.call.live.key;
    return key === undefined ? undefined : this.#parts.releases.find(key);
  }

  /** Counts the kill; beyond a few, the release's waiting calls are refused with those to come. */
  #judge(known: KnownRelease): void {
    const now = performance.now();
    if (!known.kill(now)) return;
    for (const mine of this.#parts.queue.expire((one) => one.call.live === known.live)) {
      this.#parts.fail(mine, quarantined(mine, known.breaker?.refusedForMs(now) ?? 0));
    }
  }

  #settleCalls(executor: ExecutorProcess): void {
    const { guilty } = executor;
    const taken = [...this.#parts.calls.values()].filter((one) => one.executor === executor);
    // Put back in reverse, so that the queue has them in their old order.
    for (const mine of taken.reverse()) {
      if (guilty?.subject === 'call' && guilty.id === mine.id && (mine.state === 'begun' || mine.state === 'replied')) {
        const wall = performance.now() >= mine.deadlineAt && guilty.budgetMs < mine.call.live.limits.cpuMs;
        const detail = 'The call did not come back from native code; its executor was killed';
        const spent = { ...mine.spent(), cpuUs: Math.round((performance.now() - guilty.enteredAt) * 1_000) };
        const error = new CallError(wall ? 'deadline_exceeded' : 'cpu_exceeded', detail, spent);
        const { rest } = mine;
        this.#parts.fail(mine, error);
        rest?.({ spent, error });
      } else if (guilty?.subject === 'load' && mine.state === 'sent' && mine.call.live.key === guilty.id) {
        const detail = 'The plugin did not come back while its modules were evaluated; its executor was killed';
        this.#parts.fail(mine, new CallError('cpu_exceeded', detail, mine.spent()));
      } else if (mine.state === 'sent' && this.#parts.open() && !mine.call.signal.aborted) {
        this.#parts.over(mine);
        this.#again(mine);
      } else if (!this.#parts.open() && mine.state !== 'replied') {
        this.#parts.fail(mine, new CallError('stopping', 'The host is stopping', mine.spent()));
      } else this.lose(mine);
    }
  }
}

/** The answer to a call of a release whose breaker is open. */
export function quarantined(mine: PoolCall, forMs: number): CallError {
  const detail = 'The plugin has killed executors again and again; its calls are refused for a while';
  return new CallError('quarantined', { detail, retryAfterS: Math.ceil(forMs / 1_000) }, mine.spent());
}
