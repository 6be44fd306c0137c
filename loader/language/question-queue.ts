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
/** Of the files that wait with them. */
const mostBytes = 64 * 1_048_576;

export class QuestionQueue {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  #bytes = 0;

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
    const bytes = bytesOf(asked);
    if (this.#bytes + bytes > mostBytes) {
      throw new NboxError('editor_busy', { detail: 'The files of questions that wait take all the memory that they may', retryAfterS: 1 });
    }
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
    this.#bytes += bytes;
    return promise;
  }

  /** Takes out what is to be answered next. */
  next(): Waiting | undefined {
    const quick = this.#waiting.findIndex(({ asked }) => asked.question.kind !== 'diagnose');
    return this.#take(Math.max(0, quick));
  }

  failAll(error: NboxError): void {
    while (this.#waiting.length > 0) this.#take(0)?.fail(error);
  }

  #take(at: number): Waiting | undefined {
    const [taken] = this.#waiting.splice(at, 1);
    if (taken !== undefined) this.#bytes -= bytesOf(taken.asked);
    return taken;
  }

  #drop(which: (one: Waiting) => boolean): void {
    for (const one of this.#waiting.filter(which)) {
      this.#take(this.#waiting.indexOf(one));
      one.fail(new NboxError('editor_superseded', 'Something newer was asked'));
    }
  }
}

/** The most that its files may take of the host's memory. */
function bytesOf({ edited: { files } }: Asked): number {
  let chars = 0;
  for (const [file, text] of files) chars += file.length + (text?.length ?? 0);
  return 2 * chars;
}
