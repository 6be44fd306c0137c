/**
 * The host's side of the language process: has it while editors ask, queues what they ask, and replaces it when a question brings it
 * down. Beside the builder and apart from it: a key must not wait for a build, nor a build for keys.
 */

import { join } from 'node:path';
import { NboxError, unpackError } from '../../guards/errors.ts';
import { type Logger, type Loss, TaskProcess, type TaskProcessState } from '../task-process.ts';
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

const entry = join(import.meta.dirname, 'language-process.ts');
const defaultDeadlines = Object.freeze({ quick: 3_000, diagnose: 10_000 });

type Optional = 'logger' | 'typesDir' | 'onTurn';

export class Language {
  readonly #options: Required<Omit<LanguageOptions, Optional>> & Pick<LanguageOptions, Optional>;
  readonly #queue: QuestionQueue;
  readonly #penalties = new Penalties(() => performance.now());
  readonly #process: TaskProcess<ToLanguage, FromLanguage>;
  #asked: Waiting | undefined;
  #nextId = 0;

  /** Starts nothing: the first question does. */
  constructor(options: LanguageOptions) {
    this.#options = { deadlineMs: defaultDeadlines, queue: 64, restAfterMs: 300_000, ...options };
    this.#queue = new QuestionQueue(this.#options.queue);
    const { librariesDir, typesDir = '', deadlineMs, restAfterMs, logger } = this.#options;
    this.#process = new TaskProcess({
      ...{ name: 'language process', entry, restAfterMs, logger },
      // This side's own deadline comes first: it is the one that knows what was asked.
      args: [librariesDir, typesDir, String(deadlineMs.diagnose * 2)],
      onReady: () => this.#next(),
      onMessage: (message) => this.#receive(message),
      onLost: (loss) => this.#lost(loss),
      isMissed: () => this.#queue.size > 0,
    });
  }

  get state(): TaskProcessState {
    return this.#process.state;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * @throws NboxError `editor_session_lost`: the files must all be sent; `editor_superseded`; `editor_busy`; `editor_failed` where the
   * question brought the process down, or whoever asks did of late; as a push of the files would, of what is no source
   */
  async ask(asked: Asked): Promise<Answer> {
    if (this.state === 'closed') throw new NboxError('stopping', 'The host is stopping');
    const retryAfterS = this.#penalties.wait(asked.owner);
    if (retryAfterS > 0) {
      throw new NboxError('editor_failed', { detail: 'What was asked before has brought the language process down', retryAfterS });
    }
    const answer = this.#queue.add(asked);
    this.#process.wake();
    this.#next();
    return await answer;
  }

  /** Ends the process and its children, and fails what waits. */
  async close(): Promise<void> {
    const closed = this.#process.close();
    const stopping = new NboxError('stopping', 'The host is stopping');
    this.#asked?.fail(stopping);
    this.#asked = undefined;
    this.#queue.failAll(stopping);
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #next(): void {
    if (this.#asked !== undefined || this.state !== 'ready') return;
    const next = this.#queue.next();
    if (next === undefined) {
      this.#process.idle();
      return;
    }
    this.#asked = next;
    const { plugin, owner, session, edited, question } = next.asked;
    const { quick, diagnose } = this.#options.deadlineMs;
    const deadlineMs = question.kind === 'diagnose' ? diagnose : quick;
    this.#options.onTurn?.(plugin);
    const message: ToLanguage = { type: 'ask', id: this.#nextId, session: JSON.stringify([owner, session]), edited, question };
    this.#process.begin(message, deadlineMs);
  }

  #receive(message: Exclude<FromLanguage, { readonly type: 'ready' | 'unfit' }>): void {
    if (this.#asked === undefined || message.id !== this.#nextId) this.#process.end('answered what was not asked');
    else this.#answered(message);
  }

  #answered(message: Extract<FromLanguage, { readonly type: 'answer' | 'failed' }>): void {
    this.#process.done();
    const waiting = this.#finish() as Waiting;
    if (message.type === 'answer') waiting.settle(message.answer);
    else {
      const error = unpackError(message.error);
      // The checker or esbuild is gone, and with it what it knew of all sessions.
      if (error.code === 'builder_failed') {
        this.#blame(waiting, error.message);
        this.#process.end('lost a part of itself');
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
    this.#nextId += 1;
    const waiting = this.#asked;
    this.#asked = undefined;
    this.#options.onTurn?.(undefined);
    return waiting;
  }

  #lost({ reason, fromOutside }: Loss): void {
    if (this.#asked === undefined) return;
    const waiting = this.#finish() as Waiting;
    if (fromOutside) waiting.fail(new NboxError('editor_session_lost', 'The language process was ended: send all files again'));
    else this.#blame(waiting, `The language process ${reason}`);
  }
}
