/** Replies that their readers do not take: bounded in bytes and in time. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { NboxError } from '../../guards/errors.ts';
import type { ByteBudget } from './byte-budget.ts';

/** Replies up to this size are counted only if the connection does not take them at once: most never are. */
const uncountedBytes = 65_536;
/** What a reply in the making holds while it waits: the window of its guest, and as much in the connection. */
const stalledBytes = 131_072;

export class UnsentReplies {
  readonly #budget: ByteBudget;
  readonly #drainMs: number;
  readonly #queued = new WeakMap<Socket, Set<() => void>>();

  /** @param drainMs how long a reader may take over a reply */
  constructor(budget: ByteBudget, drainMs: number) {
    this.#budget = budget;
    this.#drainMs = drainMs;
  }

  /**
   * To be called before anything of the reply is written; `written` takes over what it has taken.
   * @returns whether the reply is counted
   * @throws NboxError `overloaded`
   */
  admit(bytes: number): boolean {
    if (bytes <= uncountedBytes) return false;
    if (this.#budget.take(bytes)) return true;
    throw new NboxError('overloaded', { detail: 'The host holds as many bytes of unread replies as it may', retryAfterS: 1 });
  }

  /** To be called once, when the reply was ended. @param counted what `admit` has said of it */
  written(res: ServerResponse, bytes: number, counted: boolean): void {
    const { socket } = res;
    // A pipelined reply has no socket until those before it are sent; a read of many small requests queues many of them.
    const waits = !res.destroyed && (socket === null || socket.writableLength > 0);
    if (!waits && !counted) return;
    if (!counted && !this.#budget.take(bytes)) {
      res.req.socket.destroy();
      return;
    }
    this.#hold(res, bytes, waits);
  }

  /**
   * A reply is being made faster than its reader takes it, and waits for the reader; this is to be called again and again,
   * whenever it does.
   * @returns to be called when it goes on, and may be called twice
   */
  stalled(res: ServerResponse): () => void {
    if (!this.#budget.take(stalledBytes)) {
      res.req.socket.destroy();
      return () => {};
    }
    const timer = setTimeout(() => res.req.socket.destroy(), this.#drainMs);
    timer.unref();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      clearTimeout(timer);
      this.#budget.give(stalledBytes);
    };
  }

  #hold(res: ServerResponse, bytes: number, waits: boolean): void {
    const connection = res.req.socket;
    if (connection.destroyed) {
      this.#budget.give(bytes);
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const time = () => {
      timer = setTimeout(() => connection.destroy(), this.#drainMs);
      timer.unref();
    };
    let held = true;
    const over = () => {
      // A reply whose connection ends hears of it from both.
      if (!held) return;
      held = false;
      clearTimeout(timer);
      this.#queued.get(connection)?.delete(over);
      this.#budget.give(bytes);
    };
    res.once('close', over);
    if (res.socket === null) {
      this.#queue(connection).add(over);
      // The time of a pipelined reply begins with its turn: those before it may still be computed.
      res.once('socket', time);
    } else if (waits) time();
  }

  /** What a connection's end is told to. Node tells it to the reply whose turn it is, and to none that waits behind it. */
  #queue(connection: Socket): Set<() => void> {
    let queue = this.#queued.get(connection);
    if (queue === undefined) {
      const made = new Set<() => void>();
      queue = made;
      this.#queued.set(connection, made);
      connection.once('close', () => {
        for (const over of made) over();
      });
    }
    return queue;
  }
}
