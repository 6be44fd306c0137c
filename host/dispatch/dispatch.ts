/**
 * The one verb of the hot path. The pool is a dispatcher, and so is every layer around it: a layer takes the next
 * dispatcher and gives one of the same form.
 */

import { type ErrorCode, type ErrorDetails, NboxError } from '../../guards/errors.ts';
import type { Interface } from '../../loader/interface.ts';
import type { Tape } from '../../loader/sandbox/world.ts';
import type { CallerName } from '../hygiene/caller.ts';
import type { LiveRelease } from '../release/release.ts';
import type { CallTrace } from './call-trace.ts';
import type { Evidence } from './evidence.ts';
import type { OpAnswer } from './op-answer.ts';
import type { Outcome } from './outcome.ts';
import type { ReplyStream } from './reply-stream.ts';
import type { Upload } from './upload.ts';

/** One call of a plugin, admitted but not started. */
export interface Call {
  /** By which its caller can find what it said: a UUID, since a number would tell every caller how many calls the host gets. */
  readonly id?: string;
  readonly live: LiveRelease;
  /** Which entry of the plugin shall run. */
  readonly interface: Interface;
  /** `method\nurl\nname\nvalue…`, the names in lower case; the JSON of an `Event` where the interface is none of HTTP. */
  readonly head: string;
  readonly body: Uint8Array | undefined;
  /** The CDN-Loop header that it came with, where it had one: for what the plugin calls in its turn. */
  readonly hops?: string | undefined;
  /** Its place in a trace, where traces are made. */
  readonly trace?: CallTrace | undefined;
  /** Under which name its caller is counted, where it has one. */
  readonly caller?: CallerName | undefined;
  /** Of a batch: how many messages it has. */
  readonly messages?: number;
  /** In place of `body` where it is still coming in. */
  readonly upload?: Upload | undefined;
  /** Whether running it twice does no harm, so that it may be started anew when its executor is lost. */
  readonly idempotent: boolean;
  /** Whether its caller has said which of the deployed releases is to run it. */
  readonly isForced?: boolean;
  /** Whether it has waited for a hand-over: it is not refused for coming together with others that have. */
  readonly hasWaited?: boolean;
  /** Whether its evidence is wanted though it ends well. */
  readonly isNoted?: boolean;
  /** Where it is run again: what answers in place of the outside. */
  readonly replay?: ReplaySource | undefined;
  /** Monotonic clock, in ms. */
  readonly admittedAt: number;
  /** Aborted when nobody waits for the reply any more. */
  readonly signal: CallSignal;
}

/** What a call that is run again is given. */
export interface ReplaySource {
  readonly tape: Tape;
  /** Whether the request's body comes by `body.read`. */
  readonly streams: boolean;
  /** In place of the operation's handler. @throws OpError */
  answer(name: string, json: string, bytes: Uint8Array | undefined): OpAnswer | undefined | Promise<OpAnswer | undefined>;
}

/** A light stand-in for AbortSignal: one listener, no event object. */
export class CallSignal {
  #aborted = false;
  #listener: (() => void) | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  /** Replaces the listener there was. */
  onAbort(listener: () => void): void {
    this.#listener = listener;
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#listener?.();
  }
}

/** What a call has cost, as far as it is known. */
export interface Spent {
  /** The executor's number, 0 where none began the call. */
  readonly executor: number;
  readonly waitUs: number;
  readonly initUs: number;
  readonly cpuUs: number;
  readonly steps: number;
  readonly memoryBytes: number;
  /** Operations that left for the outside. */
  readonly hostCalls: number;
}

export const nothingSpent: Spent = Object.freeze({
  ...{ executor: 0, waitUs: 0, initUs: 0, cpuUs: 0 },
  ...{ steps: 0, memoryBytes: 0, hostCalls: 0 },
});

export interface Reply {
  /** `status\nstatusText\nname\nvalue…` */
  readonly head: string;
  /** Empty where there is a stream. */
  readonly body: Buffer;
  /** What came of an event; `undefined` of a request. */
  readonly outcome?: Outcome | undefined;
  /** Where the body is still being made. Whoever takes the reply pipes or cancels it. */
  readonly stream?: ReplyStream | undefined;
  readonly spent: Spent;
  /**
   * Where the call goes on after its reply (a stream, `ctx.waitUntil`): resolves when it is over, with all that it has cost and
   * what stopped it, if anything did. Never rejects.
   */
  readonly rest: Promise<{ readonly spent: Spent; readonly error: NboxError | undefined }> | undefined;
  /** Where the call `isNoted`. */
  readonly evidence?: Evidence | undefined;
}

/** Why a call has no reply, and what it cost all the same. */
export class CallError extends NboxError {
  readonly spent: Spent;
  /** The guard's number in the release's bundle. */
  readonly site: number | undefined;
  /** The guest's stack, in positions of the bundle. */
  readonly guestStack: string | undefined;
  /** What came of an event in spite of it, where that is known. */
  readonly outcome: Outcome | undefined;
  /** Of a call that an executor had. */
  readonly evidence: Evidence | undefined;
  /** Where the call goes on all the same: as a reply's. */
  readonly rest: Reply['rest'];

  constructor(
    code: ErrorCode,
    details: ErrorDetails | string,
    spent: Spent,
    where: { readonly site?: number; readonly stack?: string; readonly outcome?: Outcome } = {},
    evidence?: Evidence,
    rest?: Reply['rest'],
  ) {
    super(code, details);
    this.spent = spent;
    this.site = where.site;
    this.guestStack = where.stack;
    this.outcome = where.outcome;
    this.evidence = evidence;
    this.rest = rest;
  }
}

/** @throws CallError */
export type Dispatch = (call: Call) => Promise<Reply>;

export type Layer = (next: Dispatch) => Dispatch;

/** The first layer is the outermost. */
export function layered(layers: readonly Layer[], innermost: Dispatch): Dispatch {
  return layers.reduceRight((next, layer) => layer(next), innermost);
}
