/**
 * Keeps a lane's executors running: as many as asked for, one more booted in advance, and every dead one replaced; others
 * apart from them, for what is quarantined. The watchdog lives here, since killing is its only means.
 */

import { hangs } from '../../guards/watchdog.ts';
import { idleClass } from '../../loader/machine-tools.ts';
import type { FromExecutor } from '../executor/wire.ts';
import type { Logger } from '../log.ts';
import { emptiest } from './emptiest.ts';
import { type ExecutorEvents, ExecutorProcess, type ExecutorStart, type Exit, type RunningStay } from './executor-process.ts';
import { threadCpuMs } from './thread-cpu.ts';

/** An executor that dies while it starts is replaced after a while that doubles with every such death. */
const restartMs = { first: 100, most: 10_000 };

/** An executor that owes an answer, runs no guest, and says nothing for this long is stopped or broken. */
const mostSilentMs = 2_000;
/** A stay of so long is worth a look at its process's clock. */
const lookedAtMs = 10;
/** What an executor that is to end may still take for what it has begun. */
const retireMs = 10_000;
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
}

export class Supervisor {
  readonly #count: number;
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
  /** Executors that are to end, and until when they may take. */
  readonly #retired = new Map<ExecutorProcess, number>();
  /** What the process's clock said when a stay was first looked at. */
  readonly #firstCpuMs = new WeakMap<RunningStay, number | undefined>();

  constructor(options: { count: number; start: ExecutorStart; events: SupervisorEvents; log: Logger }) {
    this.#count = options.count;
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

  /** All that there are: the spare one and those apart, too. */
  get alive(): ReadonlySet<ExecutorProcess> {
    return this.#alive;
  }

  /** The executor that holds the fewest releases, if any is ready. */
  get emptiest(): ExecutorProcess | undefined {
    return emptiest(this.#executors, (one) => one.usable);
  }

  /** Whether every executor that should run does. */
  get ready(): boolean {
    let count = 0;
    for (const one of this.#executors) if (one.state === 'ready') count += 1;
    return count === this.#count;
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
    this.#endRetired(now);
    for (const executor of this.#alive) {
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
    if (running === undefined) return executor.silentMs(now) > mostSilentMs;
    if (now - running.enteredAt < lookedAtMs) return false;
    if (!this.#firstCpuMs.has(running)) this.#firstCpuMs.set(running, threadCpuMs(executor.pid));
    return hangs(running, now) && hangs(running, now, this.#stayCpuMs(executor, running));
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

  /** Puts another in its place. What it has begun may end, within bounds; then its process ends, and with it its memory. */
  retire(executor: ExecutorProcess): void {
    if (!this.#executors.has(executor)) return;
    executor.retire();
    this.#retired.set(executor, performance.now() + retireMs);
    this.#replace(executor);
  }

  #endRetired(now: number): void {
    for (const [executor, until] of this.#retired) {
      if (now < until && (executor.calls > 0 || executor.asked > 0)) continue;
      this.#retired.delete(executor);
      executor.condemn();
    }
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

  #fill(): void {
    while (this.#executors.size < this.#count) this.#executors.add(this.#spawn());
    this.#spare ??= this.#spawn();
  }

  #onReady(executor: ExecutorProcess): void {
    this.#failedStarts = 0;
    this.#log.debug({ executor: executor.number, pid: executor.pid }, 'executor ready');
    for (const resolve of this.#anyReady.splice(0)) resolve();
    this.#events.ready();
    this.#tellWhenReady();
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
    this.#tellWhenReady();
    if (this.#state === 'closed' && this.#alive.size === 0) this.#gone.resolve();
  }

  /** One that is dead, or is to end. */
  #replace(dead: ExecutorProcess): void {
    if (this.#spare === dead) this.#spare = undefined;
    else if (!this.#executors.delete(dead)) return;
    else if (this.#spare !== undefined) {
      this.#executors.add(this.#spare);
      this.#spare = undefined;
    }
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
