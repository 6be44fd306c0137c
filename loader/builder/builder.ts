/** The host's side of the builder: queues builds, and replaces the process when one of them brings it down. */

import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { NboxError, unpackError } from '../../guards/errors.ts';
import type { Build, BuildRequest, ExecutorParts } from '../build.ts';
import { leaveProcessor } from '../machine-tools.ts';
import { forkGroup, killGroup } from '../process-group.ts';
import type { FromBuilder, ToBuilder } from './builder-messages.ts';
import { DeadlySources } from './deadly-sources.ts';
import { treeOf, treeResidentBytes } from './process-tree.ts';

export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

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

/** `resting`: it had nothing to do for a while, and has no process until there is something. */
type State = 'starting' | 'ready' | 'backing off' | 'resting' | 'closed';

interface Task {
  readonly message: ToBuilder;
  readonly settle: (answer: FromBuilder) => void;
  readonly fail: (error: NboxError) => void;
}

const startMs = 30_000;
/** Of the process and its children. An ordinary build stays below 600 MB; 375 bytes were seen to take 8 GB in 20 s. */
const maxResidentBytes = 1_610_612_736;
const memoryEveryMs = 100;
const entry = join(import.meta.dirname, 'builder-process.ts');
/** Waits before a start that follows failures: a process that dies on its own must not take a whole CPU with it. */
const backOffMs: readonly number[] = [0, 0, 100, 500, 2_000, 5_000];

type Optional = 'logger' | 'typesDir' | 'onTurn';

export class Builder {
  readonly #options: Required<Omit<BuilderOptions, Optional>> & Pick<BuilderOptions, Optional>;
  /** The first one is in the process; the others wait here, so that a crash costs no more than the one. */
  readonly #tasks: Task[] = [];
  readonly #started = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #state: State = 'starting';
  #busy = false;
  #timer: NodeJS.Timeout | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;
  readonly #deadly = new DeadlySources();
  /** Starts since the last answer. */
  #failures = 0;
  #nextId = 0;
  /** Why this side ended the process, where it did. */
  #reason: string | undefined;
  #errorText = '';

  /** @throws Error where the process cannot start, as with a library that is not installed */
  static async start(options: BuilderOptions): Promise<Builder> {
    const builder = new Builder(options);
    builder.#spawn();
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
  }

