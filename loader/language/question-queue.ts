/** What editors have asked and nobody has begun to answer: of each session the newest of a kind; what follows a key before findings. */

import { NboxError } from '../../guards/errors.ts';
import type { Answer, Asked } from './questions.ts';

export interface Waiting {
  readonly asked: Asked;
  readonly settle: (answer: Answer) => void;
  readonly fail: (error: NboxError) => void;
}

/** Of one who asks, however many sessions it says it has. */
const mostOfOne = 8;

export class QuestionQueue {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** @throws NboxError `editor_busy`; what this gives rejects with `editor_superseded` where a newer one has come, or nobody waits */
  add(asked: Asked): Promise<Answer> {
    this.#drop(
      ({ asked: { owner, session, question } }) =>
        owner === asked.owner && session === asked.session && question.kind === asked.question.kind,
    );
    const own = this.#waiting.filter(({ asked: { owner } }) => owner === asked.owner).length;
    if (this.#waiting.length >= this.#most || own >= mostOfOne) {
      throw new NboxError('editor_busy', { detail: `${this.#waiting.length} questions of editors are waiting`, retryAfterS: 1 });
    }
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const leave = () => this.#drop((one) => one === waiting);
    const waiting: Waiting = {
      asked,
      settle: (answer) => {
        asked.signal?.removeEventListener('abort', leave);
        resolve(answer);
      },
      fail: (error) => {
        asked.signal?.removeEventListener('abort', leave);
        reject(error);
      },
    };
    asked.signal?.addEventListener('abort', leave, { once: true });
    this.#waiting.push(waiting);
    return promise;
  }

  /** Takes out what is to be answered next. */
  next(): Waiting | undefined {
    const quick = this.#waiting.findIndex(({ asked }) => asked.question.kind !== 'diagnose');
    return this.#waiting.splice(Math.max(0, quick), 1)[0];
  }

  failAll(error: NboxError): void {
    for (const one of this.#waiting.splice(0)) one.fail(error);
  }

  #drop(which: (one: Waiting) => boolean): void {
    for (const one of this.#waiting.filter(which)) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      one.fail(new NboxError('editor_superseded', 'Something newer was asked'));
    }
  }
}
