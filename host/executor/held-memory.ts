/** What of an executor's memory its releases' sandboxes take, told where it has changed. */

import type { Slot } from './slot.ts';
import { mostUsed, type Used } from './wire.ts';

/** What changes by less is not told. */
const pageBytes = 4_096;

export class HeldMemory {
  #bareBytes = 0;
  /** Releases that had sandboxes, and are gone. */
  readonly #gone = new Set<number>();

  /** Everything is there that an executor has without any sandbox. */
  bare(): void {
    this.#bareBytes = process.memoryUsage.rss();
  }

  gone({ key, toldBytes }: Slot): void {
    if (toldBytes > 0) this.#gone.add(key);
  }

  /** @param out bytes of sandboxes that calls have taken out of their slots, by the slots' keys */
  told(slots: Iterable<Slot>, out: ReadonlyMap<number, number>): Pick<Used, 'memory' | 'bareBytes'> {
    const memory: [key: number, bytes: number][] = [];
    // First: it may have come back, and is told anew then.
    for (const key of this.#gone) {
      if (memory.length >= mostUsed.memory) break;
      this.#gone.delete(key);
      memory.push([key, 0]);
    }
    for (const slot of slots) {
      if (memory.length >= mostUsed.memory) break;
      let bytes = out.get(slot.key) ?? 0;
      for (const sandbox of slot.idle) bytes += sandbox.residentBytes;
      if (Math.abs(bytes - slot.toldBytes) < pageBytes && (bytes > 0 || slot.toldBytes === 0)) continue;
      slot.toldBytes = bytes;
      memory.push([slot.key, bytes]);
    }
    return { memory, bareBytes: this.#bareBytes };
  }
}
