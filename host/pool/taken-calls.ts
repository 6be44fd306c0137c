/** The calls that executors have: from when one is given until it is over, with what executors say of them meanwhile. */

import type { ErrorCode, NboxError } from '../../guards/errors.ts';
import { CallTable } from '../call-table.ts';
import { CallError, type Reply } from '../dispatch/dispatch.ts';
import type { OpHandlers } from '../dispatch/op.ts';
import { ReplyStream } from '../dispatch/reply-stream.ts';
import type { Cost, FromExecutor, OpenCost } from '../executor/wire.ts';
import type { Logger } from '../log.ts';
import { type LiveRelease, named } from '../release/release.ts';
import { costIn } from './bounded-cost.ts';
import { CallOps } from './call-ops.ts';
import type { ExecutorProcess } from './executor-process.ts';
import { givenUp } from './given-up.ts';
import type { KnownRelease } from './known-release.ts';
import type { PoolCall } from './pool-call.ts';
import { streamOp } from './stream-ops.ts';

/** How long after its deadline a call that has begun is taken for one whose executor has stopped. */
const overdueMs = 2_000;

export type CallFrame = Extract<FromExecutor, { kind: 'enter' | 'replied' | 'tape' | 'op' | 'failed' | 'settled' }>;

export interface TakenParts {
  readonly ops: OpHandlers;
  readonly log: Logger;
  /** A call of the release has used so much more CPU time, in µs, than was expected. */
  readonly correct: (known: KnownRelease, byUs: number) => void;
  /** A guard has ended a call of the release. */
  readonly tripped: (known: KnownRelease) => void;
  /** The executor of a call is lost, through no fault of the call's. */
  readonly lose: (mine: PoolCall) => void;
  /** There may be room for what waits. */
  readonly freed: () => void;
}

/** Codes by which the plugin has used up what it may use. */
const trips: ReadonlySet<ErrorCode> = new Set(['cpu_exceeded', 'loop_budget_exceeded', 'memory_exceeded']);
/** A deadline is the guest's own doing where it was busy for so large a part of it. */
const busyShare = 1 / 2;

export class TakenCalls {
  readonly #calls = new CallTable<PoolCall>();
  readonly #parts: TakenParts;
  #whenNone: (() => void) | undefined;

  constructor(parts: TakenParts) {
    this.#parts = parts;
  }

  /** Calls that executors have, begun or not. */
  get size(): number {
    return this.#calls.size;
  }

  get(id: number): PoolCall | undefined {
    return this.#calls.get(id);
  }

  /** The release of a call that the executor has, or has had until its caller was answered. */
  liveOf(executor: ExecutorProcess, id: number): LiveRelease | undefined {
    const mine = this.#calls.get(id);
    return mine?.executor === executor ? mine.call.live : executor.handed.givenUp(id)?.live;
  }

