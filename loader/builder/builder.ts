/** The host's side of the builder: queues builds, and replaces the process when one of them brings it down. */

import { join } from 'node:path';
import { NboxError, unpackError } from '../../guards/errors.ts';
import type { Build, BuildRequest, ExecutorParts } from '../build.ts';
import { type Logger, type Loss, TaskProcess, type TaskProcessState } from '../task-process.ts';
import type { FromBuilder, ToBuilder } from './builder-messages.ts';
import { DeadlySources } from './deadly-sources.ts';

export interface BuilderOptions {
  /** The folder whose package.json lists what plugins may import. */
  readonly librariesDir: string;
  /** The folder with the author types; for tests. */
  readonly typesDir?: string;
  /** From a build's start in the process to its end. */
  readonly deadlineMs?: number;
  /** Builds that may wait or run. */
  readonly queue?: number;
  /** After so long without a build the process and its children give their memory back. */
  readonly restAfterMs?: number;
  readonly logger?: Logger;
  /** Told when the process begins to build for a plugin, and, by `undefined`, when it has ended that. Must not throw. */
  readonly onTurn?: (plugin: string | undefined) => void;
}

interface Task {
  readonly message: ToBuilder;
  readonly settle: (answer: FromBuilder) => void;
  readonly fail: (error: NboxError) => void;
}

const entry = join(import.meta.dirname, 'builder-process.ts');

type Optional = 'logger' | 'typesDir' | 'onTurn';

export class Builder {
  readonly #options: Required<Omit<BuilderOptions, Optional>> & Pick<BuilderOptions, Optional>;
  readonly #process: TaskProcess<ToBuilder, FromBuilder>;
  /** The first one is in the process; the others wait here, so that a crash costs no more than the one. */
  readonly #tasks: Task[] = [];
  readonly #started = Promise.withResolvers<void>();
  readonly #deadly = new DeadlySources();
  #busy = false;
  #nextId = 0;

  /** @throws Error where the process cannot start, as with a library that is not installed */
  static async start(options: BuilderOptions): Promise<Builder> {
    const builder = new Builder(options);
    builder.#process.wake();
    try {
      await builder.#started.promise;
    } catch (error) {
      await builder.close();
      throw error;
    }
    return builder;
  }

  private constructor(options: BuilderOptions) {
    this.#options = { deadlineMs: 10_000, queue: 64, restAfterMs: 300_000, ...options };
    this.#started.promise.catch(() => undefined);
    const { librariesDir, typesDir = '', deadlineMs, restAfterMs, logger } = this.#options;
    this.#process = new TaskProcess({
      ...{ name: 'builder', entry, restAfterMs, logger },
      args: [librariesDir, typesDir, String(Math.ceil(deadlineMs * 0.75))],
      onReady: () => {
        this.#started.resolve();
        this.#next();
      },
      onUnfit: (message) => this.#started.reject(new Error(message)),
      onMessage: (message) => this.#receive(message),
      onLost: (loss) => this.#lost(loss),
      // A push is to find it there.
      isMissed: () => true,
    });
  }

  get state(): TaskProcessState {
    return this.#process.state;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Builds that wait or run. */
  get size(): number {
    return this.#tasks.length;
  }

  /**
   * @throws NboxError `builder_busy`; `builder_failed` where the build brought the process down, took too long or too
   * much memory, or did so within the last minute; and whatever is wrong with the source
   */
  async build(request: BuildRequest): Promise<Build> {
    const known = this.#deadly.find(request);
    if (known !== undefined && this.state !== 'closed') throw known;
    const answer = await this.#ask({ type: 'build', id: this.#nextId++, request });
    if (answer.type !== 'built') throw new NboxError('internal_error', 'The builder gave another answer than asked for');
    return answer.build;
  }

  /** What executors are started with; see `executor.ts` and `prelude.ts`. */
  async executor(): Promise<ExecutorParts> {
    const answer = await this.#ask({ type: 'executor', id: this.#nextId++ });
    if (answer.type !== 'executor') throw new NboxError('internal_error', 'The builder gave another answer than asked for');
    return answer.parts;
  }

  /** Ends the process and its children, and fails what waits. */
  async close(): Promise<void> {
    const closed = this.#process.close();
    for (const task of this.#tasks.splice(0)) task.fail(new NboxError('stopping', 'The builder was closed'));
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask(message: ToBuilder): Promise<FromBuilder> {
    if (this.state === 'closed') throw new NboxError('stopping', 'The builder is closed');
    if (this.#tasks.length >= this.#options.queue) {
      throw new NboxError('builder_busy', { detail: `${this.#tasks.length} builds are waiting`, retryAfterS: 5 });
    }
    const { promise, resolve, reject } = Promise.withResolvers<FromBuilder>();
    this.#tasks.push({ message, settle: resolve, fail: reject });
    this.#process.wake();
    this.#next();
    return promise;
  }

  #next(): void {
    const [task] = this.#tasks;
    if (this.#busy || this.state !== 'ready') return;
    if (task === undefined) {
      this.#process.idle();
      return;
    }
    const known = task.message.type === 'build' ? this.#deadly.find(task.message.request) : undefined;
    if (known !== undefined) {
      this.#tasks.shift();
      task.fail(known);
      this.#next();
      return;
    }
    this.#busy = true;
    if (task.message.type === 'build') this.#options.onTurn?.(task.message.request.plugin);
    this.#process.begin(task.message, this.#options.deadlineMs);
  }

  #receive(message: Exclude<FromBuilder, { readonly type: 'ready' | 'unfit' }>): void {
    const [task] = this.#tasks;
    if (!this.#busy || task?.message.id !== message.id) {
      this.#process.end('answered what was not asked');
      return;
    }
    this.#process.done();
    this.#finish();
    if (message.type === 'failed') {
      const error = unpackError(message.error);
      task.fail(error);
      // esbuild and the checker say that they are gone, and esbuild cannot be started a second time in a process.
      if (error.code === 'builder_failed') {
        this.#remember(task, error);
        this.#process.end('lost a part of itself');
        return;
      }
    } else task.settle(message);
    this.#next();
  }

  /** Takes the running build off the queue. */
  #finish(): Task | undefined {
    this.#busy = false;
    this.#options.onTurn?.(undefined);
    return this.#tasks.shift();
  }

  #remember({ message }: Task, error: NboxError): void {
    if (message.type === 'build') this.#deadly.add(message.request, error);
  }

  #lost({ reason, stderr, fromOutside }: Loss): void {
    this.#started.reject(new Error(`The builder ${reason}${stderr === '' ? '' : `: ${stderr}`}`));
    // What was in the process is what it died of, as far as anyone can tell: it is not tried again.
    const task = this.#busy ? this.#finish() : undefined;
    if (task === undefined) return;
    const error = new NboxError('builder_failed', `The builder ${reason}`);
    // No source kills from outside: a second try is fair.
    if (!fromOutside) this.#remember(task, error);
    task.fail(error);
  }
}
