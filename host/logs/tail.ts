/**
 * A plugin's log as server-sent events, while it is written. It holds nothing of it but a place in the ring: a client that
 * reads slowly finds that what it has not read is gone, and is told how much.
 */

import { Readable } from 'node:stream';
import type { Matches } from './filter.ts';
import { viewOf } from './line.ts';
import type { Ring } from './ring.ts';

/** Why a tail ends. After `renew` and `stopping` it makes sense to ask again. */
export type TailEnd = 'removed' | 'stopping' | 'renew';

export interface TailStart {
  /** Of the ring: where to begin. */
  readonly position: number;
  /** The sequence number up to which its client has seen the log. */
  readonly seen: number;
  /** Whether something may be missing before the first entry. */
  readonly isGone: boolean;
}

/** What is made at a time, more or less: the client's connection holds as much again. */
const chunkLength = 65_536;

export class Tail extends Readable {
  readonly #ring: Ring;
  readonly #matches: Matches;
  readonly #watching: Disposable;
  readonly #elapsed: () => number;
  #position: number;
  #seen: number;
  #gone: 'nothing' | 'something' | number = 'nothing';
  #isNew = true;
  #isWanted = false;
  #isWoken = false;
  #isOver = false;
  /** Since when nobody has asked for more of it. */
  #stalledAt: number | undefined;

  /** @param elapsed milliseconds of the clock that only goes forward */
  constructor(ring: Ring, matches: Matches, start: TailStart, elapsed: () => number) {
    super({ highWaterMark: chunkLength });
    this.#ring = ring;
    this.#matches = matches;
    this.#elapsed = elapsed;
    this.#position = start.position;
    this.#seen = start.seen;
    if (start.isGone) this.#gone = 'something';
    this.#watching = ring.watch(() => this.#wake());
  }

  /** For how long its client has read nothing. */
  stalledMs(): number {
    return this.#stalledAt === undefined ? 0 : this.#elapsed() - this.#stalledAt;
  }

  /** Says that the host is there, and up to where the log was looked through: to be resumed from there. */
  beat(): void {
    if (this.#isWanted) this.#give(`id: ${this.#seen}\n\n`);
  }

  /** The client is told why; entries that are there and were not read go first, as far as it reads on. */
  end(why: TailEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Nobody asks for more after the end: from here on only its reading of what there is can be late.
    this.#stalledAt ??= this.#elapsed();
    this.#watching[Symbol.dispose]();
    const rest = this.#read();
    this.push(`${rest}event: end\ndata: ${JSON.stringify({ why })}\n\n`);
    this.push(null);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#stalledAt = undefined;
    this.#fill();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isOver = true;
    this.#watching[Symbol.dispose]();
    done(error);
  }

  /** What is written in one turn goes out together. */
  #wake(): void {
    if (!this.#isWanted || this.#isWoken) return;
    this.#isWoken = true;
    setImmediate(() => {
      this.#isWoken = false;
      if (this.#isWanted) this.#fill();
    });
  }

  #fill(): void {
    if (this.#isOver) return;
    const text = this.#read();
    if (text !== '') this.#give(text);
  }

  #give(text: string): void {
    this.#isWanted = false;
    this.#stalledAt = this.#elapsed();
    this.push(text);
  }

  #read(): string {
    const ring = this.#ring;
    if (this.#position < ring.start) {
      const missed = ring.start - this.#position;
      this.#gone = typeof this.#gone === 'number' ? this.#gone + missed : this.#gone === 'nothing' ? missed : 'something';
      this.#position = ring.start;
    }
    // So that a client that is cut off before anything is said knows where to go on.
    let text = this.#isNew ? `id: ${this.#seen}\n\n` : '';
    this.#isNew = false;
    if (this.#gone !== 'nothing') {
      text += `event: gap\ndata: ${JSON.stringify({ missed: this.#gone === 'something' ? null : this.#gone })}\n\n`;
      this.#gone = 'nothing';
    }
    for (let entry = ring.at(this.#position); entry !== undefined && text.length < chunkLength; entry = ring.at(this.#position)) {
      this.#position += 1;
      this.#seen = entry.sequence;
      if (this.#matches(entry)) text += `id: ${entry.sequence}\nevent: ${entry.kind}\ndata: ${JSON.stringify(viewOf(entry))}\n\n`;
    }
    return text;
  }
}
