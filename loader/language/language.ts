/**
 * The host's side of the language process: has it while editors ask, queues what they ask, and replaces it when a question brings it
 * down. Beside the builder and apart from it: a key must not wait for a build, nor a build for keys.
 */

import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { NboxError, unpackError } from '../../guards/errors.ts';
import type { Logger } from '../builder/builder.ts';
import { treeOf, treeResidentBytes } from '../builder/process-tree.ts';
import { leaveProcessor } from '../machine-tools.ts';
import { forkGroup, killGroup } from '../process-group.ts';
import type { FromLanguage, ToLanguage } from './language-messages.ts';
import { Penalties } from './penalties.ts';
import { QuestionQueue, type Waiting } from './question-queue.ts';
import type { Answer, Asked } from './questions.ts';

export interface LanguageOptions {
  readonly librariesDir: string;
  /** The folder with the author types; for tests. */
  readonly typesDir?: string;
  /** For one question, once the process is ready. Findings of a whole project get more than what follows a key. */
  readonly deadlineMs?: { readonly quick: number; readonly diagnose: number };
  /** Questions that may wait. */
  readonly queue?: number;
  /** After so long without a question the process and its children give their memory back. */
  readonly restAfterMs?: number;
  readonly logger?: Logger;
  /** Told when the process begins to work for a plugin, and, by `undefined`, when it has ended that. Must not throw. */
  readonly onTurn?: (plugin: string | undefined) => void;
}

type State = 'resting' | 'starting' | 'ready' | 'backing off' | 'closed';

const entry = join(import.meta.dirname, 'language-process.ts');
const startMs = 30_000;
/** Of the process and its children; with eight editors it stays below 500 MB. */
const maxResidentBytes = 1_610_612_736;
const memoryEveryMs = 100;
const defaultDeadlines = Object.freeze({ quick: 3_000, diagnose: 10_000 });
/** Waits before a start that follows failures. */
const backOffMs: readonly number[] = [0, 0, 100, 500, 2_000, 5_000];

type Optional = 'logger' | 'typesDir' | 'onTurn';

export class Language {
  readonly #options: Required<Omit<LanguageOptions, Optional>> & Pick<LanguageOptions, Optional>;
  readonly #queue: QuestionQueue;
  readonly #penalties = new Penalties(() => performance.now());
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #state: State = 'resting';
  #asked: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;
  /** Ends since the last answer. */
  #failures = 0;
  #nextId = 0;
  /** Why this side ended the process, where it did. */
  #reason: string | undefined;
  #errorText = '';

  /** Starts nothing: the first question does. */
  constructor(options: LanguageOptions) {
    this.#options = { deadlineMs: defaultDeadlines, queue: 64, restAfterMs: 300_000, ...options };
    this.#queue = new QuestionQueue(this.#options.queue);
  }

