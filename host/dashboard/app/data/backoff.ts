/** How long to wait until the next try: longer after each that failed, and never the same for all who try. */

export interface Backoff {
  /** @returns milliseconds until the next try */
  readonly next: () => number;
  /** It has gone well. */
  readonly reset: () => void;
}

const firstMs = 1_000;
const mostMs = 30_000;

/** @param random from 0 to 1 */
export function backoff(random: () => number): Backoff {
  let failures = 0;
  return {
    next() {
      const most = Math.min(mostMs, firstMs * 2 ** failures);
      failures += 1;
      // At least half of it, so that nobody hammers; the rest by chance, so that a restarted host is not met by all at once.
      return Math.round(most / 2 + (most / 2) * random());
    },
    reset() {
      failures = 0;
    },
  };
}
