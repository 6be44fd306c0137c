/** What a call was given while it ran: with its request, all that is needed to run it again. */

import type { Tape } from '../../loader/sandbox/world.ts';

/** An operation that a guest asked for, and what came of it. */
export interface NotedOp {
  readonly name: string;
  /** '' where it had no data. */
  readonly json: string;
  readonly bytes: Uint8Array | undefined;
  /** `undefined`: the call was over before it was answered. */
  answer: NotedAnswer | undefined;
}

export interface NotedAnswer {
  readonly ok: boolean;
  /** '' where there are no data; of `{ name, message }` where it is not `ok`. */
  readonly json: string;
  readonly bytes: Uint8Array | undefined;
}

export interface Evidence {
  /** In the order in which they were begun. */
  readonly ops: readonly NotedOp[];
  /** `undefined` where the call read and waited for nothing, or was lost with its executor. */
  readonly tape: Tape | undefined;
  /** Whether there was too much to keep all of it. */
  readonly cut: boolean;
}

/** Of one call. */
const mostOps = 1_000;
const mostBytes = 262_144;

/** Keeps what operations were asked for and answered, as far as there is room: references to what is there anyway. */
export class OpNotes {
  readonly ops: NotedOp[] = [];
  cut = false;
  #bytes = 0;

  /** @returns what the answer is to be put into; `undefined` where there is no room */
  add(name: string, json: string, bytes: Uint8Array | undefined): NotedOp | undefined {
    if (!this.#take(json.length + (bytes?.length ?? 0)) || this.ops.length >= mostOps) {
      this.cut = true;
      return undefined;
    }
    const op = { name, json, bytes, answer: undefined };
    this.ops.push(op);
    return op;
  }

  answered(op: NotedOp | undefined, answer: NotedAnswer): void {
    if (op === undefined) return;
    if (this.#take(answer.json.length + (answer.bytes?.length ?? 0))) op.answer = answer;
    else this.cut = true;
  }

  #take(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= mostBytes;
  }
}