  get state(): State {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * @throws NboxError `editor_session_lost`: the files must all be sent; `editor_superseded`; `editor_busy`; `editor_failed` where the
   * question brought the process down, or whoever asks did of late; as a push of the files would, of what is no source
   */
  async ask(asked: Asked): Promise<Answer> {
    if (this.#state === 'closed') throw new NboxError('stopping', 'The host is stopping');
    const retryAfterS = this.#penalties.wait(asked.owner);
    if (retryAfterS > 0) {
      throw new NboxError('editor_failed', { detail: 'What was asked before has brought the language process down', retryAfterS });
    }
    const answer = this.#queue.add(asked);
    clearTimeout(this.#restTimer);
    if (this.#state === 'resting') this.#spawn();
    this.#next();
    return await answer;
  }

  /** Ends the process and its children, and fails what waits. */
  async close(): Promise<void> {
    if (this.#state !== 'closed') {
      this.#state = 'closed';
      this.#stopTimers();
      killGroup(this.pid);
      const stopping = new NboxError('stopping', 'The host is stopping');
      this.#asked?.fail(stopping);
      this.#queue.failAll(stopping);
    }
    await this.#exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #next(): void {
    if (this.#asked !== undefined || this.#state !== 'ready') return;
    const next = this.#queue.next();
    if (next === undefined) {
      clearTimeout(this.#restTimer);
      this.#restTimer = setTimeout(() => this.#rest(), this.#options.restAfterMs);
      return;
    }
    this.#asked = next;
    const { plugin, owner, session, edited, question } = next.asked;
    const { quick, diagnose } = this.#options.deadlineMs;
    const deadlineMs = question.kind === 'diagnose' ? diagnose : quick;
    this.#options.onTurn?.(plugin);
    this.#memoryTimer = setInterval(() => this.#watchMemory(), memoryEveryMs);
    this.#timer = setTimeout(() => this.#end(`took longer than ${deadlineMs} ms`), deadlineMs);
    const message: ToLanguage = { type: 'ask', id: this.#nextId, session: JSON.stringify([owner, session]), edited, question };
    // A failure to send is followed by the process's exit, which says the same.
    this.#child?.send(message, () => undefined);
  }

  #watchMemory(): void {
    const { pid } = this;
    if (pid !== undefined && treeResidentBytes(pid) > maxResidentBytes) this.#end('needed too much memory');
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
    // This side's own deadline comes first: it is the one that knows what was asked.
    const child = forkGroup(
      entry,
      [librariesDir, typesDir, String(deadlineMs.diagnose * 2)],
      ['--max-old-space-size=1024', '--stack-size=3900'],
    );
    this.#child = child;
    this.#timer = setTimeout(() => this.#end(`did not start within ${startMs} ms`), startMs);
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
    child.stderr?.on('data', (bytes: Buffer) => {
      if (this.#errorText.length < 2_000) this.#errorText += bytes.toString().slice(0, 2_000);
    });
    child.on('message', (message: FromLanguage) => this.#receive(child, message));
    child.once('error', (error) => {
      this.#options.logger?.error({ error }, 'language process');
      this.#lost(child, 'could not be run');
    });
    child.once('exit', (code, signal) => this.#lost(child, this.#reason ?? `crashed (${signal ?? `exit code ${code}`})`, signal));
  }

  #receive(child: ChildProcess, message: FromLanguage): void {
    if (child !== this.#child || this.#state === 'closed') return;
    switch (message.type) {
      case 'ready':
        clearTimeout(this.#timer);
        this.#state = 'ready';
        if (child.pid !== undefined) for (const pid of treeOf(child.pid)) leaveProcessor(pid);
        this.#options.logger?.info({ pid: child.pid }, 'language process ready');
        this.#next();
        return;
      case 'unfit':
        this.#end(`could not start: ${message.message}`);
        return;
      case 'answer':
      case 'failed': {
        if (this.#asked === undefined || message.id !== this.#nextId) {
          this.#end('answered what was not asked');
          return;
        }
        this.#answered(message);
        return;
      }
      default:
        this.#end(`sent an unknown message ${JSON.stringify(message satisfies never)}`);
    }
  }

  #answered(message: Extract<FromLanguage, { readonly type: 'answer' | 'failed' }>): void {
    const waiting = this.#finish() as Waiting;
    this.#failures = 0;
    if (message.type === 'answer') waiting.settle(message.answer);
    else {
      const error = unpackError(message.error);
      // The checker or esbuild is gone, and with it what it knew of all sessions.
      if (error.code === 'builder_failed') {
        this.#blame(waiting, error.message);
        this.#end('lost a part of itself');
        return;
      }
      waiting.fail(error);
    }
    this.#next();
  }

  #blame(waiting: Waiting, detail: string): void {
    this.#penalties.note(waiting.asked.owner);
    waiting.fail(new NboxError('editor_failed', { detail, retryAfterS: this.#penalties.wait(waiting.asked.owner) }));
  }

  /** Takes what is being asked out of the process's hands. */
  #finish(): Waiting | undefined {
    this.#stopTimers();
    this.#nextId += 1;
    const waiting = this.#asked;
    this.#asked = undefined;
    this.#options.onTurn?.(undefined);
    return waiting;
  }

  #rest(): void {
    this.#state = 'resting';
    killGroup(this.pid);
    // Its end is nobody's loss.
    this.#child = undefined;
    this.#options.logger?.info({}, 'language process rests');
  }

  #end(reason: string): void {
    this.#reason ??= reason;
    // Nothing more is sent to a process that is as good as dead.
    if (this.#state === 'ready') this.#state = 'starting';
    killGroup(this.pid);
  }

  #lost(child: ChildProcess, reason: string, signal?: NodeJS.Signals | null): void {
    if (child !== this.#child || this.#state === 'closed') return;
    this.#stopTimers();
    killGroup(child.pid);
    this.#child = undefined;
    this.#options.logger?.warn({ reason, stderr: this.#errorText }, 'language process lost');
    const waiting = this.#asked === undefined ? undefined : this.#finish();
    if (waiting !== undefined) {
      // No question kills from outside: that was an operator or the system.
      if (this.#reason === undefined && signal === 'SIGKILL') {
        waiting.fail(new NboxError('editor_session_lost', 'The language process was ended: send all files again'));
      } else this.#blame(waiting, `The language process ${reason}`);
    }
    const wait = backOffMs[Math.min(this.#failures, backOffMs.length - 1)] as number;
    this.#failures += 1;
    this.#state = 'backing off';
    this.#timer = setTimeout(() => (this.#queue.size === 0 ? this.#toRest() : this.#spawn()), wait);
  }

  #toRest(): void {
    this.#state = 'resting';
  }
}
