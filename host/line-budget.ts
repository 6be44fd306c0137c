/**
 * How many log lines each plugin may cause: what it floods the log with is counted and dropped. A bucket of tokens for each
 * name, one a line, filled anew at a steady rate; one for all names together; and a small one for each name, which is drawn on
 * only while that of all is empty: what many plugins flood does not keep out the lines of a quiet one, and a name that is never
 * quiet has no more than the small one holds.
 */

interface Bucket {
  tokens: number;
  /** When it was last filled. */
  at: number;
}

interface Own extends Bucket {
  /** What it has while all together have nothing left. */
  readonly spared: Bucket;
  dropped: number;
}

export interface LineBounds {
  /** Of each name, and at once after a second's rest. */
  readonly perSecond: number;
  /** Of all names together. */
  readonly allPerSecond?: number;
}

/** Names kept at most; they are of plugins that exist or did a moment ago. */
const maxNames = 20_000;
/** So many lines a second a name has whatever all others do. */
const sparedPerSecond = 10;

export class LineBudget {
  readonly #bounds: Required<LineBounds>;
  readonly #now: () => number;
  /** The one that was new last at the end. */
  readonly #names = new Map<string, Own>();
  /** Those of which lines were dropped that nobody has been told of. */
  readonly #untold = new Set<string>();
  readonly #all: Bucket;

  /** @param now milliseconds of any clock */
  constructor(bounds: LineBounds, now: () => number) {
    this.#bounds = { allPerSecond: Number.POSITIVE_INFINITY, ...bounds };
    this.#now = now;
    this.#all = { tokens: this.#bounds.allPerSecond, at: now() };
  }

  /**
   * @param weight for how many lines it counts; it is taken whole, and what it takes too much is missing to the next
   * @returns whether the line may be written, and how many of its name were dropped since the last that was
   */
  take(name: string, weight = 1): { allowed: boolean; dropped: number } {
    const { perSecond, allPerSecond } = this.#bounds;
    const now = this.#now();
    let own = this.#names.get(name);
    if (own === undefined) {
      if (this.#names.size >= maxNames) this.#forgetOldest();
      own = { tokens: perSecond, at: now, spared: { tokens: sparedPerSecond, at: now }, dropped: 0 };
      this.#names.set(name, own);
    } else fill(own, perSecond, now);
    fill(this.#all, allPerSecond, now);
    const from = this.#all.tokens >= 1 ? this.#all : own.spared;
    if (from === own.spared) fill(own.spared, sparedPerSecond, now);
    if (own.tokens < 1 || from.tokens < 1) {
      own.dropped += 1;
      this.#untold.add(name);
      return { allowed: false, dropped: 0 };
    }
    own.tokens -= weight;
    from.tokens -= weight;
    const { dropped } = own;
    own.dropped = 0;
    if (dropped > 0) this.#untold.delete(name);
    return { allowed: true, dropped };
  }

  /** What was dropped since each name's last line; once told, it is told no more. */
  drain(): { readonly name: string; readonly dropped: number }[] {
    const told = [...this.#untold].map((name) => {
      const own = this.#names.get(name) as Own;
      const { dropped } = own;
      own.dropped = 0;
      return { name, dropped };
    });
    this.#untold.clear();
    return told;
  }

  #forgetOldest(): void {
    const [name] = this.#names.keys();
    this.#names.delete(name as string);
    this.#untold.delete(name as string);
  }
}

function fill(bucket: Bucket, perSecond: number, now: number): void {
  // Nothing is missing to what has no bound, and no time times it is no number.
  if (bucket.tokens === perSecond) {
    bucket.at = now;
    return;
  }
  // A clock that was set back gives nothing.
  const passed = Math.max(0, now - bucket.at);
  bucket.at = now;
  bucket.tokens = Math.min(perSecond, bucket.tokens + (passed * perSecond) / 1_000);
}
