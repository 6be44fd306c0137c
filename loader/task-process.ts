/**
 * A process of nbox's own that does one task at a time: it is started when it is needed, watched for its time and its memory while
 * it works, ended when it has had nothing to do for a while, and replaced when it is lost.
 */

import type { ChildProcess } from 'node:child_process';
import { leaveProcessor } from './machine-tools.ts';
import { forkGroup, killGroup } from './process-group.ts';
import { treeOf, treeResidentBytes } from './process-tree.ts';

export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** `resting`: it had nothing to do for a while, and there is no process until there is something. */
export type TaskProcessState = 'starting' | 'ready' | 'backing off' | 'resting' | 'closed';

/** What every such process says beside its answers. */
type OfStart =
  | { readonly type: 'ready' }
  /** The process could not start, and waits to be ended. */
  | { readonly type: 'unfit'; readonly message: string };

/** What is known of a process's end. */
export interface Loss {
  /** `crashed (SIGSEGV)`, `took longer than 3000 ms`, … */
  readonly reason: string;
  /** The beginning of what it wrote: a crash of a Go process fills pages. */
  readonly stderr: string;
  /** An operator or the system has killed it, and not what it was doing. */
  readonly fromOutside: boolean;
}

export interface TaskProcessParts<From extends { readonly type: string }> {
  /** What it is called in the log: `builder`. */
  readonly name: string;
  readonly entry: string;
  readonly args: readonly string[];
  /** After so long without a task the process and its children give their memory back. */
  readonly restAfterMs: number;
  readonly logger: Logger | undefined;
  /** It can be given a task. */
  readonly onReady: () => void;
  readonly onUnfit?: (message: string) => void;
  readonly onMessage: (message: Exclude<From, OfStart>) => void;
  /** It is gone, and with it what it was doing. */
  readonly onLost: (loss: Loss) => void;
  /** Whether another is to take its place at once, and not only with the next task. */
  readonly isMissed: () => boolean;
}

const startMs = 30_000;
/** Of the process and its children. An ordinary build stays below 600 MB, eight editors below 500; 375 bytes of source were seen to take 8 GB in 20 s. */
const maxResidentBytes = 1_610_612_736;
const memoryEveryMs = 100;
const flags = ['--max-old-space-size=1024', '--stack-size=3900'];
/** Waits before a start that follows failures: a process that dies on its own must not take a whole CPU with it. */
const backOffMs: readonly number[] = [0, 0, 100, 500, 2_000, 5_000];
const stderrChars = 2_000;

export class TaskProcess<To extends object, From extends { readonly type: string }> {
  readonly #parts: TaskProcessParts<From>;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #state: TaskProcessState = 'resting';
  #timer: NodeJS.Timeout | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;
  /** Ends since the last answer. */
  #failures = 0;
  /** Why this side ended the process, where it did. */
  #reason: string | undefined;
  #stderr = '';

  /** Starts nothing. */
  constructor(parts: TaskProcessParts<From>) {
    this.#parts = parts;
  }

  get state(): TaskProcessState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Something is to be done: has it start where it rests. */
  wake(): void {
    clearTimeout(this.#restTimer);
    if (this.#state === 'resting') this.#spawn();
  }

  /** Nothing is to be done for now. */
  idle(): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.#rest(), this.#parts.restAfterMs);
  }

  /** Gives it a task; it is ready, and has none. */
  begin(task: To, deadlineMs: number): void {
    this.#memoryTimer = setInterval(() => this.#watchMemory(), memoryEveryMs);
    this.#timer = setTimeout(() => this.end(`took longer than ${deadlineMs} ms`), deadlineMs);
    // A failure to send is followed by the process's exit, which says the same.
    this.#child?.send(task, () => undefined);
  }

  /** It has answered. */
  done(): void {
    this.#stopTimers();
    this.#failures = 0;
  }

  /** Ends the process, which is then lost for this reason. */
  end(reason: string): void {
    this.#reason ??= reason;
    // Nothing more is sent to a process that is as good as dead.
    if (this.#state === 'ready') this.#state = 'starting';
    killGroup(this.pid);
  }

  /** Ends the process and its children for good, and resolves when it is gone. Whoever waits for an answer gets none. */
  async close(): Promise<void> {
    if (this.#state !== 'closed') {
      this.#state = 'closed';
      this.#stopTimers();
      killGroup(this.pid);
    }
    await this.#exited;
  }

  #spawn(): void {
    const { name, entry, args, logger } = this.#parts;
    this.#state = 'starting';
    this.#reason = undefined;
    this.#stderr = '';
    const child = forkGroup(entry, args, flags);
    this.#child = child;
    this.#timer = setTimeout(() => this.end(`did not start within ${startMs} ms`), startMs);
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
    child.stderr?.on('data', (bytes: Buffer) => {
      if (this.#stderr.length < stderrChars) this.#stderr += bytes.toString().slice(0, stderrChars);
    });
    child.on('message', (message: From) => {
      if (child === this.#child && this.#state !== 'closed') this.#receive(child, message);
    });
    child.once('error', (error) => {
      logger?.error({ error }, `${name} process`);
      this.#lost(child, 'could not be run');
    });
    child.once('exit', (code, signal) => this.#lost(child, this.#reason ?? `crashed (${signal ?? `exit code ${code}`})`, signal));
  }

  #receive(child: ChildProcess, message: From | OfStart): void {
    const { name, logger, onReady, onUnfit, onMessage } = this.#parts;
    if (message.type === 'unfit') {
      const { message: why } = message as Extract<OfStart, { type: 'unfit' }>;
      onUnfit?.(why);
      this.end(`could not start: ${why}`);
      return;
    }
    if (message.type !== 'ready') {
      onMessage(message as Exclude<From, OfStart>);
      return;
    }
    clearTimeout(this.#timer);
    this.#state = 'ready';
    // Not while it starts, which takes all there is.
    if (child.pid !== undefined) for (const pid of treeOf(child.pid)) leaveProcessor(pid);
    logger?.info({ pid: child.pid }, `${name} ready`);
    onReady();
  }

  #watchMemory(): void {
    const { pid } = this;
    if (pid === undefined || treeResidentBytes(pid) <= maxResidentBytes) return;
    this.end(`was ended: the source needs too much memory, more than ${maxResidentBytes / 2 ** 20} MiB`);
  }

  #rest(): void {
    const { name, logger } = this.#parts;
    this.#state = 'resting';
    killGroup(this.pid);
    // Its end is nobody's loss.
    this.#child = undefined;
    logger?.info({}, `${name} rests`);
  }

  #lost(child: ChildProcess, reason: string, signal?: NodeJS.Signals | null): void {
    if (child !== this.#child || this.#state === 'closed') return;
    const { name, logger, onLost, isMissed } = this.#parts;
    this.#stopTimers();
    killGroup(child.pid);
    this.#child = undefined;
    const stderr = this.#stderr;
    logger?.warn({ reason, stderr }, `${name} lost`);
    onLost({ reason, stderr, fromOutside: this.#reason === undefined && signal === 'SIGKILL' });
    const wait = backOffMs[Math.min(this.#failures, backOffMs.length - 1)] as number;
    this.#failures += 1;
    this.#state = 'backing off';
    this.#timer = setTimeout(() => {
      if (isMissed()) this.#spawn();
      else this.#state = 'resting';
    }, wait);
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#restTimer);
    clearInterval(this.#memoryTimer);
  }
}
