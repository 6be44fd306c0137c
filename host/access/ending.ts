/** The end of what somebody was let in by: told at once to whoever serves them still. */

export class Ending {
  readonly #watchers = new Set<() => void>();
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether something goes on that would have to end. */
  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** @param watcher told once; at once where it is over @returns what has it told no more */
  watch(watcher: () => void): () => void {
    if (this.#isOver) {
      watcher();
      return () => {};
    }
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const told = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of told) watcher();
  }
}
