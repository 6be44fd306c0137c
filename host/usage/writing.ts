/** Batches on their way into the file, by a thread of their own: kept until they are there, told again where they are not. */

import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Batch, FromThread } from './messages.ts';
import { Unwritten } from './unwritten.ts';
import { UsageThread } from './usage-thread.ts';

const retryMs = 2_000;
/** For how long the last ones are tried for when the host stops. A file that another holds takes the thread 5 s besides. */
const closeMs = 4_000;
/** What is on its way may be followed by the rest, and one of these may fail. */
const closeTurns = 3;

export interface UsageWritingParts {
  readonly file: string;
  readonly mostBytes: number;
  readonly clock: Pick<Clock, 'elapsed'>;
  readonly log: Logger;
  /** The file is damaged: no batch will ever be written to it. */
  readonly onBroken: (reason: string) => void;
}

export class UsageWriting {
  readonly #parts: UsageWritingParts;
  readonly #unwritten = new Unwritten();
  readonly #writer: UsageThread;
  readonly #started = Promise.withResolvers<void>();
  /** Makes many batches one, and touches no disk. Only while the disk fails. */
  #joiner: UsageThread | undefined;
  #writing: PromiseWithResolvers<void> | undefined;
  #retryAt = 0;
  #isFailing = false;
  #hasLost = false;

  /** Whoever makes it must `close` it. */
  constructor(parts: UsageWritingParts) {
    this.#parts = parts;
    this.#writer = new UsageThread({
      start: { role: 'writer', file: parts.file, mostBytes: parts.mostBytes },
      onMessage: (message) => {
        this.#take(message);
        this.#started.resolve();
      },
      onLost: (reason) => {
        this.#lost(reason);
        // Where it cannot be started, serving goes on without it.
        this.#started.resolve();
      },
    });
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  add(second: number, block: Uint8Array): void {
    this.#unwritten.add(second, block);
    if (this.#unwritten.lost > 0 && !this.#hasLost) {
      this.#hasLost = true;
      this.#parts.log.error('nothing of usage could be written for long: the oldest is lost');
    }
    this.#makeFewer();
  }

  /** Writes what there is, if nothing is being written. */
  write(): void {
    const isDue = this.#parts.clock.elapsed() >= this.#retryAt;
    if (this.#writing !== undefined || !this.#writer.isReady || !isDue || this.#unwritten.size === 0) return;
    this.#writing = Promise.withResolvers();
    this.#writer.tell({ kind: 'write', batches: this.#unwritten.send() });
  }

  /** What may not be in the file yet, of these seconds. */
  within(from: number, to: number): Batch[] {
    return this.#unwritten.list().filter(({ second }) => second >= from && second < to);
  }

  /** Nothing is written until it is begun again. */
  async end(): Promise<void> {
    await Promise.all([this.#writer.end(), this.#endJoiner()]);
    this.#wrote();
  }

  begin(): void {
    this.#writer.begin();
  }

  /** Writes what there is, and ends. What the disk does not take by then is lost, and said. */
  async close(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeMs);
    const until = this.#parts.clock.elapsed() + closeMs;
    for (let turn = 0; turn < closeTurns && this.#unwritten.size > 0 && this.#parts.clock.elapsed() < until; turn += 1) {
      this.#retryAt = 0;
      this.write();
      if (this.#writing === undefined) break;
      await Promise.race([this.#writing.promise, late.promise]);
    }
    clearTimeout(timer);
    if (this.#unwritten.size > 0) this.#parts.log.error({ batches: this.#unwritten.size }, 'the last usage could not be written');
    await this.end();
  }

  #makeFewer(): void {
    if (!this.#unwritten.isLong) return;
    this.#joiner ??= new UsageThread({
      start: { role: 'joiner' },
      onMessage: (message) => {
        if (message.kind === 'joined') this.#unwritten.join(message.block);
      },
      onLost: () => this.#unwritten.notJoined(),
    });
    // Where it is only being started, the next batch finds it ready.
    const blocks = this.#joiner.isReady ? this.#unwritten.toJoin() : undefined;
    if (blocks !== undefined) this.#joiner.tell({ kind: 'join', blocks });
  }

  async #endJoiner(): Promise<void> {
    const joiner = this.#joiner;
    this.#joiner = undefined;
    this.#unwritten.notJoined();
    await joiner?.end();
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        this.#unwritten.settle(message.lastBatch);
        return;
      case 'written':
        this.#unwritten.settle(message.lastBatch);
        if (this.#isFailing) this.#parts.log.info('usage is written again');
        this.#isFailing = false;
        void this.#endJoiner();
        this.#wrote();
        return;
      case 'write failed':
        this.#unwritten.settle(message.lastBatch);
        this.#lost(message.reason);
        if (message.isBroken) this.#parts.onBroken(message.reason);
        return;
      case 'read':
      case 'read failed':
      case 'series':
      case 'judged':
      case 'joined':
        throw new Error(`the thread that writes has ${message.kind}`);
    }
  }

  /** Said once, until it goes again. */
  #lost(reason: string): void {
    this.#retryAt = this.#parts.clock.elapsed() + retryMs;
    if (!this.#isFailing) {
      this.#parts.log.warn({ reason }, 'usage cannot be written: it is kept in memory until it can, with its times less and less exact');
    }
    this.#isFailing = true;
    this.#wrote();
  }

  #wrote(): void {
    const writing = this.#writing;
    this.#writing = undefined;
    writing?.resolve();
  }
}
