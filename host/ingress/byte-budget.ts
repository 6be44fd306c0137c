/** How many bytes all requests together may hold in the host's memory for one purpose. */

/** Counts, and holds nothing itself: whoever takes bytes owns them and gives back as many. */
export class ByteBudget {
  readonly totalBytes: number;
  #taken = 0;

  constructor(totalBytes: number) {
    this.totalBytes = totalBytes;
  }

  get takenBytes(): number {
    return this.#taken;
  }

  /** @returns false, with nothing taken, where there is no room */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.totalBytes) return false;
    this.#taken += bytes;
    return true;
  }

  /** @throws Error where more is given back than was taken: somebody counts wrongly */
  give(bytes: number): void {
    if (bytes > this.#taken) throw new Error('more bytes were given back to a budget than were taken');
    this.#taken -= bytes;
  }
}

/** What one call has taken of a budget. Its owner disposes of it when the call is over, and may do so twice. */
export class HeldBytes implements Disposable {
  readonly #budget: ByteBudget;
  #bytes = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  take(bytes: number): boolean {
    if (!this.#budget.take(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  [Symbol.dispose](): void {
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#budget.give(bytes);
  }
}
