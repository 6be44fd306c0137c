/** How many wrong tokens may be tried, by each address and by all together. Beyond that none is looked at, right or wrong. */

const windowMs = 60_000;

export class GuessBudget {
  readonly #perAddress: number;
  readonly #inAll: number;
  readonly #now: () => number;
  /** Of the present window. It has no more addresses than there may be guesses. */
  readonly #wrong = new Map<string, number>();
  #window = 0;
  #total = 0;

  /** @param now milliseconds of any clock */
  constructor(bounds: { readonly perAddress: number; readonly inAll: number }, now: () => number) {
    this.#perAddress = bounds.perAddress;
    this.#inAll = bounds.inAll;
    this.#now = now;
  }

  /** @returns seconds until the address may try again; 0 where it may now */
  wait(address: string): number {
    const now = this.#now();
    this.#turn(now);
    if (this.#total < this.#inAll && (this.#wrong.get(address) ?? 0) < this.#perAddress) return 0;
    return Math.ceil(((this.#window + 1) * windowMs - now) / 1_000);
  }

  /** A token was wrong. */
  note(address: string): void {
    this.#turn(this.#now());
    this.#total += 1;
    this.#wrong.set(address, (this.#wrong.get(address) ?? 0) + 1);
  }

  #turn(now: number): void {
    const window = Math.floor(now / windowMs);
    if (window === this.#window) return;
    this.#window = window;
    this.#total = 0;
    this.#wrong.clear();
  }
}
