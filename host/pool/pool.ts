/**
 * The executors of one lane: keeps them running, gives them calls, and takes back what a dead one had not begun. The
 * innermost dispatcher.
 */

import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type Call, CallError, nothingSpent, type Reply } from '../dispatch/dispatch.ts';
import type { OpHandlers } from '../dispatch/op.ts';
import type { FromExecutor, Logged } from '../executor/wire.ts';
import type { Logger } from '../log.ts';
import type { ExecutorWatch, StayIn } from '../meter/attribution/executor-meters.ts';
import { type Image, type LiveRelease, named, type Release, type ReleaseSnapshot } from '../release/release.ts';
import { refusal } from './admission.ts';
import { Border } from './border.ts';
import { type ExecutorCount, within } from './executor-count.ts';
import type { ExecutorProcess, ExecutorStart } from './executor-process.ts';
import { FairQueue } from './fair-queue.ts';
import type { KnownRelease } from './known-release.ts';
import { Leavers } from './leavers.ts';
import { Loads, unwired } from './loads.ts';
import { Losses, quarantined } from './losses.ts';
import { MemoryWatch } from './memory-watch.ts';
import { Placement } from './placement.ts';
import { PoolCall } from './pool-call.ts';
import type { PoolWatch } from './pool-watch.ts';
import { Quarantine } from './quarantine.ts';
import { ReleaseLoads } from './release-loads.ts';
import { RunningClock } from './running-clock.ts';
import { Supervisor } from './supervisor.ts';
import { TakenCalls } from './taken-calls.ts';

/** How often it is looked whether a release's calls have ended. */
const quietStepMs = 1;
/** How often hanging executors and calls that have waited too long are looked for. */
const sweepMs = 20;
const processors = availableParallelism();

export interface PoolOptions {
  readonly executors: ExecutorCount;
  /** How many more there may be for what is quarantined. */
  readonly quarantineExecutors: number;
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
  readonly onLog: (said: SaidLine) => void;
  /** What guests can ask of the host while their calls wait. */
  readonly ops?: OpHandlers;
  /** Told of what executors use. */
  readonly meter?: ExecutorWatch;
  readonly watch?: PoolWatch;
  readonly log: Logger;
}

/** How many executors a lane is to have now, and how many it may. */
export interface PoolSize {
  readonly count: number;
  readonly least: number;
  readonly most: number;
}

/** A line that a plugin's console was given. */
export interface SaidLine {
  readonly live: LiveRelease;
  /** `undefined` where it is over for the host: nobody waits for it any more. */
  readonly call: Call | undefined;
  readonly executor: number;
  readonly frame: Logged;
}

export interface ExecutorView {
  readonly number: number;
  readonly pid: number | undefined;
  /** `starting`, `ready`, `leaving` (it ends when what it has is over), or `closed` */
  readonly state: string;
  readonly releases: number;
  /** Whether guest code runs in it now. */
  readonly running: boolean;
  /** Whether it is for a quarantined release alone. */
  readonly apart: boolean;
}

export class Pool {
  /** What publishing needs of it. */
  readonly releases: ReleaseLoads;
  readonly #options: PoolOptions;
  readonly #supervisor: Supervisor;
  readonly #queue = new FairQueue<PoolCall>();
  readonly #taken: TakenCalls;
  readonly #loads = new Loads();
  readonly #quarantine: Quarantine;
  readonly #placement: Placement;
  readonly #border: Border;
  readonly #losses: Losses;
  readonly #memory: MemoryWatch;
  readonly #leavers: Leavers;
  readonly #sweeper: NodeJS.Timeout;
  readonly #clock = new RunningClock(performance.now());
  #nextCall = 1;
  #state: 'open' | 'closed' = 'open';

