/**
 * Wakes a call that is run again in the order in which it was woken the first time. Beyond what its tape knows, and where it
 * does otherwise than it did then, answers come before timers, and timers in the order of their times.
 */

import type { Sandbox } from '../../loader/sandbox/sandbox.ts';
import type { ReplayedWorld } from '../../loader/sandbox/world.ts';
import type { Answer } from './wire.ts';

/** What wakes it next: the answer to an operation, a timer, its client's leaving; or that nothing comes before its deadline. */
export type Turn = { readonly answer: Answer } | { readonly timer: number } | 'gone' | 'deadline';

interface Replayed {
  readonly id: number;
  readonly sandbox: Sandbox;
}

export class Replay {
  readonly #world: ReplayedWorld;
  readonly #deadlineMs: number;
  readonly #answers = new Map<number, Answer>();
  /** On a clock of its own, which only timers move on, in ms: when each was seen first, and what time it is. */
  readonly #setAt = new Map<number, number>();
  #now = 0;

  constructor(world: ReplayedWorld, deadlineMs: number) {
    this.#world = world;
    this.#deadlineMs = deadlineMs;
  }

  /** The host has answered; when it is this one's turn the guest will hear of it. */
  answered(answer: Answer): void {
    this.#answers.set(answer.op, answer);
  }

  /** Takes the next turn. @returns `undefined` where the host's answer has to be waited for */
  next({ id, sandbox }: Replayed): Turn | undefined {
    const [ops, timers] = [sandbox.opsOf(id), sandbox.timersOf(id)];
    for (const timer of timers) if (!this.#setAt.has(timer)) this.#setAt.set(timer, this.#now);
    const { turn } = this.#world;
    if (turn !== undefined) {
      const known = this.#known(turn, ops, timers);
      if (known !== 'otherwise') return known;
      this.#world.loseTurns();
    }
    const answered = ops.find((op) => this.#answers.has(op));
    if (answered !== undefined) return { answer: this.#take(answered) };
    if (ops.length > 0) return undefined;
    const [first] = timers.map((timer) => ({ timer, at: this.#dueAt(timer, sandbox) })).sort((a, b) => a.at - b.at);
    if (first === undefined) return undefined;
    if (first.at > this.#deadlineMs) return 'deadline';
    return this.#fire(first.timer, sandbox);
  }

  #known(turn: number, ops: readonly number[], timers: readonly number[]): Turn | undefined | 'otherwise' {
    if (turn < 0) {
      this.#world.turned();
      return 'gone';
    }
    const id = (turn % 2 === 0 ? ops : timers)[turn >> 1];
    if (id === undefined) return 'otherwise';
    if (turn % 2 === 0 && !this.#answers.has(id)) return undefined;
    this.#world.turned();
    return turn % 2 === 0 ? { answer: this.#take(id) } : { timer: id };
  }

  #take(op: number): Answer {
    const answer = this.#answers.get(op) as Answer;
    this.#answers.delete(op);
    return answer;
  }

  #dueAt(timer: number, sandbox: Sandbox): number {
    return (this.#setAt.get(timer) as number) + sandbox.delayOf(timer);
  }

  #fire(timer: number, sandbox: Sandbox): Turn {
    this.#now = Math.max(this.#now, this.#dueAt(timer, sandbox));
    this.#setAt.delete(timer);
    return { timer };
  }
}
