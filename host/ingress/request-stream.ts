/**
 * The body of a traffic request that comes in while its call runs: what nobody has asked for stays in Node's buffer, and
 * beyond that in the network.
 */

import type { IncomingMessage } from 'node:http';
import type { NboxError } from '../../guards/errors.ts';
import { OpError } from '../dispatch/op-error.ts';
import type { Upload } from '../dispatch/upload.ts';
import type { HeldBytes } from './byte-budget.ts';

/** What is still read and thrown away of a body that nobody reads, so that the client gets to see the answer. */
const drainBytes = 1_048_576;

/** The most that one read gives. */
const readBytes = 65_536;
/** What a stream may hold: Node's buffer, and what is on its way to the guest. */
const heldBytes = 2 * readBytes;
/** What a chunk weighs beyond its bytes, for each byte of the framing that it came with (five at least). */
const framingWeight = 32;

export interface RequestStreamParts {
  readonly most: number;
  /** The caller's. */
  readonly held: HeldBytes;
  readonly tooLarge: () => NboxError;
  readonly tooMany: () => NboxError;
}

export class RequestStream implements Upload {
  bytes = 0;
  begun = false;
  error: NboxError | undefined;
  readonly #req: IncomingMessage;
  readonly #parts: RequestStreamParts;
  /** `stopped`: nobody reads, and the answer is still to come. */
  #state: 'open' | 'stopped' | 'closed' = 'open';
  #wake: (() => void) | undefined;
  /** Bytes that the connection had received when nothing of this body was buffered, and the body's that were read since. */
  #wireAt: number;
  #framingBytes = 0;
  readonly #onEvent = () => {
    this.#weigh();
    this.#wake?.();
  };

  private constructor(req: IncomingMessage, parts: RequestStreamParts) {
    this.#req = req;
    this.#parts = parts;
    this.#wireAt = req.socket.bytesRead - req.readableLength;
    for (const event of events) req.on(event, this.#onEvent);
  }

  /** @returns undefined where the host has no room for one more. Whoever opens one closes it. */
  static open(req: IncomingMessage, parts: RequestStreamParts): RequestStream | undefined {
    return parts.held.take(heldBytes) ? new RequestStream(req, parts) : undefined;
  }

  async read(): Promise<Buffer | undefined> {
    this.begun = true;
    const req = this.#req;
    for (;;) {
      if (this.error !== undefined) throw new OpError(this.error.message, 'TypeError');
      if (this.#state !== 'open') throw new OpError('The request is over', 'TypeError');
      const length = req.readableLength;
      // Asked for when there is nothing, it reads on or notices the end.
      const bytes = req.read(length === 0 ? undefined : Math.min(length, readBytes)) as Buffer | null;
      if (bytes !== null) return this.#take(bytes);
      if (req.readableEnded || (req.complete && req.readableLength === 0)) return undefined;
      if (req.destroyed) throw new OpError('The request body broke off', 'TypeError');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  cancel(): void {
    // What is left stays in the network: thrown away fast, it could cost the client its connection before the answer.
    if (this.#state === 'open') this.#state = 'stopped';
    this.#wake?.();
  }

  /** The answer has been sent: the rest is thrown away, or the connection if there is too much of it. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const event of events) this.#req.off(event, this.#onEvent);
    this.#req.on('error', () => {});
    this.#wake?.();
    // What the plugin might have read, its client may send to its end.
    if (!this.#req.readableEnded) discard(this.#req, Math.max(drainBytes, this.#parts.most - this.bytes));
  }

  #take(bytes: Buffer): Buffer {
    this.bytes += bytes.length;
    this.#wireAt += bytes.length;
    if (this.bytes > this.#parts.most) {
      this.error = this.#parts.tooLarge();
      this.cancel();
      throw new OpError(this.error.message, 'RangeError');
    }
    if (this.#req.readableLength === 0) this.#wireAt = this.#req.socket.bytesRead;
    return bytes;
  }

  /** A body in tiny chunks takes far more memory than its bytes. */
  #weigh(): void {
    if (this.#state !== 'open' || this.#req.complete) return;
    const framing = this.#req.socket.bytesRead - this.#wireAt - this.#req.readableLength;
    if (framing <= this.#framingBytes) return;
    if (this.#parts.held.take((framing - this.#framingBytes) * framingWeight)) this.#framingBytes = framing;
    else {
      this.error = this.#parts.tooMany();
      this.close();
    }
  }
}

const events = ['readable', 'end', 'close', 'error'] as const;

/** Reads on for a while, for nobody: a connection that is closed at once may take the answer with it. */
export function discard(req: IncomingMessage, most = drainBytes): void {
  let left = most;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.resume();
}
