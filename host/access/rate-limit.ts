/** How many requests somebody may send: a bucket for each name, filled anew at a steady rate. */

export interface RateBounds {
  /** So many in `windowMs`, and at once after as long a rest. */
  readonly quota: number;
  readonly windowMs: number;
  /** Names that are remembered; whoever is forgotten has a full bucket. */
  readonly names: number;
}

export interface RateState {
  readonly isAllowed: boolean;
  /** Whole requests that there are left. */
  readonly left: number;
  /** Until the bucket is full again. */
  readonly fullS: number;
  /** Until there is another request; 0 where there is one. */
  readonly waitS: number;
}

export class RateLimit {
  readonly bounds: RateBounds;
  readonly #now: () => number;
  /** When each bucket is full again; whose request came last is at the end. */
  readonly #fullAt = new Map<string, number>();

  /** @param now milliseconds of the clock that only goes forward */
  constructor(bounds: RateBounds, now: () => number) {
    this.bounds = bounds;
    this.#now = now;
  }

  /** A request. One that is refused takes nothing. */
  take(name: string): RateState {
    const { quota, windowMs, names } = this.bounds;
    const each = windowMs / quota;
    const now = this.#now();
    const before = Math.max(now, this.#fullAt.get(name) ?? 0);
    const isAllowed = before + each - now <= windowMs + each / 1_000;
    const fullAt = isAllowed ? before + each : before;
    this.#fullAt.delete(name);
    this.#fullAt.set(name, fullAt);
    if (this.#fullAt.size > names) this.#fullAt.delete(this.#fullAt.keys().next().value as string);
    const left = Math.max(0, Math.floor((now + windowMs - fullAt) / each + 0.001));
    const waitMs = isAllowed ? 0 : fullAt + each - now - windowMs;
    return { isAllowed, left, fullS: Math.ceil((fullAt - now) / 1_000), waitS: Math.ceil(waitMs / 1_000) };
  }
}
