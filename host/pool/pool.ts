/**
 * The executors of one lane: keeps them running, gives them calls, and takes back what a dead one had not begun. The
 * innermost dispatcher.
 */

import { type NboxError, unpackError } from '../../guards/errors.ts';
import { type Call, CallError, nothingSpent, type Reply } from '../dispatch/dispatch.ts';
import type { OpHandlers } from '../dispatch/op.ts';
import { ReplyStream } from '../dispatch/reply-stream.ts';
import type { FromExecutor } from '../executor/wire.ts';
import type { Logger } from '../log.ts';
import type { Image, LiveRelease, Release, ReleaseSnapshot } from '../release/release.ts';
import { CallOps } from './call-ops.ts';
import { CallQueue } from './call-queue.ts';
import type { ExecutorProcess, ExecutorStart } from './executor-process.ts';
import { Loads, unwired } from './loads.ts';
import { Losses, quarantined } from './losses.ts';
import { Placement } from './placement.ts';
import { PoolCall } from './pool-call.ts';
import { type KnownRelease, ReleaseLoads } from './release-loads.ts';
import { streamOp } from './stream-ops.ts';
import { Supervisor } from './supervisor.ts';

/** How long after its deadline a call that has begun is taken for one whose executor has stopped. */
const overdueMs = 2_000;
/** How often hanging executors and calls that have waited too long are looked for. */
const sweepMs = 20;

export interface PoolOptions {
  readonly executors: number;
  /** What executors are started with. */
  readonly start: ExecutorStart;
  /**
   * What an executor makes a sandbox of that it does not hold.
   * @param base names the executor's prelude
   * @param anew the snapshot that there is cannot be read
   * @throws NboxError
   */
  readonly imageOf: (release: Release, base: string, anew: boolean) => Promise<Image>;
  /** An executor has made the snapshot that `imageOf` could not give. */
  readonly onSnapshot: (release: Release, snapshot: ReleaseSnapshot) => void;
  readonly onLog: (live: LiveRelease, level: number, text: string, last: boolean) => void;
  /** What guests can ask of the host while their calls wait. */
  readonly ops?: OpHandlers;
  readonly log: Logger;
}

export interface ExecutorView {
  readonly number: number;
  readonly pid: number | undefined;
  readonly state: string;
  readonly releases: number;
  /** Whether guest code runs in it now. */
  readonly running: boolean;
}

export class Pool {
  /** What publishing needs of it. */
  readonly releases: ReleaseLoads;
  readonly #imageOf: PoolOptions['imageOf'];
  readonly #onSnapshot: PoolOptions['onSnapshot'];
  readonly #onLog: PoolOptions['onLog'];
  readonly #ops: OpHandlers;
  readonly #log: Logger;
  readonly #supervisor: Supervisor;
  readonly #queue = new CallQueue<PoolCall>();
  readonly #calls = new Map<number, PoolCall>();
  readonly #loads = new Loads();
  readonly #placement: Placement;
  readonly #losses: Losses;
  readonly #sweeper: NodeJS.Timeout;
  #nextCall = 1;
  #whenIdle: (() => void) | undefined;
  #state: 'open' | 'closed' = 'open';

