/** Batches that are not in the store yet: in order, numbered, and few, however long the disk fails. */

import type { Batch } from './messages.ts';

/** A minute of half seconds; beyond it those that wait longest become one. */
const mostBatches = 120;
const joined = 60;
/** Beyond it the oldest are lost: ten minutes in which nothing could be written, nor anything made one. */
const mostHeld = 1_200;
/** Of one that no store can have: it is in no thread's hands yet. */
const unsent = Number.MAX_SAFE_INTEGER;

type Waiting = Pick<Batch, 'second' | 'block'>;

export class Unwritten {
  #batches: Waiting[] = [];
  /** That of the first; unknown until the store has told which one it has last. */
  #first: number | undefined;
  /** How many of the first may be written by now, and so must stay as they are. */
  #sent = 0;
  /** Those that are being made one, and then what they have become, until it can take their place. */
  #joining: { readonly many: readonly Waiting[]; one?: Uint8Array } | undefined;
  #lost = 0;

  get size(): number {
    return this.#batches.length;
  }

  /** How many could not be kept. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether so much waits that some should become one. */
  get isLong(): boolean {
    return this.#batches.length > mostBatches && this.#batches.length - this.#sent > joined;
  }

  add(second: number, block: Uint8Array): void {
    this.#batches.push({ second, block });
    if (this.#batches.length <= mostHeld) return;
    this.#batches.splice(this.#sent, 1);
    this.#lost += 1;
  }

  /** All, with their numbers. */
  list(): Batch[] {
    return this.#batches.map(({ second, block }, i) => ({ number: this.#first === undefined ? unsent : this.#first + i, second, block }));
  }

  /** Those to write now. Where it is not known what became of those that were sent before, the same ones again. */
  send(): Batch[] {
    if (this.#first === undefined) throw new Error('it is not known from which number on batches are to be written');
    if (this.#sent === 0) this.#sent = this.#batches.length;
    return this.list().slice(0, this.#sent);
  }

  /** @param lastBatch the number of the last one that is in the store; `undefined` where that is not known, and so may change */
  settle(lastBatch: number | undefined): void {
    if (lastBatch === undefined) return;
    this.#sent = 0;
    // What came before the first number was known was written by nobody.
    const written = this.#first === undefined ? 0 : Math.max(0, Math.min(this.#batches.length, lastBatch + 1 - this.#first));
    this.#batches.splice(0, written);
    this.#first = lastBatch + 1;
    this.#replace();
  }

  /**
   * What is to become one block: that takes long, and so is another thread's work.
   * @returns undefined where that is under way, or not needed
   */
  toJoin(): readonly Uint8Array[] | undefined {
    if (this.#joining !== undefined || !this.isLong) return undefined;
    this.#joining = { many: this.#batches.slice(this.#sent, this.#sent + joined) };
    return this.#joining.many.map(({ block }) => block);
  }

  join(one: Uint8Array): void {
    if (this.#joining === undefined) return;
    this.#joining.one = one;
    this.#replace();
  }

  /** Nobody does it any more. */
  notJoined(): void {
    this.#joining = undefined;
  }

  /** Under the time of the first of them: what is counted stays, when it was becomes less exact. */
  #replace(): void {
    const { many = [], one } = this.#joining ?? {};
    if (one === undefined) return;
    const from = this.#batches.indexOf(many[0] as Waiting);
    // Those that are with the writer are replaced when they come back; those that were written or lost meanwhile, never.
    if (from >= 0 && from < this.#sent) return;
    this.#joining = undefined;
    if (from >= 0) this.#batches.splice(from, joined, { second: many[0]?.second ?? 0, block: one });
  }
}
