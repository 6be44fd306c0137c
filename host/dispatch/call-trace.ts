/** A call's place in a trace, as those see it who pass it on: what it holds is the tracer's own. */

import type { OpAnswer } from './op-answer.ts';

export interface CallTrace {
  /** An operation of the call leaves for the outside. @param data what the guest says of it: nothing about it is sure */
  operation(name: string, data: unknown): OpTrace;
}

/** Ended once, by whoever has begun it. */
export interface OpTrace {
  /** What goes along with a request: name, value, … */
  readonly headers: readonly string[];
  done(answer: OpAnswer | undefined): void;
  failed(error: unknown): void;
}