  /** Whether it has a call of the release. */
  hasOf(executor: ExecutorProcess, live: LiveRelease): boolean {
    for (const mine of this.#calls.values()) if (mine.executor === executor && mine.call.live === live) return true;
    return false;
  }

  /** Those that were given to it first first. */
  of(executor: ExecutorProcess): PoolCall[] {
    const mine = this.#calls.values().filter((one) => one.executor === executor);
    return mine.sort((a, b) => a.givenAt - b.givenAt);
  }

  /** Those of a release whose replies are still being made. */
  streamsOf(live: LiveRelease): PoolCall[] {
    return this.#calls.values().filter((one) => one.call.live === live && one.stream?.open === true);
  }

  /** Gives a call to an executor that holds its release, or will before it comes to the call. */
  give(mine: PoolCall, executor: ExecutorProcess): void {
    const { live, head, body, upload, interface: name, isNoted, replay } = mine.call;
    const { account: known } = mine;
    known.inFlight += 1;
    executor.calls += 1;
    mine.state = 'sent';
    mine.executor = executor;
    mine.expectedUs = known.expectedUs;
    mine.weight = known.weight;
    mine.givenAt = performance.now();
    executor.backlog.add(mine.id, mine.expectedUs, mine.weight);
    this.#calls.set(mine.id, mine);
    const wallMs = Math.max(0, mine.deadlineAt - mine.givenAt);
    const streams = upload !== undefined || replay?.streams === true;
    const tape = replay?.tape ?? (isNoted === true ? true : undefined);
    executor.sendCall(mine.id, live.key, name, wallMs, head, streams ? null : body, tape);
  }

  /** Resolves when no call is in an executor, or when the time is over. */
  async drained(mostMs: number): Promise<void> {
    if (this.#calls.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenNone = resolve;
    const over = setTimeout(resolve, mostMs);
    await promise;
    clearTimeout(over);
    this.#whenNone = undefined;
  }

  /** Executors end calls at their deadlines; one that does not, and runs nothing, will not. */
  overdue(now: number): ExecutorProcess[] {
    const executors = new Set<ExecutorProcess>();
    for (const mine of this.#calls.values()) {
      if (mine.reading || now <= mine.deadlineAt + overdueMs) continue;
      if (mine.state !== 'begun' && (mine.state !== 'replied' || mine.stream === undefined)) continue;
      if (mine.executor !== undefined && mine.executor.running === undefined) executors.add(mine.executor);
    }
    return [...executors];
  }

  /** What calls have cost that are not over: what is known of them when they are lost. */
  told(executor: ExecutorProcess, open: readonly OpenCost[]): void {
    for (const [id, initUs, initCpuUs, cpuUs, steps, memoryBytes] of open) {
      const mine = this.#calls.get(id);
      if (mine?.executor === executor) mine.told = costIn(executor, mine, { initUs, initCpuUs, cpuUs, steps, memoryBytes });
    }
  }

  /** Takes what an executor tells of a call that it has. */
  take(executor: ExecutorProcess, frame: CallFrame): void {
    switch (frame.kind) {
      case 'enter':
        this.#entered(executor, frame);
        return;
      case 'replied': {
        const mine = this.#of(executor, frame.call);
        if (mine === undefined) {
          if (!frame.open) executor.handed.answered(frame.call, frame.cost);
          return;
        }
        const cost = costIn(executor, mine, frame.cost);
        this.#learn(mine, cost, true);
        const spent = mine.spent(cost);
        let rest: Reply['rest'];
        if (frame.open) {
          mine.state = 'replied';
          mine.lastCost = spent;
          mine.told = cost;
          rest = new Promise((resolve) => {
            mine.rest = resolve;
          });
          if (frame.streamed) {
            mine.stream = new ReplyStream(() => executor.send({ kind: 'cancel', id: mine.id }));
            mine.deadlineAt = performance.now() + mine.call.live.limits.streamMs;
          }
        } else {
          executor.handed.charge(cost.cpuUs + cost.initCpuUs);
          mine.account.success();
          this.over(mine);
        }
        const evidence = mine.call.isNoted === true ? mine.evidence : undefined;
        mine.resolve({ head: frame.head, body: frame.body, stream: mine.stream, spent, rest, evidence });
        this.#parts.freed();
        return;
      }
      case 'tape': {
        const mine = this.#of(executor, frame.call);
        if (mine !== undefined) mine.tape = frame.tape;
        return;
      }
      case 'op': {
        const mine = this.#of(executor, frame.call);
        if (mine === undefined) return;
        mine.ops ??= this.#opsOf(mine, executor);
        void mine.ops.run(frame);
        return;
      }
      case 'failed': {
        const mine = this.#of(executor, frame.call);
        if (mine === undefined) {
          executor.handed.answered(frame.call, frame.cost);
          return;
        }
        executor.backlog.delete(frame.call);
        const cost = costIn(executor, mine, frame.cost);
        executor.handed.charge(cost.cpuUs + cost.initCpuUs);
        this.#learn(mine, cost, frame.error.code === 'plugin_error' && mine.state !== 'sent');
        mine.told = cost;
        if (frame.error.code === 'executor_lost') this.#parts.lose(mine);
        else {
          // A release that was probed and now does not start is a plugin's failure like any other.
          const code = frame.error.code === 'probe_failed' ? 'plugin_error' : frame.error.code;
          this.fail(mine, new CallError(code, frame.error.details, mine.spent(cost), frame.error, mine.evidence));
          this.#judge(mine, code, cost);
        }
        this.#parts.freed();
        return;
      }
      case 'settled': {
        const mine = this.#of(executor, frame.call);
        if (mine === undefined) {
          executor.handed.answered(frame.call, frame.cost);
          return;
        }
        const cost = costIn(executor, mine, frame.cost);
        executor.handed.charge(cost.cpuUs + cost.initCpuUs);
        const spent = mine.spent(cost);
        const { stopped } = frame;
        let error: NboxError | undefined = mine.stream?.error;
        if (stopped !== undefined) error = new CallError(stopped.code, stopped.details, spent, stopped);
        else if (mine.stream?.open) error = new CallError('plugin_error', 'The call ended before its reply did', spent);
        // The rest of what was learned at the reply.
        this.#parts.correct(mine.account, Math.max(0, spent.cpuUs - (mine.lastCost?.cpuUs ?? 0)));
        this.over(mine, error);
        mine.rest?.({ spent, error });
        if (stopped === undefined) mine.account.success();
        else this.#judge(mine, stopped.code, cost);
        this.#parts.freed();
        return;
      }
      default:
        throw new Error(`an unknown frame: ${JSON.stringify(frame satisfies never)}`);
    }
  }

  /** @returns undefined of one that was given up */
  #of(executor: ExecutorProcess, id: number): PoolCall | undefined {
    const mine = this.#calls.get(id);
    return mine?.executor === executor ? mine : undefined;
  }

  #entered(executor: ExecutorProcess, { subject, id }: Extract<CallFrame, { kind: 'enter' }>): void {
    if (subject !== 'call') {
      executor.runningWeight = 'unknown';
      return;
    }
    const mine = this.#of(executor, id);
    executor.runningWeight = mine?.weight ?? 'unknown';
    executor.runningUs = mine?.expectedUs ?? 0;
    if (!executor.backlog.delete(id) || mine === undefined) return;
    mine.state = 'begun';
    mine.begunBy = executor.number;
    mine.beganAt = performance.now();
  }

