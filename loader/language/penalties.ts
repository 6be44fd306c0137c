/** How long whoever has brought the language process down must wait before asking again: longer each time, so that others can work. */

interface Penalty {
  readonly count: number;
  readonly untilMs: number;
}

const most = 100;
const firstMs = 2_000;
const longestMs = 60_000;
/** So long after its end nothing is held against anyone. */
const forgottenMs = 600_000;

export class Penalties {
  /** The latest last. */
  readonly #penalties = new Map<string, Penalty>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  note(owner: string): void {
    const known = this.#penalties.get(owner);
    const now = this.#now();
    const count = known === undefined || known.untilMs + forgottenMs < now ? 1 : known.count + 1;
    this.#penalties.delete(owner);
    this.#penalties.set(owner, { count, untilMs: now + Math.min(longestMs, firstMs * 2 ** (count - 1)) });
    for (const oldest of this.#penalties.keys()) {
      if (this.#penalties.size <= most) break;
      this.#penalties.delete(oldest);
    }
  }

  /** In s, 0 where it need not wait. */
  wait(owner: string): number {
    const left = (this.#penalties.get(owner)?.untilMs ?? 0) - this.#now();
    return left > 0 ? Math.ceil(left / 1_000) : 0;
  }
}
