/** The operations of one call, as the host does them: answered in any order, and given up when the call is over. */

import type { Call } from '../dispatch/dispatch.ts';
import { OpNotes } from '../dispatch/evidence.ts';
import { type OpAnswer, OpError, type OpHandlers } from '../dispatch/op.ts';
import type { ReplyStream } from '../dispatch/reply-stream.ts';
import type { Answer, Op } from '../executor/wire.ts';

export interface CallOpsParts {
  readonly call: Call;
  /** The operations that are the call's own. @returns undefined for all others */
  readonly own: (name: string, data: unknown, bytes: Buffer | undefined) => Promise<OpAnswer> | undefined;
  readonly handlers: OpHandlers;
  readonly reply: () => ReplyStream | undefined;
  readonly answer: (answer: Answer) => void;
  /** Told of failures that are the host's own. */
  readonly failed: (name: string, error: unknown) => void;
}

export class CallOps {
  /** Operations that left for the outside. */
  outside = 0;
  readonly notes = new OpNotes();
  readonly #parts: CallOpsParts;
  readonly #over = new AbortController();

  constructor(parts: CallOpsParts) {
    this.#parts = parts;
  }

  /** The call is over: what is being done for it is given up, and no answer leaves any more. */
  close(): void {
    this.#over.abort();
  }

  async run({ call, op, name, json, bytes }: Op): Promise<void> {
    if (this.#over.signal.aborted) return;
    const isNoted = op !== 0 && !isReply(name) && this.#parts.call.replay === undefined;
    const noted = isNoted ? this.notes.add(name, json, bytes) : undefined;
    let answer: Answer;
    try {
      const { data, bytes: given } = (await this.#do(name, json, bytes)) ?? nothing;
      answer = { kind: 'answer', call, op, ok: true, json: data === undefined ? '' : JSON.stringify(data), bytes: given };
    } catch (error) {
      answer = { kind: 'answer', call, op, ok: false, json: JSON.stringify(this.#told(name, error)), bytes: undefined };
    }
    if (op === 0 || this.#over.signal.aborted) return;
    this.notes.answered(noted, answer);
    this.#parts.answer(answer);
  }

  #do(name: string, json: string, bytes: Buffer | undefined): OpAnswer | undefined | Promise<OpAnswer | undefined> {
    const { replay } = this.#parts.call;
    if (replay !== undefined && !isReply(name)) return replay.answer(name, json, bytes);
    const data: unknown = json === '' ? undefined : JSON.parse(json);
    const own = this.#parts.own(name, data, bytes);
    if (own !== undefined) return own;
    const handler = this.#parts.handlers.get(name);
    if (handler === undefined) throw new OpError(`The host has no operation ${name}`);
    const { call } = this.#parts;
    if (handler.outside) {
      const { hostCalls } = call.live.limits;
      if (this.outside >= hostCalls) throw new OpError(`The call has made all the host calls that it may: hostCalls is ${hostCalls}`);
      this.outside += 1;
    }
    return handler.run({ call, name, data, bytes, signal: this.#over.signal, reply: this.#parts.reply });
  }

  #told(name: string, error: unknown): { name: string; message: string } {
    if (error instanceof OpError) return { name: error.name, message: error.message };
    if (!this.#over.signal.aborted) this.#parts.failed(name, error);
    return { name: 'Error', message: 'The host failed' };
  }
}

const nothing: OpAnswer = {};

/** What a call says is its own, also where it is run again. */
const isReply = (name: string): boolean => name.startsWith('reply.');
