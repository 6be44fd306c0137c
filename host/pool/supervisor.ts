/**
 * Keeps a lane's executors running: as many as asked for, one more booted in advance, and every dead one replaced; others
 * apart from them, for what is quarantined. Where fewer are asked for, some leave; where more are, those that have not quite
 * left come back first. The watchdog lives here, since killing is its only means.
 */

import { hangs, isStopped } from '../../guards/watchdog.ts';
import { idleClass } from '../../loader/machine-tools.ts';
import type { FromExecutor } from '../executor/wire.ts';
import type { Logger } from '../log.ts';
import { emptiest } from './emptiest.ts';
import { type ExecutorEvents, ExecutorProcess, type ExecutorStart, type Exit, type RunningStay } from './executor-process.ts';
import { Retired } from './retired.ts';
import { isRunnable, threadCpuMs } from './thread-cpu.ts';

/** An executor that dies while it starts is replaced after a while that doubles with every such death. */
const restartMs = { first: 100, most: 10_000 };

/** A silence of so long is worth a look at its process's clock. */
const noticedMs = 500;
/** A stay of so long is worth a look at its process's clock. */
const lookedAtMs = 10;
/** Where more are asked for while others serve, so many start at once: starting takes CPU time, which those need. */
const mostStarting = 2;
/** One that has not come up after so long never will. */
const mostStartMs = 60_000;
/** A host whose executors die this often in a row before one has come up does not start. */
const mostFailedStarts = 5;

export interface SupervisorEvents {
  /** A process was started. */
  spawned(executor: ExecutorProcess): void;
  frame(executor: ExecutorProcess, frame: Exclude<FromExecutor, { kind: 'ready' | 'leave' }>): void;
  /** An executor has joined those that run calls. */
  ready(): void;
  /** A stay in some guest is over, so that there may be room for what waits. */
  left(): void;
  /** An executor is gone, and with it what it was doing; a spare has its place already, where there was one. */
  lost(executor: ExecutorProcess): void;
  /** Fewer are asked for. @returns so many of these, which are all ready, as are to leave; each `departs` when it may */
  leaving(executors: readonly ExecutorProcess[], count: number): readonly ExecutorProcess[];
  /** No call may be given to it any more, or, where it has come `back`, calls may be again. */
  departed(executor: ExecutorProcess): void;
  back(executor: ExecutorProcess): void;
}

export class Supervisor {
  #count: number;
  /** How many there were when the lane was last whole, or are asked for where that is less: it is as ready while it grows as it was. */
  #whole: number;
  /** How many are ready. */
  #serving = 0;
  readonly #start: ExecutorStart;
  readonly #events: SupervisorEvents;
  readonly #log: Logger;
  readonly #executors = new Set<ExecutorProcess>();
  #spare: ExecutorProcess | undefined;
  #nextNumber = 1;
  #failedStarts = 0;
  #restart: NodeJS.Timeout | undefined;
  #state: 'open' | 'closed' = 'open';
  readonly #alive = new Set<ExecutorProcess>();
  #gone = Promise.withResolvers<void>();
  /** An executor that hangs in native code would not notice that its host is gone. */
  readonly #killAll = () => {
    for (const one of this.#alive) one.kill();
  };
  #allReady: PromiseWithResolvers<void> | undefined;
  /** Whoever waits for any that is ready. */
  #anyReady: (() => void)[] = [];
  readonly #retired = new Retired();
  /** What the process's clock said when a stay was first looked at. */
  readonly #firstCpuMs = new WeakMap<RunningStay, number | undefined>();
  /** The same of silences, with when each began. */
  readonly #silences = new WeakMap<ExecutorProcess, { readonly since: number; readonly cpuMs: number | undefined }>();