  /** @param isWhole whether it came to its own end: one that was stopped, or has not begun, tells only what calls take at least */
  #learn(mine: PoolCall, { cpuUs, initCpuUs }: Cost, isWhole: boolean): void {
    const { account } = mine;
    const usualUs = account.usualUs(cpuUs, initCpuUs);
    let hiccupUs = 0;
    if (isWhole) hiccupUs = usualUs - account.learnWhole(usualUs);
    else account.learnAtLeast(usualUs);
    // Others' share is not made up for by one who had no more.
    this.#parts.correct(account, cpuUs + initCpuUs - hiccupUs - mine.expectedUs);
  }

  /** Its deadline has come, and its executor has not begun it. */
  giveUp(mine: PoolCall, error: CallError): void {
    const { executor } = mine;
    this.fail(mine, executor === undefined ? error : givenUp(mine, executor, error, this.#parts.correct));
  }

  #judge({ account, call }: PoolCall, code: ErrorCode, { cpuUs }: Cost): void {
    const isBusy = code === 'deadline_exceeded' && cpuUs >= call.live.limits.deadlineMs * 1_000 * busyShare;
    if (trips.has(code) || isBusy) this.#parts.tripped(account);
    else account.success();
  }

  #opsOf(mine: PoolCall, executor: ExecutorProcess): CallOps {
    const { call } = mine;
    return new CallOps({
      own: (name, data, bytes) => streamOp(mine, name, data, bytes),
      ...{ call, handlers: this.#parts.ops, reply: () => mine.stream },
      answer: (answer) => executor.send(answer),
      failed: (name, err) => this.#parts.log.error({ err, op: name, ...named(call.live.release) }, 'an operation failed'),
    });
  }

  /** The call is in no executor any more. */
  over(mine: PoolCall, error?: NboxError): void {
    if (mine.state === 'over') return;
    // A reply that has not ended is not whole, and its client must see that.
    mine.stream?.cut(error ?? new CallError('executor_lost', 'The executor was lost while it made the reply', mine.spent()));
    if (mine.executor !== undefined) {
      mine.executor.backlog.delete(mine.id);
      mine.executor.calls -= 1;
      mine.account.inFlight -= 1;
    }
    mine.ops?.close();
    mine.state = 'over';
    this.#calls.delete(mine.id);
    if (this.#calls.size === 0) this.#whenNone?.();
  }

  fail(mine: PoolCall, error: NboxError): void {
    this.over(mine, error);
    mine.reject(error);
  }
}
