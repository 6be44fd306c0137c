/** Operations that the host does for a guest while its call waits: what a handler of one gets and gives. */

import type { OpTrace } from './call-trace.ts';
import type { Call } from './dispatch.ts';
import type { OpAnswer } from './op-answer.ts';
import type { ReplyStream } from './reply-stream.ts';

export type { OpAnswer } from './op-answer.ts';
export { OpError } from './op-error.ts';

export interface Op {
  readonly call: Call;
  /** Namespaced: `fetch`, `fetch.read`. */
  readonly name: string;
  /** What the guest's JSON says; nothing about it is sure. */
  readonly data: unknown;
  /** The handler's own. */
  readonly bytes: Buffer | undefined;
  /** Aborted when the call is over: nobody waits for the answer, and what was opened for it is to be closed. */
  readonly signal: AbortSignal;
  /** The body of the call's reply, where that has begun to leave as a stream. */
  readonly reply: () => ReplyStream | undefined;
  /** Where traces are made, and the operation leaves for the outside. */
  readonly trace?: OpTrace;
}

/** What does the operations of one name. */
export interface OpHandler {
  /** Whether it leaves for the outside, and so counts as one of the call's `hostCalls`. */
  readonly outside: boolean;
  /** @throws OpError for the guest to read; anything else is the host's own failure, of which the guest learns nothing */
  run(op: Op): OpAnswer | undefined | Promise<OpAnswer | undefined>;
}

/** By name. */
export type OpHandlers = ReadonlyMap<string, OpHandler>;
