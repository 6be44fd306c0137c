/**
 * Calls that began and ended, and are not counted by their slots yet. With thousands of releases each one's slot is where the processor
 * has to wait for it; what is written here lies behind what was written before, and slots are gone to for many calls at once.
 */

import type { Slot } from './slot.ts';

/** 160 KB. */
const mostNoted = 4_096;

const began = 0;
const ended = 1;
const left = 2;
const turnedAway = 3;

const kindAt = 0;
const timeAt = 1;
const cpuAt = 2;
const waitAt = 3;
const rowLength = 4;

export class NotedCalls {
  readonly #slots = new Array<Slot | undefined>(mostNoted).fill(undefined);
  readonly #rows = new Float64Array(mostNoted * rowLength);
  #size = 0;

  // As the slots' own of the same names.

  began(slot: Slot, atMs: number): void {
    this.#note(slot, began, atMs);
  }

  ended(slot: Slot, atMs: number, cpuUs: number, waitUs: number): void {
    const row = this.#note(slot, ended, atMs);
    this.#rows[row + cpuAt] = cpuUs;
    this.#rows[row + waitAt] = waitUs;
  }

  left(slot: Slot, atMs: number): void {
    this.#note(slot, left, atMs);
  }

  turnedAway(slot: Slot, atMs: number): void {
    this.#note(slot, turnedAway, atMs);
  }

  /** Has them counted: by itself when there are many, and before anyone takes what there was in a tick. */
  count(): void {
    const [slots, rows] = [this.#slots, this.#rows];
    for (let i = 0; i < this.#size; i += 1) {
      const slot = slots[i] as Slot;
      // A release that is gone should not be kept for what is noted of it.
      slots[i] = undefined;
      const row = i * rowLength;
      const atMs = rows[row + timeAt] as number;
      switch (rows[row + kindAt]) {
        case began:
          slot.began(atMs);
          break;
        case ended:
          slot.ended(atMs, rows[row + cpuAt] as number, rows[row + waitAt] as number);
          break;
        case left:
          slot.left(atMs);
          break;
        default:
          slot.turnedAway(atMs);
      }
    }
    this.#size = 0;
  }

  /** @returns where its row begins */
  #note(slot: Slot, kind: number, atMs: number): number {
    if (this.#size === mostNoted) this.count();
    const row = this.#size * rowLength;
    this.#slots[this.#size] = slot;
    this.#rows[row + kindAt] = kind;
    this.#rows[row + timeAt] = atMs;
    this.#size += 1;
    return row;
  }
}
