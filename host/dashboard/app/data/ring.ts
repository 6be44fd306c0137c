/** The last so many values, in their order. */

export class Ring<T> {
  readonly #most: number;
  #values: T[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  push(value: T): void {
    this.#values.push(value);
    // Seldom, so that it costs nothing each time.
    if (this.#values.length >= this.#most * 2) this.#values = this.#values.slice(-this.#most);
  }

  /** The oldest first. */
  list(): readonly T[] {
    return this.#values.slice(-this.#most);
  }

  clear(): void {
    this.#values = [];
  }
}
