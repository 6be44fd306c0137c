/**
 * Calls by their numbers, as they come and go by the ten thousand each second. In place of a Map: one that is added to and deleted from
 * is moved to a new table now and then, and V8 has the old one hold on to the new one, for those who iterate. Once one such table has
 * come to the old space, where only full collections look, each of its successors is kept alive by the one before it, and with
 * them every call that was under way when they were made: collections of the young space then copy all that, and a host answers a tenth fewer
 * requests.
 */

/** A power of two; twice the calls that an executor is given ahead. */
const leastRoom = 128;
/** No call's number. */
const none = 0;

export class CallTable<T> {
  /** Open addressing: a call lies at its number's place or, where that is taken, as near behind it as there is room. */
  #ids = new Uint32Array(leastRoom);
  #values: (T | undefined)[] = new Array<undefined>(leastRoom).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): T | undefined {
    const at = this.#find(id);
    return at < 0 ? undefined : this.#values[at];
  }

  /** @throws RangeError where the number is none from 1 to 2³² − 1 */
  set(id: number, value: T): void {
    if (id >>> 0 !== id || id === none) throw new RangeError(`a call cannot have the number ${id}`);
    const at = this.#find(id);
    if (at >= 0) {
      this.#values[at] = value;
      return;
    }
    // Half of it stays free, so that the next free place is near.
    if ((this.#size + 1) * 2 > this.#ids.length) this.#move(this.#ids.length * 2);
    this.#put(id, value);
    this.#size += 1;
  }

  /** @returns whether it was there */
  delete(id: number): boolean {
    const found = this.#find(id);
    if (found < 0) return false;
    this.#size -= 1;
    const [ids, values] = [this.#ids, this.#values];
    const mask = ids.length - 1;
    // What lies behind moves up where it is nearer to its own place there: else it would not be found any more.
    let free = found;
    for (let at = (found + 1) & mask; ids[at] !== none; at = (at + 1) & mask) {
      const home = (ids[at] as number) & mask;
      if (((at - home) & mask) < ((at - free) & mask)) continue;
      ids[free] = ids[at] as number;
      values[free] = values[at];
      free = at;
    }
    ids[free] = none;
    values[free] = undefined;
    if (ids.length > leastRoom && this.#size * 8 < ids.length) this.#move(ids.length / 2);
    return true;
  }

  /** As they are now, in no order. */
  ids(): number[] {
    const found: number[] = [];
    for (const id of this.#ids) if (id !== none) found.push(id);
    return found;
  }

  /** As they are now, in no order. */
  values(): T[] {
    const found: T[] = [];
    for (let at = 0; at < this.#ids.length; at += 1) if (this.#ids[at] !== none) found.push(this.#values[at] as T);
    return found;
  }

  #find(id: number): number {
    const ids = this.#ids;
    const mask = ids.length - 1;
    for (let at = id & mask; ids[at] !== none; at = (at + 1) & mask) if (ids[at] === id) return at;
    return -1;
  }

  #put(id: number, value: T): void {
    const ids = this.#ids;
    const mask = ids.length - 1;
    let at = id & mask;
    while (ids[at] !== none) at = (at + 1) & mask;
    ids[at] = id;
    this.#values[at] = value;
  }

  #move(room: number): void {
    const [ids, values] = [this.#ids, this.#values];
    this.#ids = new Uint32Array(room);
    this.#values = new Array<undefined>(room).fill(undefined);
    for (let at = 0; at < ids.length; at += 1) if (ids[at] !== none) this.#put(ids[at] as number, values[at] as T);
  }
}
