/**
 * Who occurs most often of names that are without number, in room for a few: Space-Saving (A. Metwally, D. Agrawal, A. El
 * Abbadi, 2005). A count is never too low, and too high by its `overBy` at most; whoever has more than the room's part of all is in it.
 */

export interface Hitter {
  readonly name: string;
  readonly count: number;
  /** By so much the count may be too high. */
  readonly overBy: number;
}

export class HeavyHitters {
  readonly #room: number;
  readonly #hitters = new Map<string, { count: number; overBy: number }>();
  #total = 0;
  /** No count is lower: none falls, and what is new counts more than the least did. */
  #floor = 0;

  constructor(room: number, hitters: readonly Hitter[] = []) {
    this.#room = room;
    for (const { name, count, overBy } of hitters.slice(0, room)) {
      this.#hitters.set(name, { count, overBy });
      this.#total += count;
    }
  }

  /** How often `add` was called, which is what the counts add up to. */
  get total(): number {
    return this.#total;
  }

  add(name: string): void {
    this.#total += 1;
    const known = this.#hitters.get(name);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    if (this.#hitters.size < this.#room) {
      this.#hitters.set(name, { count: 1, overBy: 0 });
      return;
    }
    let least: string | undefined;
    let count = Number.POSITIVE_INFINITY;
    for (const [one, hitter] of this.#hitters) {
      if (hitter.count >= count) continue;
      least = one;
      count = hitter.count;
      // New names only: then the first one is the least, and nobody makes the host look through all of them with each call.
      if (count === this.#floor) break;
    }
    this.#floor = count;
    this.#hitters.delete(least as string);
    this.#hitters.set(name, { count: count + 1, overBy: count });
  }

  /** Those that occur most often first. */
  list(): Hitter[] {
    return [...this.#hitters].map(([name, one]) => ({ name, ...one })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  }
}