  get state(): State {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
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
    if (known !== undefined && this.#state !== 'closed') throw known;
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
    if (this.#state !== 'closed') {
      this.#state = 'closed';
      this.#stopTimers();
      this.#kill();
      for (const task of this.#tasks.splice(0)) task.fail(new NboxError('stopping', 'The builder was closed'));
    }
    await this.#exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask(message: ToBuilder): Promise<FromBuilder> {
    if (this.#state === 'closed') throw new NboxError('stopping', 'The builder is closed');
    if (this.#tasks.length >= this.#options.queue) {
      throw new NboxError('builder_busy', { detail: `${this.#tasks.length} builds are waiting`, retryAfterS: 5 });
    }
    const { promise, resolve, reject } = Promise.withResolvers<FromBuilder>();
    this.#tasks.push({ message, settle: resolve, fail: reject });
    clearTimeout(this.#restTimer);
    if (this.#state === 'resting') this.#spawn();
    this.#next();
    return promise;
  }

  #next(): void {
    const [task] = this.#tasks;
    if (this.#busy || this.#state !== 'ready') return;
    if (task === undefined) {
      clearTimeout(this.#restTimer);
      this.#restTimer = setTimeout(() => this.#rest(), this.#options.restAfterMs);
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
    this.#memoryTimer = setInterval(() => this.#watchMemory(), memoryEveryMs);
    this.#timer = setTimeout(() => this.#end(`took longer than ${this.#options.deadlineMs} ms`), this.#options.deadlineMs);
    // A failure to send is followed by the process's exit, which says the same.
    this.#child?.send(task.message, () => undefined);
  }

  #watchMemory(): void {
    const { pid } = this;
    if (pid === undefined || treeResidentBytes(pid) <= maxResidentBytes) return;
    this.#end(`was ended: the source needs too much memory, more than ${maxResidentBytes / 2 ** 20} MiB`);
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#restTimer);
    clearInterval(this.#memoryTimer);
  }

  #spawn(): void {
    const { librariesDir, typesDir = '', deadlineMs } = this.#options;
    this.#state = 'starting';
    this.#reason = undefined;
    this.#errorText = '';
    const args = [librariesDir, typesDir, String(Math.ceil(deadlineMs * 0.75))];
    const child = forkGroup(entry, args, ['--max-old-space-size=1024', '--stack-size=3900']);
    this.#child = child;
    this.#timer = setTimeout(() => this.#end(`did not start within ${startMs} ms`), startMs);
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
    // A crash of a Go process fills pages; its beginning says what happened.
    child.stderr?.on('data', (bytes: Buffer) => {
      if (this.#errorText.length < 2_000) this.#errorText += bytes.toString().slice(0, 2_000);
    });
    child.on('message', (message: FromBuilder) => this.#receive(child, message));
    child.once('error', (error) => {
      this.#options.logger?.error({ error }, 'builder process');
      this.#lost(child, 'could not be run');
    });
    child.once('exit', (code, signal) => this.#lost(child, this.#reason ?? `crashed (${signal ?? `exit code ${code}`})`, signal));
  }

  #receive(child: ChildProcess, message: FromBuilder): void {
    if (child !== this.#child || this.#state === 'closed') return;
    switch (message.type) {
      case 'ready':
        clearTimeout(this.#timer);
        this.#state = 'ready';
        this.#started.resolve();
        // Not while it starts, which takes all there is.
        if (child.pid !== undefined) for (const pid of treeOf(child.pid)) leaveProcessor(pid);
        this.#options.logger?.info({ pid: child.pid }, 'builder ready');
        this.#next();
        return;
      case 'unfit':
        this.#started.reject(new Error(message.message));
        this.#end(`could not start: ${message.message}`);
        return;
      case 'built':
      case 'executor':
      case 'failed': {
        const [task] = this.#tasks;
        if (!this.#busy || task?.message.id !== message.id) {
          this.#end('answered what was not asked');
          return;
        }
        this.#finish();
        this.#failures = 0;
        if (message.type === 'failed') {
          const error = unpackError(message.error);
          task.fail(error);
          // esbuild and the checker say that they are gone, and esbuild cannot be started a second time in a process.
          if (error.code === 'builder_failed') {
            this.#remember(task, error);
            this.#end('lost a part of itself');
            return;
          }
        } else task.settle(message);
        this.#next();
        return;
      }
      default:
        this.#end(`sent an unknown message ${JSON.stringify(message satisfies never)}`);
    }
  }

  #rest(): void {
    this.#state = 'resting';
    this.#kill();
    // Its end is nobody's loss.
    this.#child = undefined;
    this.#options.logger?.info({}, 'builder rests');
  }

  /** Takes the running build off the queue. */
  #finish(): Task | undefined {
    this.#stopTimers();
    this.#busy = false;
    this.#options.onTurn?.(undefined);
    return this.#tasks.shift();
  }

  #remember({ message }: Task, error: NboxError): void {
    if (message.type === 'build') this.#deadly.add(message.request, error);
  }

  #end(reason: string): void {
    this.#reason ??= reason;
    // Nothing more is sent to a process that is as good as dead.
    if (this.#state === 'ready') this.#state = 'starting';
    this.#kill();
  }

  #lost(child: ChildProcess, reason: string, signal?: NodeJS.Signals | null): void {
    if (child !== this.#child || this.#state === 'closed') return;
    this.#stopTimers();
    this.#kill();
    this.#child = undefined;
    this.#started.reject(new Error(`The builder ${reason}${this.#errorText === '' ? '' : `: ${this.#errorText}`}`));
    this.#options.logger?.warn({ reason, stderr: this.#errorText, waiting: this.#tasks.length }, 'builder lost');
    // What was in the process is what it died of, as far as anyone can tell: it is not tried again.
    const task = this.#busy ? this.#finish() : undefined;
    if (task !== undefined) {
      const error = new NboxError('builder_failed', `The builder ${reason}`);
      // No source kills from outside: that was an operator or the system, and a second try is fair.
      if (this.#reason !== undefined || signal !== 'SIGKILL') this.#remember(task, error);
      task.fail(error);
    }
    const wait = backOffMs[Math.min(this.#failures, backOffMs.length - 1)] as number;
    this.#failures += 1;
    this.#state = 'backing off';
    this.#timer = setTimeout(() => this.#spawn(), wait);
  }

  #kill(): void {
    killGroup(this.#child?.pid);
  }
}
