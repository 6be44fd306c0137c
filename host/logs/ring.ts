/** The last entries of one plugin's log: so many, and so many bytes; the oldest go first, and it is known that they have gone. */

import { type Entry, weightOf } from './line.ts';

export interface RingBounds {
  readonly entries: number;
  readonly bytes: number;
}

/** What a ring takes of memory that has nothing in it. */
const ringBytes = 600;
/** Places of entries that have gone are given up by so many. */
const mostGone = 256;

export class Ring {
  readonly #bounds: RingBounds;
  #entries: (Entry | undefined)[] = [];
  /** Where the oldest is. */
  #first = 0;
  /** The oldest's position: entries are counted from the ring's first on, however many have gone. */
  #start = 0;
  #bytes = ringBytes;
  #goneThrough: number;
  readonly #watchers = new Set<() => void>();

  /** @param goneThrough entries up to this sequence number may have been there, and are gone */
  constructor(bounds: RingBounds, goneThrough: number) {
    this.#bounds = bounds;
    this.#goneThrough = goneThrough;
  }

  /** What it takes of memory, more or less. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The position of the oldest entry that is there. */
  get start(): number {
    return this.#start;
  }

  /** The position of the next entry. */
  get end(): number {
    return this.#start + this.#entries.length - this.#first;
  }

  /** Whether entries behind this sequence number may have gone. */
  isGoneAfter(sequence: number): boolean {
    return sequence < this.#goneThrough;
  }

  get goneThrough(): number {
    return this.#goneThrough;
  }

  /** Whether anybody waits for what comes. */
  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** @param told at each entry; it must be quick. Whoever watches disposes of what it is given. */
  watch(told: () => void): Disposable {
    this.#watchers.add(told);
    return { [Symbol.dispose]: () => void this.#watchers.delete(told) };
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += weightOf(entry);
    while (this.end - this.#start > this.#bounds.entries || (this.#bytes > this.#bounds.bytes && this.end - this.#start > 1)) this.#shift();
    for (const told of this.#watchers) told();
  }

  /** `undefined` where it has gone, or has not come. */
  at(position: number): Entry | undefined {
    return position < this.#start ? undefined : this.#entries[this.#first + position - this.#start];
  }

  /** The position of the first entry behind this sequence number. */
  after(sequence: number): number {
    let [low, high] = [this.#start, this.end];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.at(middle) as Entry).sequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** All of it goes. */
  clear(): void {
    this.#goneThrough = this.at(this.end - 1)?.sequence ?? this.#goneThrough;
    this.#start = this.end;
    this.#entries = [];
    this.#first = 0;
    this.#bytes = ringBytes;
  }

  #shift(): void {
    const entry = this.#entries[this.#first] as Entry;
    this.#entries[this.#first++] = undefined;
    this.#start += 1;
    this.#bytes -= weightOf(entry);
    this.#goneThrough = entry.sequence;
    if (this.#first < mostGone) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}