  constructor(options: PoolOptions) {
    this.#imageOf = options.imageOf;
    this.#onSnapshot = options.onSnapshot;
    this.#onLog = options.onLog;
    this.#ops = options.ops ?? new Map();
    this.#log = options.log;
    this.#supervisor = new Supervisor({
      count: options.executors,
      start: options.start,
      log: options.log,
      events: {
        frame: (executor, frame) => this.#onFrame(executor, frame),
        ready: () => this.#feed(),
        left: () => this.#feed(),
        lost: (executor) => this.#onLost(executor),
      },
    });
    this.releases = new ReleaseLoads(this.#supervisor, this.#loads);
    this.#placement = new Placement(this.#supervisor);
    this.#losses = new Losses({
      calls: this.#calls,
      queue: this.#queue,
      releases: this.releases,
      over: (mine) => this.#over(mine),
      fail: (mine, error) => this.#fail(mine, error),
      open: () => this.#state === 'open',
    });
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs);
  }

  /** Whether every executor that should run does. */
  get ready(): boolean {
    return this.#supervisor.ready;
  }

  /** Resolves once every executor is ready to run calls. */
  started(): Promise<void> {
    return this.#supervisor.started();
  }

  /** For operators and tests: what runs now. */
  executors(): ExecutorView[] {
    return [...this.#supervisor.executors].map(({ number, pid, state, releases, running }) => ({
      number,
      pid,
      state,
      releases: releases.size,
      running: running !== undefined,
    }));
  }

  /** Calls that no executor has yet. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** @throws CallError */
  dispatch(call: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const mine = new PoolCall(call, this.#nextCall++, resolve, reject);
      if (this.#nextCall > 0xffff_ffff) this.#nextCall = 1;
      const { breaker } = this.releases.known(call.live);
      if (breaker !== undefined && breaker.refusedForMs(call.admittedAt) > 0) {
        reject(quarantined(mine, breaker.refusedForMs(call.admittedAt)));
        return;
      }
      // Other plugins' calls may wait for their own limits; where they wait for executors, this one finds no room either.
      if (this.#queue.sizeOf(mine.plugin) > 0 || !this.#give(mine)) {
        const { queue } = call.live.limits;
        if (this.#queue.sizeOf(mine.plugin) >= queue) {
          const detail = `${queue} calls of the plugin wait already`;
          reject(new CallError('overloaded', { detail, retryAfterS: 1 }, mine.spent()));
          return;
        }
        this.#queue.push(mine);
        this.#feed();
      }
      call.signal.onAbort(() => this.#abort(mine));
    });
  }

  /** Resolves when no call is in an executor, or when the time is over. */
  async drain(mostMs: number): Promise<void> {
    if (this.#calls.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenIdle = resolve;
    const over = setTimeout(resolve, mostMs);
    await promise;
    clearTimeout(over);
    this.#whenIdle = undefined;
  }

  /** Ends every executor. Calls that are still running fail as `stopping`. */
  async close(): Promise<void> {
    this.#state = 'closed';
    clearInterval(this.#sweeper);
    await this.#supervisor.close();
    for (const mine of this.#queue.expire(() => true)) {
      this.#fail(mine, new CallError('stopping', 'The host is stopping', mine.spent()));
    }
  }

  #onLost(executor: ExecutorProcess): void {
    this.#losses.executor(executor);
    this.releases.lost(executor);
    this.#loads.lost(executor, executor.guilty);
    this.#feed();
  }

  #sweep(): void {
    const now = performance.now();
    this.#supervisor.watch();
    for (const executor of this.#supervisor.executors) {
      for (const id of executor.backlog.calls()) {
        const mine = this.#calls.get(id);
        if (mine === undefined || mine.deadlineAt > now) continue;
        // It waits there behind a long one.
        executor.send({ kind: 'cancel', id });
        this.#expire(mine);
      }
    }
    for (const mine of this.#calls.values()) {
      // The executor ends a call at its deadline; one that does not, and runs nothing, will not.
      if (mine.reading || now <= mine.deadlineAt + overdueMs) continue;
      if (mine.state !== 'begun' && (mine.state !== 'replied' || mine.stream === undefined)) continue;
      if (mine.executor !== undefined && mine.executor.running === undefined) this.#supervisor.condemn(mine.executor);
    }
    for (const mine of this.#queue.expire((one) => one.deadlineAt <= now)) this.#expire(mine);
    this.#feed();
  }

  /** A call that has not begun when its deadline comes. */
  #expire(mine: PoolCall): void {
    this.#fail(mine, new CallError('deadline_exceeded', 'The call waited for an executor until its deadline', mine.spent()));
  }

  // Calls.

  /** Starts what waits, as far as there is room. */
  #feed(): void {
    while (this.#queue.size > 0 && this.#supervisor.open) {
      let executor: ExecutorProcess | undefined;
      const next = this.#queue.shift((one) => {
        const known = this.releases.known(one.call.live);
        executor = known.mayStart ? this.#placement.place(known) : undefined;
        return executor !== undefined;
      });
      if (next === undefined) return;
      if (!this.#give(next, executor)) this.#queue.putBack(next);
    }
  }

  /** @returns whether an executor has taken it */
  #give(mine: PoolCall, placed?: ExecutorProcess): boolean {
    const { live, head, body, upload, interface: name } = mine.call;
    const known = this.releases.known(live);
    if (!known.mayStart) return false;
    const executor = placed ?? this.#placement.place(known);
    if (executor === undefined) return false;
    if (!known.holders.includes(executor)) {
      void this.#bring(executor, known);
      return false;
    }
    known.inFlight += 1;
    mine.state = 'sent';
    mine.executor = executor;
    executor.backlog.add(mine.id, known.expectedUs);
    this.#calls.set(mine.id, mine);
    executor.sendCall(mine.id, live.key, name, Math.max(0, mine.deadlineAt - performance.now()), head, upload === undefined ? body : null);
    return true;
  }

  /** Brings a release to an executor that has not, or no longer, got it; its calls wait meanwhile. */
  async #bring(executor: ExecutorProcess, known: KnownRelease, anew = false): Promise<void> {
    known.fetching = true;
    const { release } = known.live;
    try {
      const image = await this.#imageOf(release, executor.base, anew);
      known.fetching = false;
      if (executor.usable) this.releases.send(executor, known.live, image);
    } catch (cause) {
      known.fetching = false;
      const error = { detail: 'The release cannot be read from the store', cause };
      for (const mine of this.#queue.expire((one) => one.call.live === known.live)) {
        this.#fail(mine, new CallError('internal_error', error, mine.spent()));
      }
      // What waits there for the release is refused.
      executor.send({ kind: 'unload', key: known.live.key });
      this.releases.dropped(executor, known.live.key);
    }
    this.#feed();
  }

  #onFrame(executor: ExecutorProcess, frame: Exclude<FromExecutor, { kind: 'ready' | 'leave' }>): void {
    switch (frame.kind) {
      case 'enter': {
        if (frame.subject !== 'call') return;
        const mine = this.#calls.get(frame.id);
        if (executor.backlog.delete(frame.id) && mine !== undefined) {
          mine.state = 'begun';
          mine.beganAt = performance.now();
        }
        return;
      }
      case 'replied': {
        const mine = this.#calls.get(frame.call);
        if (mine === undefined || mine.state !== 'begun') return;
        this.releases.kept(mine.call.live)?.learn(frame.cost.cpuUs);
        const spent = mine.spent(frame.cost);
        let rest: Reply['rest'];
        if (frame.open) {
          mine.state = 'replied';
          mine.lastCost = spent;
          rest = new Promise((resolve) => {
            mine.rest = resolve;
          });
          if (frame.streamed) {
            mine.stream = new ReplyStream(() => executor.send({ kind: 'cancel', id: mine.id }));
            mine.deadlineAt = performance.now() + mine.call.live.limits.streamMs;
          }
        } else this.#over(mine);
        mine.resolve({ head: frame.head, body: frame.body, stream: mine.stream, spent, rest });
        this.#feed();
        return;
      }
      case 'op': {
        const mine = this.#calls.get(frame.call);
        if (mine === undefined || mine.executor !== executor || (mine.state !== 'begun' && mine.state !== 'replied')) return;
        mine.ops ??= this.#opsOf(mine, executor);
        void mine.ops.run(frame);
        return;
      }
      case 'failed': {
        const mine = this.#calls.get(frame.call);
        executor.backlog.delete(frame.call);
        if (mine === undefined) return;
        this.releases.kept(mine.call.live)?.learn(frame.cost.cpuUs);
        if (frame.error.code === 'executor_lost') this.#losses.lose(mine);
        else {
          // A release that was probed and now does not start is a plugin's failure like any other.
          const code = frame.error.code === 'probe_failed' ? 'plugin_error' : frame.error.code;
          this.#fail(mine, new CallError(code, frame.error.details, mine.spent(frame.cost), frame.error));
        }
        this.#feed();
        return;
      }
      case 'settled': {
        const mine = this.#calls.get(frame.call);
        if (mine === undefined) return;
        const spent = mine.spent(frame.cost);
        const { stopped } = frame;
        let error: NboxError | undefined = mine.stream?.error;
        if (stopped !== undefined) error = new CallError(stopped.code, stopped.details, spent, stopped);
        else if (mine.stream?.open) error = new CallError('plugin_error', 'The call ended before its reply did', spent);
        this.#over(mine, error);
        mine.rest?.({ spent, error });
        this.#feed();
        return;
      }
      case 'log': {
        const live = this.releases.find(frame.key)?.live;
        if (live !== undefined) this.#onLog(live, frame.level, frame.text, frame.last);
        return;
      }
      case 'probed':
        this.#loads.probed(frame.id, frame);
        return;
      case 'unprobed':
        this.#loads.unprobed(frame.id, new CallError('probe_failed', frame.error.details, nothingSpent, frame.error));
        return;
      case 'loaded': {
        this.#loads.loaded(executor, frame.key);
        const live = this.releases.find(frame.key)?.live;
        if (live !== undefined && frame.snapshot !== undefined) this.#onSnapshot(live.release, unwired(executor, frame.snapshot));
        return;
      }
      case 'dropped':
        this.releases.dropped(executor, frame.key);
        return;
      case 'need': {
        const known = this.releases.find(frame.key);
        if (known === undefined) executor.send({ kind: 'unload', key: frame.key });
        else void this.#bring(executor, known, frame.anew);
        return;
      }
      case 'unloaded':
        this.#loads.unloaded(executor, frame.key, unpackError(frame.error));
        return;
      default:
        throw new Error(`an unknown frame: ${JSON.stringify(frame satisfies never)}`);
    }
  }

  #opsOf(mine: PoolCall, executor: ExecutorProcess): CallOps {
    const { call } = mine;
    return new CallOps({
      own: (name, data, bytes) => streamOp(mine, name, data, bytes),
      ...{ call, handlers: this.#ops, reply: () => mine.stream },
      answer: (answer) => executor.send(answer),
      failed: (name, err) => this.#log.error({ err, op: name, plugin: call.live.release.plugin }, 'an operation failed'),
    });
  }

  /** The call is in no executor any more. */
  #over(mine: PoolCall, error?: NboxError): void {
    if (mine.state === 'over') return;
    // A reply that has not ended is not whole, and its client must see that.
    mine.stream?.cut(error ?? new CallError('executor_lost', 'The executor was lost while it made the reply', mine.spent()));
    if (mine.executor !== undefined) {
      mine.executor.backlog.delete(mine.id);
      const known = this.releases.kept(mine.call.live);
      if (known !== undefined) known.inFlight -= 1;
    }
    mine.ops?.close();
    mine.state = 'over';
    this.#calls.delete(mine.id);
    if (this.#calls.size === 0) this.#whenIdle?.();
  }

  #fail(mine: PoolCall, error: NboxError): void {
    this.#over(mine, error);
    mine.reject(error);
  }

  /** Nobody waits for the reply any more. What waits is not started; what runs hears of it, or ends. */
  #abort(mine: PoolCall): void {
    if (mine.state === 'queued') {
      this.#queue.remove(mine);
      this.#fail(mine, new CallError('bad_request', 'The client has gone', mine.spent()));
    } else if (mine.state === 'replied') {
      mine.stream?.cancel();
    } else if (mine.state === 'sent' || mine.state === 'begun') {
      // The executor answers with what the call has cost; until then it counts as in flight.
      mine.executor?.send({ kind: 'cancel', id: mine.id });
    }
  }
}
