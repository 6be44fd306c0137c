/**
 * Keeps a lane's executors running: as many as asked for, one more booted in advance, and every dead one replaced. The
 * watchdog lives here, since killing is its only means.
 */

import { hangs } from '../../guards/watchdog.ts';
import type { FromExecutor } from '../executor/wire.ts';
import type { Logger } from '../log.ts';
import { emptiest } from './emptiest.ts';
import { ExecutorProcess, type ExecutorStart } from './executor-process.ts';

/** An executor that dies while it starts is replaced after a while that doubles with every such death. */
const restartMs = { first: 100, most: 10_000 };

/** An executor that owes an answer, runs no guest, and says nothing for this long is stopped or broken. */
const mostSilentMs = 2_000;
/** A host whose executors die this often in a row before one has come up does not start. */
const mostFailedStarts = 5;

export interface SupervisorEvents {
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

  constructor(options: { count: number; start: ExecutorStart; events: SupervisorEvents; log: Logger }) {
    this.#count = options.count;
    this.#start = options.start;
    this.#events = options.events;
    this.#log = options.log;
    process.on('exit', this.#killAll);
    this.#fill();
  }

  /** Those that calls may be given to, the starting ones included. */
  get executors(): ReadonlySet<ExecutorProcess> {
    return this.#executors;
  }

  /** Whether any can be given a call. */
  get open(): boolean {
    for (const one of this.#executors) if (one.open) return true;
    return false;
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

  /** Kills what hangs in native code. */
  watch(): void {
    const now = performance.now();
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
    executor.condemn(running);
  }

  #suspicious(executor: ExecutorProcess, now: number): boolean {
    const { running } = executor;
    return running === undefined ? executor.silentMs(now) > mostSilentMs : hangs(running, now);
  }

  /** Where a release is tried: the spare one, so that live traffic does not wait for it; else one that runs calls. */
  get proving(): ExecutorProcess | undefined {
    return this.#spare?.usable ? this.#spare : this.emptiest;
  }

  /** Kills all and resolves when they are gone. */
  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closed';
      clearTimeout(this.#restart);
      if (this.#alive.size === 0) this.#gone.resolve();
      this.#killAll();
      this.#allReady?.resolve();
    }
    await this.#gone.promise;
    process.off('exit', this.#killAll);
  }

  #spawn(): ExecutorProcess {
    const executor = new ExecutorProcess(this.#nextNumber++, this.#start, {
      frame: (one, frame) => this.#events.frame(one, frame),
      ready: (one) => this.#onReady(one),
      left: () => this.#events.left(),
      exit: (one, reason) => this.#onExit(one, reason),
      output: (one, text) => this.#log.warn({ executor: one.number, text }, 'executor wrote'),
    });
    this.#alive.add(executor);
    return executor;
  }

  #fill(): void {
    while (this.#executors.size < this.#count) this.#executors.add(this.#spawn());
    this.#spare ??= this.#spawn();
  }

  #onReady(executor: ExecutorProcess): void {
    this.#failedStarts = 0;
    this.#log.debug({ executor: executor.number, pid: executor.pid }, 'executor ready');
    if (!this.#executors.has(executor)) return;
    this.#events.ready();
    this.#tellWhenReady();
  }

  #tellWhenReady(): void {
    if (!this.ready) return;
    this.#allReady?.resolve();
    this.#allReady = undefined;
  }

  #onExit(executor: ExecutorProcess, reason: string): void {
    this.#alive.delete(executor);
    if (this.#state === 'open') {
      if (!executor.condemned) this.#log.error({ executor: executor.number, reason }, 'executor died');
      this.#replace(executor);
    }
    this.#events.lost(executor);
    // A spare that was ready may have filled the last place.
    this.#tellWhenReady();
    if (this.#state === 'closed' && this.#alive.size === 0) this.#gone.resolve();
  }

  #replace(dead: ExecutorProcess): void {
    if (this.#spare === dead) this.#spare = undefined;
    else if (this.#executors.delete(dead) && this.#spare !== undefined) {
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
