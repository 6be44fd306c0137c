/**
 * What a guest reads of the world beside its call and its host's answers: the clock and randomness. It is noted, as is what
 * woke the call, so that the call can be run again as it was.
 */

import { type Cipheriv, createCipheriv, createHash, randomBytes } from 'node:crypto';

/** What a call has read, in the order in which it did. JSON takes it. */
export interface Tape {
  /** Readings of the clock, in ms since the epoch, each followed by how often it was read in a row. */
  readonly times: readonly number[];
  /** All random bytes, in base64. */
  readonly random: string;
  /** What cryptography gave that draws randomness of its own: a text, or bytes in base64. */
  readonly drawn: readonly (string | { readonly bytes: string })[];
  /**
   * What woke the call: 2n for the answer to the n-th of the operations that it waited for, counted from the one begun first,
   * 2n + 1 for its n-th timer, -1 for its client's leaving.
   */
  readonly turns: readonly number[];
  /** Whether something is missing at the end, since there was too much of it. */
  readonly cut: boolean;
}

/** What cryptography gives. */
export type Drawn = Uint8Array | string | number;

export interface World {
  /** Whether timers wait for `turns`, and not for their time. */
  readonly isReplayed: boolean;
  now(): number;
  bytes(length: number): Buffer;
  /** What is drawn with randomness that is not of `bytes`. */
  draw(draw: () => Drawn): Drawn;
}

/** Of no call. */
export const liveWorld: World = Object.freeze({
  isReplayed: false,
  now: () => Date.now(),
  bytes: (length: number) => randomBytes(length),
  draw: (draw: () => Drawn) => draw(),
});

/** Distinct readings of a call, and its turns: a call that has more is no call that anyone reads. */
const mostEntries = 10_000;
const mostBytes = 65_536;

/** The world as it is, noted. */
export class NotedWorld implements World {
  readonly isReplayed = false;
  readonly #times: number[] = [];
  readonly #random: Uint8Array[] = [];
  readonly #drawn: (string | { bytes: string })[] = [];
  readonly #turns: number[] = [];
  #bytes = 0;
  #cut = false;

  now(): number {
    const now = Date.now();
    const times = this.#times;
    const last = times.length - 1;
    if (last > 0 && times[last - 1] === now) times[last] = (times[last] as number) + 1;
    else if (last < mostEntries) times.push(now, 1);
    else this.#cut = true;
    return now;
  }

  bytes(length: number): Buffer {
    const bytes = randomBytes(length);
    if (this.#hasRoom(length)) this.#random.push(bytes);
    return bytes;
  }

  draw(draw: () => Drawn): Drawn {
    const drawn = draw();
    if (typeof drawn === 'number') return drawn;
    if (this.#hasRoom(drawn.length)) {
      this.#drawn.push(typeof drawn === 'string' ? drawn : { bytes: Buffer.from(drawn).toString('base64') });
    }
    return drawn;
  }

  turn(turn: number): void {
    if (this.#turns.length < mostEntries) this.#turns.push(turn);
    else this.#cut = true;
  }

  get tape(): Tape {
    return {
      ...{ times: this.#times, random: Buffer.concat(this.#random).toString('base64') },
      ...{ drawn: this.#drawn, turns: this.#turns, cut: this.#cut },
    };
  }

  /** What follows something that was left out is left out, too: in its place it would be wrong. */
  #hasRoom(length: number): boolean {
    this.#bytes += length;
    if (this.#bytes > mostBytes) this.#cut = true;
    return this.#bytes <= mostBytes;
  }
}

/** The world of a tape. Where a call reads on beyond its end, what it gets is the same for whoever does. */
export class ReplayedWorld implements World {
  readonly isReplayed = true;
  readonly #tape: Tape;
  readonly #random: Buffer;
  #timesAt = 0;
  #sinceAt = 0;
  #randomAt = 0;
  /** What goes on beyond the tape: made of it, so that it is the same for all that have it. */
  #stream: Cipheriv | undefined;
  #drawnAt = 0;
  #turnsAt = 0;

  constructor(tape: Tape) {
    this.#tape = tape;
    this.#random = Buffer.from(tape.random, 'base64');
  }

  /** The last reading stands still: who waits for the time to go on waits for a timer. */
  now(): number {
    const { times } = this.#tape;
    if (times.length === 0) return 0;
    const at = this.#timesAt;
    const now = times[at] as number;
    this.#sinceAt += 1;
    if (this.#sinceAt >= (times[at + 1] as number) && at + 2 < times.length) {
      this.#timesAt = at + 2;
      this.#sinceAt = 0;
    }
    return now;
  }

  bytes(length: number): Buffer {
    const end = this.#randomAt + length;
    if (end <= this.#random.length) {
      const bytes = this.#random.subarray(this.#randomAt, end);
      this.#randomAt = end;
      return bytes;
    }
    this.#randomAt = this.#random.length;
    this.#stream ??= createCipheriv('aes-256-ctr', createHash('sha256').update(this.#random).digest(), Buffer.alloc(16));
    return this.#stream.update(Buffer.alloc(length));
  }

  draw(draw: () => Drawn): Drawn {
    const drawn = this.#tape.drawn[this.#drawnAt];
    if (drawn === undefined) return draw();
    this.#drawnAt += 1;
    return typeof drawn === 'string' ? drawn : Buffer.from(drawn.bytes, 'base64');
  }

  /** What wakes the call next; `undefined` where the tape is at its end. */
  get turn(): number | undefined {
    return this.#tape.turns[this.#turnsAt];
  }

  /** It has been woken so. */
  turned(): void {
    this.#turnsAt += 1;
  }

  /** What the tape says of turns is of another run. */
  loseTurns(): void {
    this.#turnsAt = this.#tape.turns.length;
  }
}
