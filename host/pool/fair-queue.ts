/**
 * Calls that wait for an executor: a queue for each account, served so that accounts share the executors' time by the CPU
 * that they use, not by the calls that they make.
 *
 * Start-time fair queuing (Goyal, Vin, Cheng 1996): each account has the CPU time that it has used; the next call is of the
 * one that has used the least. One that has used nothing for a while does not save up for later: it goes on from where
 * those are that are being served.
 */

import { Fifo } from './fifo.ts';

/** Who is served. Kept by the queue's owner; only the queue changes it. */
export interface Account {
  /** On the queue's own clock of CPU time, in µs. */
  usedUs: number;
}

/** What waits. */
export interface Waiting {
  readonly account: Account;
}

interface Line<T> {
  readonly account: Account;
  readonly items: Fifo<T>;
}

export class FairQueue<T extends Waiting> {
  readonly #lines = new Map<Account, Line<T>>();
  #size = 0;
  /** Where the account was, when it was served, that was served last. */
  #nowUs = 0;

  get size(): number {
    return this.#size;
  }

  /** How many calls of one account wait. */
  sizeOf(account: Account): number {
    return this.#lines.get(account)?.items.size ?? 0;
  }

  /** The call of the account that waits for longest. */
  first(account: Account): T | undefined {
    return this.#lines.get(account)?.items.peek();
  }

  push(item: T): void {
    this.#lineOf(item).items.push(item);
    this.#size += 1;
  }

  /** Back to where it was taken from: for a call whose executor died before it started. */
  putBack(item: T): void {
    this.#lineOf(item).items.unshift(item);
    this.#size += 1;
  }

  /** A call of the account starts, whether it has waited here or not. @param expectedUs the CPU time that it will use */
  begin(account: Account, expectedUs: number): void {
    const from = Math.max(account.usedUs, this.#nowUs);
    this.#nowUs = from;
    account.usedUs = from + expectedUs;
  }

  /** It has used so much more, or less, than was expected. */
  correct(account: Account, byUs: number): void {
    account.usedUs += byUs;
  }

  /**
   * The next call that may start; `begin` is to follow.
   * @param ready whether this call could start now; an account whose first call cannot is passed over
   */
  shift(ready: (item: T) => boolean): T | undefined {
    let next: Line<T> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const line of this.#lines.values()) {
      const used = Math.max(line.account.usedUs, this.#nowUs);
      if (used < least && ready(line.items.peek() as T)) {
        next = line;
        least = used;
      }
    }
    if (next === undefined) return undefined;
    this.#lines.delete(next.account);
    this.#size -= 1;
    const item = next.items.shift() as T;
    // Of those that have used the same, the one that was served is the last now.
    if (next.items.size > 0) this.#lines.set(next.account, next);
    return item;
  }

  remove(item: T): boolean {
    const line = this.#lines.get(item.account);
    if (!line?.items.remove(item)) return false;
    this.#size -= 1;
    if (line.items.size === 0) this.#lines.delete(item.account);
    return true;
  }

  /** Takes out the calls at the heads of the queues that are `over`. Each queue is in order of arrival. */
  *expire(over: (item: T) => boolean): Generator<T> {
    for (const { account, items } of this.#lines.values()) {
      for (let first = items.peek(); first !== undefined && over(first); first = items.peek()) {
        items.shift();
        this.#size -= 1;
        yield first;
      }
      if (items.size === 0) this.#lines.delete(account);
    }
  }

  #lineOf({ account }: T): Line<T> {
    let line = this.#lines.get(account);
    if (line === undefined) {
      line = { account, items: new Fifo() };
      this.#lines.set(account, line);
    }
    return line;
  }
}