  constructor(options: PoolOptions) {
    this.#options = options;
    const { log } = options;
    this.#supervisor = new Supervisor({
      count: options.executors.first,
      start: options.start,
      log,
      events: {
        spawned: (executor) => options.meter?.started(executor, () => this.#stayIn(executor)),
        frame: (executor, frame) => this.#onFrame(executor, frame),
        ready: () => this.#feed(),
        left: () => this.#feed(),
        lost: (executor) => this.#onLost(executor),
        leaving: (executors, count) => this.#leavers.leave(executors, count),
        departed: (executor) => this.releases.withdrawn(executor),
        back: (executor) => {
          this.releases.restored(executor);
          this.#feed();
        },
      },
    });
    this.releases = new ReleaseLoads(this.#supervisor, this.#loads, options.meter);
    this.#quarantine = new Quarantine(this.#supervisor, options.quarantineExecutors);
    this.#placement = new Placement(this.#supervisor, this.#quarantine);
    this.#taken = new TakenCalls({
      ...{ ops: options.ops ?? new Map(), log },
      correct: (known, byUs) => this.#queue.correct(known, byUs),
      tripped: (known) => this.#held(known, known.trip(performance.now())),
      lose: (mine) => this.#losses.lose(mine),
      freed: () => this.#feed(),
    });
    this.#border = new Border({ taken: this.#taken, loads: this.#loads });
    this.#losses = new Losses({
      ...{ taken: this.#taken, queue: this.#queue, releases: this.releases },
      killed: (known) => this.#held(known, known.kill(performance.now())),
      open: () => this.#state === 'open',
    });
    this.#memory = new MemoryWatch({
      executors: () => this.#supervisor.lasting,
      softBytes: options.start.eviction.aboveBytes,
      retire: (executor) => {
        this.#supervisor.retire(executor);
        this.releases.lost(executor);
      },
      log,
    });
    this.#leavers = new Leavers({
      ...{ releases: this.releases, imageOf: options.imageOf, log },
      emptiest: () => this.#supervisor.emptiest,
      waiting: () => this.#queue.size,
      depart: (executor) => this.#supervisor.depart(executor),
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

  /**
   * There shall be so many executors from now on.
   * @returns how many it is, within the lane's bounds
   * @throws RangeError where it is no number
   */
  resize(count: number): number {
    const wanted = within(count, this.#options.executors);
    const before = this.#supervisor.count;
    if (wanted === before || this.#state === 'closed') return before;
    this.#options.log.debug({ from: before, to: wanted }, 'the lane is to have another number of executors');
    this.#supervisor.resize(wanted);
    this.#feed();
    return wanted;
  }

  get size(): PoolSize {
    const { least, most } = this.#options.executors;
    return { least, most, count: this.#supervisor.count };
  }

  /** For operators and tests: what runs now, the spare one left out. */
  executors(): ExecutorView[] {
    const all = [...this.#supervisor.alive].filter((one) => one !== this.#supervisor.reserve);
    return all.map(({ number, pid, state, stage, releases, running, apart }) => ({
      ...{ number, pid, state: stage === 'staying' ? state : 'leaving', releases: releases.size, apart },
      running: running !== undefined,
    }));
  }

  /** Calls that no executor has yet. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Calls that executors have. */
  get inFlight(): number {
    return this.#taken.size;
  }

  /** Whether a call of the release would be refused now, without anything made of it. */
  gate(live: LiveRelease): CallError | undefined {
    const known = this.releases.kept(live);
    if (known === undefined) return undefined;
    const now = performance.now();
    const refusedForMs = known.refusedForMs(now);
    if (refusedForMs > 0) return quarantined(refusedForMs);
    // Where none waits, the call may be started at once.
    if (this.#queue.sizeOf(known) === 0) return undefined;
    return this.#refusal(known, now);
  }

  /** @throws CallError */
  dispatch(call: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const known = this.releases.known(call.live);
      const mine = new PoolCall(call, known, this.#nextCall++, resolve, reject);
      // Since it was admitted its body may have been waited for.
      const now = performance.now();
      mine.waitsSince = this.#clock.at(now);
      if (this.#nextCall > 0xffff_ffff) this.#nextCall = 1;
      const refusedForMs = known.refusedForMs(now);
      if (refusedForMs > 0) {
        reject(quarantined(refusedForMs));
        return;
      }
      // Others' calls may wait for their own limits; where they wait for executors, this one finds no room either.
      const areWaiting = this.#queue.sizeOf(known) > 0;
      if (areWaiting || !this.#give(mine)) {
        if (!areWaiting) known.extraRoom = 0;
        if (call.hasWaited === true) known.extraRoom += 1;
        const refused = call.hasWaited === true ? undefined : this.#refusal(known, now);
        if (refused !== undefined) {
          reject(refused);
          return;
        }
        this.#queue.push(mine);
        this.#feed();
      }
      call.signal.onAbort(() => this.#abort(mine));
    });
  }

  /** Cuts the replies of the release that are still being made. */
  endStreams(live: LiveRelease): void {
    for (const mine of this.#taken.streamsOf(live)) {
      mine.stream?.cut(new CallError('release_replaced', 'The release was replaced while it made the reply', mine.spent()));
      // The guest is to hear that nobody takes it any more; until it ends, its call counts.
      mine.executor?.send({ kind: 'cancel', id: mine.id });
    }
  }

  /** Resolves when no call of the release runs or waits but streams, or when the time is over. */
  async quiet(live: LiveRelease, mostMs: number): Promise<void> {
    const until = performance.now() + mostMs;
    // Looked at again and again for a moment, so that the way of every call need not tell of its end.
    while (live.leases > this.#taken.streamsOf(live).length && performance.now() < until) await setTimeout(quietStepMs);
  }

  /** Resolves when no call is in an executor, or when the time is over. */
  drain(mostMs: number): Promise<void> {
    return this.#taken.drained(mostMs);
  }

  /** Ends every executor. Calls that are still running fail as `stopping`. */
  async close(): Promise<void> {
    this.#state = 'closed';
    clearInterval(this.#sweeper);
    this.#memory.close();
    await this.#supervisor.close();
    for (const mine of this.#queue.expire(() => true)) {
      this.#taken.fail(mine, new CallError('stopping', 'The host is stopping', mine.spent()));
    }
  }

  #onLost(executor: ExecutorProcess): void {
    // While it is known what it did for whom.
    this.#options.meter?.lost(executor);
    this.#quarantine.lost(executor);
    this.#losses.executor(executor);
    this.releases.lost(executor);
    this.#loads.lost(executor, executor.guilty);
    this.#feed();
    this.#tellOfLoss(executor);
  }

  #tellOfLoss({ number, retiredFor, condemned, guilty, apart }: ExecutorProcess): void {
    // One apart, or one of fewer, that nothing is held against was not needed any more.
    if (this.#state === 'closed' || ((apart || retiredFor === 'fewer') && condemned && guilty === undefined)) return;
    this.#options.watch?.lost(number, retiredFor === 'memory' ? 'memory' : condemned ? 'watchdog' : 'died');
  }

  /** A guard has tripped. @param refused whether the release is refused for it: its waiting calls are, too */
  #held(known: KnownRelease, refused: boolean): void {
    const now = performance.now();
    // What is tried is nobody's traffic, and is not among it.
    if (known.live.release.trial === undefined) {
      this.#placement.harmed(now);
      this.#options.watch?.tripped(known.live);
    }
    if (!refused) return;
    this.#options.log.warn({ ...named(known.live.release), forMs: Math.round(known.refusedForMs(now)) }, 'a plugin is refused for a while');
    for (const mine of this.#queue.expire((one) => one.account === known)) {
      this.#taken.fail(mine, quarantined(known.refusedForMs(now), mine.spent()));
    }
  }

  #refusal(known: KnownRelease, now: number): CallError | undefined {
    return refusal(known, { queue: this.#queue, executors: this.#supervisor.size, processors, clock: this.#clock }, now);
  }

  #sweep(): void {
    const now = performance.now();
    this.#clock.at(now);
    this.#supervisor.watch();
    this.#quarantine.sweep(now);
    for (const executor of this.#supervisor.alive) {
      for (const id of executor.backlog.calls()) {
        const mine = this.#taken.get(id);
        if (mine === undefined || mine.deadlineAt > now) continue;
        // It waits there behind a long one.
        executor.send({ kind: 'cancel', id });
        executor.givenUp += 1;
        this.#taken.giveUp(mine, expired(mine));
      }
      executor.handed.sweep(now);
    }
    for (const executor of this.#taken.overdue(now)) this.#supervisor.condemn(executor);
    for (const mine of this.#queue.expire((one) => one.deadlineAt <= now)) this.#taken.fail(mine, expired(mine));
    this.#feed();
  }

  // Calls.

  /** Starts what waits, as far as there is room. */
  #feed(): void {
    // Looking through all that wait is not for nothing.
    if (this.#queue.size === 0 || !this.#supervisor.open) return;
    const now = performance.now();
    for (;;) {
      let executor: ExecutorProcess | undefined;
      const next = this.#queue.shift((one) => {
        if (!one.account.mayStart(now)) return false;
        const found = this.#place(one.account, now);
        // Asked of one whose turn is earlier after that of another.
        if (found !== undefined) executor = found;
        return found !== undefined;
      });
      if (next === undefined) return;
      if (!this.#give(next, executor)) this.#queue.putBack(next);
    }
  }

  /** @returns whether an executor has taken it */
  #give(mine: PoolCall, placed?: ExecutorProcess): boolean {
    const { account: known } = mine;
    let executor = placed;
    if (executor === undefined) {
      const now = performance.now();
      if (!known.mayStart(now)) return false;
      executor = this.#place(known, now);
      if (executor === undefined) return false;
    }
    if (!known.holders.includes(executor)) {
      void this.#bring(executor, known);
      // Until it is there, another that holds it may have room.
      executor = this.#place(known, performance.now());
      if (executor === undefined) return false;
    }
    this.#queue.begin(known, known.expectedUs);
    const running = this.#clock.at(performance.now());
    known.drain.taken(this.#queue.sizeOf(known), running, Math.min(this.#supervisor.size, known.live.limits.concurrency));
    this.#taken.give(mine, executor);
    return true;
  }

  /** @returns where a call of the release goes: while it is brought to an executor, to none but those that hold it */
  #place(known: KnownRelease, now: number): ExecutorProcess | undefined {
    const executor = this.#placement.place(known, now);
    return executor === undefined || known.fetching === 0 || known.holders.includes(executor) ? executor : undefined;
  }

  /**
   * Brings a release to an executor that has not, or no longer, got it.
   * @param needed what the executor has said that it lacks: it has calls for it, and is given it though it is to end
   */
  async #bring(executor: ExecutorProcess, known: KnownRelease, needed?: { readonly anew: boolean }): Promise<void> {
    known.fetching += 1;
    const { release } = known.live;
    const [read] = await Promise.allSettled([this.#options.imageOf(release, executor.base, needed?.anew === true)]);
    known.fetching -= 1;
    if (needed !== undefined) executor.handed.brought(known.live.key);
    if (read.status === 'fulfilled') {
      if (needed === undefined ? executor.usable : executor.works) this.releases.send(executor, known.live, read.value);
    } else {
      const error = { detail: 'The release cannot be read from the store', cause: read.reason };
      for (const mine of this.#queue.expire((one) => one.account === known)) {
        this.#taken.fail(mine, new CallError('internal_error', error, mine.spent()));
      }
      // What waits there for the release is refused.
      this.releases.drop(executor, known.live.key);
    }
    this.#feed();
  }

  #onFrame(executor: ExecutorProcess, frame: Exclude<FromExecutor, { kind: 'ready' | 'leave' }>): void {
    if (!this.#border.admits(executor, frame)) return;
    switch (frame.kind) {
      case 'enter':
      case 'replied':
      case 'tape':
      case 'op':
      case 'failed':
      case 'settled':
        this.#taken.take(executor, frame);
        return;
      case 'log': {
        const live = this.releases.find(frame.key)?.live;
        const mine = this.#taken.get(frame.call);
        if (live === undefined) return;
        const isOwn = mine?.executor === executor && mine.call.live === live;
        if (!isOwn && !executor.hasRelease(frame.key)) return;
        this.#options.onLog({ live, call: isOwn ? mine.call : undefined, executor: executor.number, frame });
        return;
      }
      case 'used':
        this.#taken.told(executor, frame.open);
        this.#options.meter?.used(executor, frame);
        return;
      case 'probed':
        this.#loads.probed(frame.id, frame);
        return;
      case 'unprobed':
        this.#loads.unprobed(frame.id, new CallError('probe_failed', frame.error.details, nothingSpent, frame.error));
        return;
      case 'loaded': {
        const goesOn = this.#loads.loaded(executor, frame.key);
        const known = this.releases.find(frame.key);
        if (known === undefined || !executor.hasRelease(frame.key)) return;
        if (frame.hot === true) known.isHot = true;
        if (goesOn && frame.goesOn === true) this.#tellOfState(executor, known);
        if (frame.snapshot !== undefined) this.#options.onSnapshot(known.live.release, unwired(executor, frame.snapshot));
        return;
      }
      case 'dropped':
        this.releases.dropped(executor, frame.key);
        return;
      case 'need':
        this.#onNeed(executor, frame);
        return;
      case 'unloaded':
        this.#loads.unloaded(executor, frame.key, frame);
        return;
      default:
        throw new Error(`an unknown frame: ${JSON.stringify(frame satisfies never)}`);
    }
  }

  #onNeed(executor: ExecutorProcess, frame: Extract<FromExecutor, { kind: 'need' }>): void {
    const { key } = frame;
    const known = this.releases.find(key);
    // It was let go of, and nobody's call waits for it there.
    if (known === undefined || !(executor.hasRelease(key) || this.#taken.hasOf(executor, known.live)))
      executor.send({ kind: 'unload', key });
    else if (executor.handed.needs(key)) void this.#bring(executor, known, frame);
  }

  /** What runs in an executor, or ran when it died. */
  #stayIn(executor: ExecutorProcess): StayIn | undefined {
    const stay = executor.guilty ?? executor.running;
    if (stay === undefined) return undefined;
    return { ...stay, release: stay.subject === 'call' ? this.#taken.liveOf(executor, stay.id)?.release : undefined };
  }

  #tellOfState({ number: executor }: ExecutorProcess, { live }: KnownRelease): void {
    const { plugin, number } = live.release;
    this.#options.log.info({ plugin, release: number, executor }, 'goes on with the state of the release before');
  }

  /** Nobody waits for the reply any more. What waits is not started; what runs hears of it, or ends. */
  #abort(mine: PoolCall): void {
    if (mine.state === 'queued') {
      this.#queue.remove(mine);
      this.#taken.fail(mine, new CallError('bad_request', 'The client has gone', mine.spent()));
    } else if (mine.state === 'replied') {
      mine.stream?.cancel();
    } else if (mine.state === 'sent' || mine.state === 'begun') {
      // The executor answers with what the call has cost; until then it counts as in flight.
      mine.executor?.send({ kind: 'cancel', id: mine.id });
    }
  }
}

/** A call has not begun when its deadline comes. */
function expired(mine: PoolCall): CallError {
  return new CallError('deadline_exceeded', 'The call waited for an executor until its deadline', mine.spent());
}
