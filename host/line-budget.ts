/** How many log lines a second each plugin may cause: what it floods the log with is counted and dropped. */

interface Second {
  at: number;
  lines: number;
  dropped: number;
}

/** Names kept at most; they are of plugins that exist or did a moment ago. */
const maxNames = 20_000;

export class LineBudget {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #names = new Map<string, Second>();

  /** @param now milliseconds of any clock */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** @returns whether the line may be written, and how many of its name were dropped since the last that was */
  take(name: string): { allowed: boolean; dropped: number } {
    const at = Math.floor(this.#now() / 1_000);
    let second = this.#names.get(name);
    if (second === undefined) {
      if (this.#names.size >= maxNames) this.#names.clear();
      second = { at, lines: 0, dropped: 0 };
      this.#names.set(name, second);
    } else if (second.at !== at) {
      second.at = at;
      second.lines = 0;
    }
    if (second.lines >= this.#perSecond) {
      second.dropped += 1;
      return { allowed: false, dropped: 0 };
    }
    second.lines += 1;
    const { dropped } = second;
    second.dropped = 0;
    return { allowed: true, dropped };
  }
}
