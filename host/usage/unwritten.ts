/** Batches that are not in the store yet: in order, numbered, and few, however long the disk fails. */

import { addBlock, encodeBlock, type Usage } from './block.ts';
import type { Batch } from './messages.ts';

/** A minute of half seconds; beyond it those that wait longest become one. */
const mostBatches = 120;
const joined = 60;

export class Unwritten {
  #batches: { second: number; block: Uint8Array }[] = [];
  /** That of the first. */
  #first = 1;
  /** How many of the first may be written by now, and so must stay as they are. */
  #sent = 0;

  get size(): number {
    return this.#batches.length;
  }

  add(second: number, block: Uint8Array): void {
    this.#batches.push({ second, block });
    if (this.#batches.length > mostBatches && this.#batches.length - this.#sent > joined) this.#join();
  }

  /** All, with their numbers. */
  list(): Batch[] {
    return this.#batches.map(({ second, block }, i) => ({ number: this.#first + i, second, block }));
  }

  /** Those to write now. Where it is not known what became of those that were sent before, the same ones again. */
  send(): Batch[] {
    if (this.#sent === 0) this.#sent = this.#batches.length;
    return this.list().slice(0, this.#sent);
  }

  /** @param lastBatch the number of the last one that is in the store; `undefined` where that is not known, and so may change */
  settle(lastBatch: number | undefined): void {
    if (lastBatch === undefined) return;
    this.#sent = 0;
    const written = Math.max(0, Math.min(this.#batches.length, lastBatch + 1 - this.#first));
    this.#batches.splice(0, written);
    this.#first = lastBatch + 1;
  }

  /** Under the time of the first of them: what is counted stays, when it was becomes less exact. */
  #join(): void {
    const from = this.#sent;
    const many = this.#batches.slice(from, from + joined);
    const usage: Usage = new Map();
    for (const { block } of many) addBlock(block, usage);
    this.#batches.splice(from, joined, { second: many[0]?.second ?? 0, block: encodeBlock(usage) });
  }
}
