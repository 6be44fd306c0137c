/**
 * How often somebody may be wrong about a token: by address, with a wait that doubles with each further one. While many addresses
 * guess at once each has one try before it waits, so that somebody who has the right token is let in from an address of his own,
 * however much is guessed from others.
 */

export interface LockOutBounds {
  /** So many wrong ones of an address cost nothing. */
  readonly free: number;
  /** Of all addresses together in a minute: beyond that one is. */
  readonly inAll: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** After so long without a wrong one nothing is held against an address any more. */
  readonly forgottenMs: number;
  readonly addresses: number;
}

export const lockOutBounds: LockOutBounds = Object.freeze({
  ...{ free: 5, inAll: 100, firstWaitMs: 1_000, longestWaitMs: 900_000, forgottenMs: 3_600_000, addresses: 10_000 },
});

interface Guesser {
  wrong: number;
  lastAt: number;
  until: number;
}

const windowMs = 60_000;

export class LockOut {
  readonly #bounds: LockOutBounds;
  readonly #now: () => number;
  /** The one that was wrong last at the end. */
  readonly #guessers = new Map<string, Guesser>();
  #window = 0;
  #total = 0;

  /** @param now milliseconds of the clock that only goes forward */
  constructor(now: () => number, bounds: LockOutBounds = lockOutBounds) {
    this.#now = now;
    this.#bounds = bounds;
  }

  /** @returns seconds until something of the address is looked at again; 0 where it is now */
  waitS(address: string): number {
    const guesser = this.#guessers.get(network(address));
    return guesser === undefined ? 0 : Math.max(0, Math.ceil((guesser.until - this.#now()) / 1_000));
  }

  /** Something that came from the address was wrong. */
  note(address: string): void {
    const { free, inAll, firstWaitMs, longestWaitMs, forgottenMs, addresses } = this.#bounds;
    const now = this.#now();
    const window = Math.floor(now / windowMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#total = 0;
    }
    this.#total += 1;
    const key = network(address);
    const before = this.#guessers.get(key);
    const wrong = before === undefined || now - before.lastAt >= forgottenMs ? 1 : before.wrong + 1;
    const beyond = wrong - (this.#total > inAll ? 0 : free);
    const waitMs = beyond <= 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(30, beyond - 1));
    this.#guessers.delete(key);
    this.#guessers.set(key, { wrong, lastAt: now, until: now + waitMs });
    // Whoever has that many addresses is slowed by their number alone.
    if (this.#guessers.size > addresses) this.#guessers.delete(this.#guessers.keys().next().value as string);
  }
}

/** Of IPv6, whoever has one address has some 2^64: they count as one. */
function network(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const all = tail === undefined ? first : [...first, ...Array(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last];
  return `${all.slice(0, 4).join(':')}::/64`;
}
