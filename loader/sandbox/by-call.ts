/** What waits in the host on behalf of a guest's calls, by number: it goes with its call, and the guest is to be told which did. */

export class ByCall<T extends { readonly call: number }> {
  readonly #items = new Map<number, T>();
  readonly #dropped: (item: T) => void;
  #forgotten: number[] = [];

  /** @param dropped told of each that is taken out before its time */
  constructor(dropped: (item: T) => void) {
    this.#dropped = dropped;
  }

  get size(): number {
    return this.#items.size;
  }

  has(id: number): boolean {
    return this.#items.has(id);
  }

  protected get(id: number): T | undefined {
    return this.#items.get(id);
  }

  /** Those of one call, the one that was begun first before the others. */
  idsOf(call: number): number[] {
    const ids: number[] = [];
    for (const [id, item] of this.#items) if (item.call === call) ids.push(id);
    return ids;
  }

  protected put(id: number, item: T): void {
    this.#items.set(id, item);
  }

  /** @returns whether it was there */
  delete(id: number): boolean {
    const item = this.#items.get(id);
    if (item === undefined) return false;
    this.#items.delete(id);
    this.#dropped(item);
    return true;
  }

  /** Drops those of one call. */
  forget(call: number): void {
    for (const [id, item] of this.#items) {
      if (item.call === call && this.delete(id)) this.#forgotten.push(id);
    }
  }

  get hasForgotten(): boolean {
    return this.#forgotten.length > 0;
  }

  /** Those that were dropped with their calls since it was last asked: the guest still holds what they would have woken. */
  takeForgotten(): number[] {
    const taken = this.#forgotten;
    this.#forgotten = [];
    return taken;
  }

  clear(): void {
    for (const id of this.#items.keys()) this.delete(id);
  }
}
