/** The operations that a guest has begun and the host has not answered, by the call that they are for. */

import { ByCall } from './by-call.ts';

/** How many may be pending in one sandbox, and how many bytes may have gone out with them. */
const maxOps = 1_000;
const maxBytes = 64 * 1_048_576;
/** The most bytes that go with one; a frame has to hold them. */
const maxOpBytes = 32 * 1_048_576;

/** What may go with something that is told and not answered, and so never counted. */
export const mostSentBytes = 65_536;

interface Op {
  readonly call: number;
  readonly bytes: number;
}

export class PendingOps extends ByCall<Op> {
  #bytes = 0;
  #nextId = 1;

  constructor() {
    super(({ bytes }) => {
      this.#bytes -= bytes;
    });
  }

  /** @returns the operation's number, or why there may be none */
  add(call: number, bytes: number): number | string {
    if (this.size >= maxOps) return 'Too many operations are pending';
    if (bytes > maxOpBytes || this.#bytes + bytes > maxBytes) return 'Too many bytes are pending';
    const id = this.#nextId;
    this.#nextId = id === 0xffff_ffff ? 1 : id + 1;
    this.put(id, { call, bytes });
    this.#bytes += bytes;
    return id;
  }
}
