/** At most so many at once; the others wait in the order in which they came. */

export class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * @returns what gives the turn back; its owner disposes of it once
   * @throws the signal's reason where that aborts before the turn has come
   */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#come(signal);
    return { [Symbol.dispose]: () => this.#giveBack() };
  }

  #come(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const come = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.delete(come);
        reject(signal.reason);
      };
      this.#waiting.add(come);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #giveBack(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    // The turn goes from one to the next, so that nobody who comes just now is before those who wait.
    this.#waiting.delete(next);
    next();
  }
}
