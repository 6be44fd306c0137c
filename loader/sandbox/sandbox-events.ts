/** What goes out of a sandbox. */

/** What a sandbox tells its owner. Calls are named by the numbers that `start` was given. */
export interface SandboxEvents {
  /**
   * The guest has answered; the texts are good only inside this function.
   * @param left what the call has left of its loop budget
   * @param body nothing where it follows as operations: `reply.write`, then `reply.end` or `reply.error`
   * @param waiting promises that the call still waits for (`ctx.waitUntil`)
   */
  reply(call: number, left: number, waiting: number, head: Utf8, body: Utf8 | undefined): void;
  /** The handler threw. Both texts are the guest's, at most 2,000 characters. */
  fail(call: number, left: number, message: string, stack: string): void;
  /** All that a call waited for has settled after its reply. */
  settled(call: number, left: number): void;
  /**
   * The call is to go on when its client has gone.
   * @param listens whether it is to hear of it: the guest keeps something for that until the call is forgotten
   * @returns whether the call is over, its client there, or gone
   */
  keep(call: number, listens: boolean): 'over' | 'there' | 'gone';
  /** @returns false where no more lines of the call are taken */
  log(call: number, level: number, text: string): boolean;
  /** A timer that the call set has come: `fire` it. */
  due(call: number, timer: number): void;
  /**
   * The guest asks for something that the host does: `resume` it with the answer.
   * @param id 0 where no answer is wanted
   * @returns false where the call is over, so that nothing was begun
   */
  op(call: number, id: number, name: string, json: string, bytes: Uint8Array | undefined): boolean;
}

/** A text, or bytes: from `start` up to `end`. */
export interface Utf8 {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}
