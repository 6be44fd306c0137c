/** Calls that wait for an executor: a queue for each plugin, served in turn, so that one plugin's crowd delays only itself. */

/** What waits. `plugin` names the queue; the pool's own calls are its implementation. */
export interface Waiting {
  readonly plugin: string;
}

class Fifo<T> {
  #items: (T | undefined)[] = [];
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  unshift(item: T): void {
    if (this.#first > 0) this.#items[--this.#first] = item;
    else this.#items.unshift(item);
  }

  peek(): T | undefined {
    return this.#items[this.#first];
  }

  shift(): T | undefined {
    const item = this.#items[this.#first];
    if (item === undefined) return undefined;
    this.#items[this.#first++] = undefined;
    if (this.#first > 64 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  remove(item: T): boolean {
    const at = this.#items.indexOf(item, this.#first);
    if (at < 0) return false;
    this.#items.splice(at, 1);
    return true;
  }
}

export class CallQueue<T extends Waiting> {
  /** In the order in which the plugins' turns come. */
  readonly #queues = new Map<string, Fifo<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many calls of one plugin wait. */
  sizeOf(plugin: string): number {
    return this.#queues.get(plugin)?.size ?? 0;
  }

  push(item: T): void {
    this.#of(item).push(item);
    this.#size += 1;
  }

  /** Back to where it was taken from: for a call whose executor died before it started. */
  putBack(item: T): void {
    this.#of(item).unshift(item);
    this.#size += 1;
  }

  /**
   * The next call that may start, from the plugin whose turn it is; the plugin's next turn comes after the others'.
   * @param ready whether this call could start now; a plugin whose first call cannot is passed over
   */
  shift(ready: (item: T) => boolean): T | undefined {
    for (const [plugin, queue] of this.#queues) {
      const first = queue.peek();
      if (first === undefined || !ready(first)) continue;
      queue.shift();
      this.#size -= 1;
      this.#queues.delete(plugin);
      if (queue.size > 0) this.#queues.set(plugin, queue);
      return first;
    }
    return undefined;
  }

  remove(item: T): boolean {
    const queue = this.#queues.get(item.plugin);
    if (!queue?.remove(item)) return false;
    this.#size -= 1;
    if (queue.size === 0) this.#queues.delete(item.plugin);
    return true;
  }

  /** Takes out the calls at the heads of the queues that are `over`. Each queue is in order of arrival. */
  *expire(over: (item: T) => boolean): Generator<T> {
    for (const [plugin, queue] of this.#queues) {
      for (let first = queue.peek(); first !== undefined && over(first); first = queue.peek()) {
        queue.shift();
        this.#size -= 1;
        yield first;
      }
      if (queue.size === 0) this.#queues.delete(plugin);
    }
  }

  #of(item: T): Fifo<T> {
    let queue = this.#queues.get(item.plugin);
    if (queue === undefined) {
      queue = new Fifo();
      this.#queues.set(item.plugin, queue);
    }
    return queue;
  }
}