  constructor(options: { count: number; start: ExecutorStart; events: SupervisorEvents; log: Logger }) {
    this.#count = options.count;
    this.#whole = options.count;
    this.#start = options.start;
    this.#events = options.events;
    this.#log = options.log;
    process.on('exit', this.#killAll);
    if (!idleClass.isThere) this.#log.debug('what is quarantined runs with a low priority: there is no chrt here');
    this.#fill();
  }

  /** Those that calls may be given to, the starting ones included. */
  get executors(): ReadonlySet<ExecutorProcess> {
    return this.#executors;
  }

  /** Whether any can be given a call; the spare one only where it has what is tried. */
  get open(): boolean {
    for (const one of this.#alive) if (one.open && (one !== this.#spare || one.releases.size > 0)) return true;
    return false;
  }

  /** The one booted in advance, once it is ready: what is tried is tried there, so that live traffic does not wait for it. */
  get spare(): ExecutorProcess | undefined {
    return this.#spare?.usable === true ? this.#spare : undefined;
  }

  /** The one booted in advance, ready or not. */
  get reserve(): ExecutorProcess | undefined {
    return this.#spare;
  }

  /** All that there are: the spare one and those apart, too. */
  get alive(): ReadonlySet<ExecutorProcess> {
    return this.#alive;
  }

  /** The executor that holds the fewest releases, if any is ready. */
  get emptiest(): ExecutorProcess | undefined {
    return emptiest(this.#executors, (one) => one.usable);
  }

  /** How many executors there should be. */
  get count(): number {
    return this.#count;
  }

  /** How many calls have to themselves: those that are asked for, but those not that it grows by and that have yet to start. */
  get size(): number {
    return Math.max(this.#serving, this.#whole);
  }

  /** Whether every executor that should run does. While it grows, those need not that are new. */
  get ready(): boolean {
    let count = 0;
    for (const one of this.#staying()) if (one.state === 'ready') count += 1;
    return count >= this.#whole;
  }

  /**
   * How many there shall be from now on. Growing, it takes back those that are leaving, then the spare one, and starts the rest;
   * shrinking, some leave when what they alone hold is elsewhere, and end when what they have begun is over.
   * @param count 1 or more
   */
  resize(count: number): void {
    if (this.#state === 'closed' || count === this.#count) return;
    this.#count = count;
    this.#whole = Math.min(this.#whole, count);
    this.#shed();
    this.#fill();
    this.#changed();
  }

  /** One that was to leave gets no more calls, and ends when it has none; unless it is needed again by then. */
  depart(executor: ExecutorProcess): void {
    if (executor.stage !== 'leaving' || !this.#executors.delete(executor)) return;
    executor.retire('fewer');
    this.#retired.add(executor);
    this.#changed();
    this.#events.departed(executor);
  }

  /**
   * Resolves once every executor is ready.
   * @throws Error where they die before they are, again and again
   */
  async started(): Promise<void> {
    while (!this.ready && this.#state === 'open') {
      this.#allReady ??= Promise.withResolvers();
      await this.#allReady.promise;
    }
  }

  /** Kills what hangs in native code, and ends what was retired. To be called often. */
  watch(): void {
    const now = performance.now();
    this.#retired.endIdle(now);
    for (const executor of this.#alive) {
      if (executor.state === 'starting' && now - executor.startedAt > mostStartMs) this.condemn(executor);
      const { running } = executor;
      if (executor.condemned || !this.#suspicious(executor, now)) continue;
      // Where the host itself was held up, frames that clear the suspicion may wait to be read: they are by the next turn.
      setImmediate(() => {
        if (executor.condemned || executor.running !== running || !this.#suspicious(executor, performance.now())) return;
        this.condemn(executor);
      });
    }
  }

  /** Kills an executor that hangs or has stopped, once; what runs in it, if anything does, is at fault. */
  condemn(executor: ExecutorProcess): void {
    const { running } = executor;
    if (executor.condemned) return;
    this.#log.warn({ executor: executor.number, ...(running ?? { silent: true }) }, 'watchdog killed an executor');
    executor.condemn(running, running && this.#stayCpuMs(executor, running));
  }

  #suspicious(executor: ExecutorProcess, now: number): boolean {
    const { running } = executor;
    if (running === undefined) return this.#isStopped(executor, now);
    if (now - running.enteredAt < lookedAtMs) return false;
    if (!this.#firstCpuMs.has(running)) this.#firstCpuMs.set(running, threadCpuMs(executor.pid));
    return hangs(running, now) && hangs(running, now, this.#stayCpuMs(executor, running));
  }

  /** It owes an answer. On a machine that has no time for it, it waits for a processor, and says nothing either. */
  #isStopped(executor: ExecutorProcess, now: number): boolean {
    const silentMs = executor.silentMs(now);
    if (silentMs <= noticedMs) return false;
    const since = now - silentMs;
    let silence = this.#silences.get(executor);
    if (silence === undefined || since - silence.since > 1) {
      silence = { since, cpuMs: threadCpuMs(executor.pid) };
      this.#silences.set(executor, silence);
    }
    const { cpuMs: first } = silence;
    return isStopped(silentMs, () => {
      const cpuMs = threadCpuMs(executor.pid);
      return { isRunnable: isRunnable(executor.pid), cpuMs: first === undefined || cpuMs === undefined ? undefined : cpuMs - first };
    });
  }

  /** What CPU time a stay has had, where that is known. */
  #stayCpuMs({ pid }: ExecutorProcess, stay: RunningStay): number | undefined {
    const [first, cpuMs] = [this.#firstCpuMs.get(stay), threadCpuMs(pid)];
    return first === undefined || cpuMs === undefined ? undefined : cpuMs - first + lookedAtMs;
  }

  /** One that runs apart from all others, with low priority. Whoever asked for it dismisses it. */
  startApart(): ExecutorProcess {
    return this.#spawn(true);
  }

  /** Ends one that is not needed any more. */
  dismiss(executor: ExecutorProcess): void {
    executor.condemn();
  }

  /** Whose memory counts: those that calls may be given to, and those that have departed and go on with what they have. */
  get lasting(): ExecutorProcess[] {
    return [...this.#executors, ...this.#retired.unbounded];
  }

  /** Puts another in its place. What it has begun may end, within bounds; then its process ends, and with it its memory. */
  retire(executor: ExecutorProcess): void {
    if (!this.#executors.has(executor) && !this.#retired.has(executor)) return;
    executor.retire('memory');
    this.#retired.bound(executor, performance.now());
    this.#replace(executor);
    this.#changed();
  }

  /**
   * Where a release is tried: the spare one; else one that runs calls.
   * @returns undefined where none was ready in time
   */
  async proving(mostMs: number): Promise<ExecutorProcess | undefined> {
    const until = performance.now() + mostMs;
    for (;;) {
      const found = this.spare ?? this.emptiest;
      const left = until - performance.now();
      if (found !== undefined || left <= 0 || this.#state === 'closed') return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#anyReady.push(resolve);
      const over = setTimeout(resolve, left);
      await promise;
      clearTimeout(over);
    }
  }

  /** Kills all and resolves when they are gone. */
  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closed';
      clearTimeout(this.#restart);
      if (this.#alive.size === 0) this.#gone.resolve();
      this.#killAll();
      this.#allReady?.resolve();
      for (const resolve of this.#anyReady.splice(0)) resolve();
    }
    await this.#gone.promise;
    process.off('exit', this.#killAll);
  }

  #spawn(apart = false): ExecutorProcess {
    const events = {
      frame: (one, frame) => this.#events.frame(one, frame),
      ready: (one) => this.#onReady(one),
      left: () => this.#events.left(),
      exit: (one, exit) => this.#onExit(one, exit),
      output: (one, text) => this.#log.warn({ executor: one.number, text }, 'executor wrote'),
    } satisfies ExecutorEvents;
    const executor = new ExecutorProcess(this.#nextNumber++, this.#start, events, apart);
    this.#alive.add(executor);
    this.#events.spawned(executor);
    return executor;
  }

  #staying(): ExecutorProcess[] {
    return [...this.#executors].filter(({ stage }) => stage === 'staying');
  }

  /** Those that are too many: such as do not serve yet, or any more, first. */
  #shed(): void {
    const staying = this.#staying();
    let over = staying.length - this.#count;
    for (const one of staying.filter(({ usable }) => !usable).reverse()) {
      if (over <= 0) return;
      over -= 1;
      this.#executors.delete(one);
      if (one.condemned || one.state === 'closed') continue;
      if (this.#spare === undefined) this.#spare = one;
      else one.condemn();
    }
    if (over <= 0) return;
    const leaving = this.#events.leaving(
      staying.filter(({ usable }) => usable),
      over,
    );
    for (const one of leaving) one.leave();
  }

  /**
   * Those take their places that are there already.
   * @param busy whether the spare one does, whatever is tried in it: what is tried may cost an executor, and with it its calls
   */
  #join(busy: boolean): void {
    for (let lack = this.#count - this.#staying().length; lack > 0; lack -= 1) {
      if (this.#takeBack()) continue;
      if (this.#spare === undefined || (!busy && (this.#spare.calls > 0 || this.#spare.asked > 0))) return;
      this.#executors.add(this.#spare);
      this.#spare = undefined;
    }
  }

  /** @returns whether there was one that has not quite left */
  #takeBack(): boolean {
    for (const one of this.#executors) {
      if (one.stage !== 'leaving' || !one.usable) continue;
      one.stay();
      return true;
    }
    const one = this.#retired.takeBack();
    if (one === undefined) return false;
    one.stay();
    this.#executors.add(one);
    this.#events.back(one);
    return true;
  }

  #fill(): void {
    this.#join(false);
    // At first, and where none serves, nothing is disturbed.
    let room = this.#serving === 0 ? Number.POSITIVE_INFINITY : mostStarting;
    for (const one of this.#alive) if (!one.wasReady && !one.apart && !one.condemned) room -= 1;
    for (let lack = this.#count - this.#staying().length; lack > 0 && room > 0; lack -= 1) {
      this.#executors.add(this.#spawn());
      room -= 1;
    }
    if (room > 0) this.#spare ??= this.#spawn();
  }

  /** Who is there, or should be, has changed. */
  #changed(): void {
    this.#serving = this.#staying().filter(({ usable }) => usable).length;
    if (this.#serving >= this.#count) this.#whole = this.#count;
    this.#tellWhenReady();
  }

  #onReady(executor: ExecutorProcess): void {
    this.#failedStarts = 0;
    this.#log.debug({ executor: executor.number, pid: executor.pid }, 'executor ready');
    this.#changed();
    for (const resolve of this.#anyReady.splice(0)) resolve();
    // Those whose start was put off.
    if (this.#state === 'open') this.#fill();
    this.#events.ready();
  }

  #tellWhenReady(): void {
    if (!this.ready) return;
    this.#allReady?.resolve();
    this.#allReady = undefined;
  }

  #onExit(executor: ExecutorProcess, { reason, crashed }: Exit): void {
    this.#alive.delete(executor);
    this.#retired.delete(executor);
    if (this.#state === 'open') {
      if (!executor.condemned) this.#log.error({ executor: executor.number, reason }, 'executor died');
      // Nothing but what runs in it can break it.
      if (crashed && !executor.condemned) executor.guilty = executor.running;
      this.#replace(executor);
    }
    this.#events.lost(executor);
    // A spare that was ready may have filled the last place.
    this.#changed();
    if (this.#state === 'closed' && this.#alive.size === 0) this.#gone.resolve();
  }

  /** One that is dead, or is to end. */
  #replace(dead: ExecutorProcess): void {
    if (this.#spare === dead) this.#spare = undefined;
    else if (!this.#executors.delete(dead)) return;
    this.#join(true);
    if (dead.wasReady) {
      this.#fill();
      return;
    }
    this.#failedStarts += 1;
    if (this.#failedStarts >= mostFailedStarts) {
      this.#allReady?.reject(new Error('Executors die before they are ready; the log has what they wrote'));
      this.#allReady = undefined;
    }
    clearTimeout(this.#restart);
    const wait = Math.min(restartMs.most, restartMs.first * 2 ** Math.min(10, this.#failedStarts - 1));
    this.#restart = setTimeout(() => this.#fill(), wait);
  }
}
