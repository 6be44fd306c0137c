/**
 * How often which durations occurred, to within 1%, in as little memory as they spread: buckets whose bounds grow by 1.9%
 * each, of which only those between the least and the greatest value are kept. Thousands of plugins have three each.
 */

import { bucketing } from './log-bucket.ts';

/** With what `bucketing` is off by, within 1%. */
const perDoubling = 37;
const bucketOf = bucketing(perDoubling);
/** Room is made for so many buckets at once. */
const step = 32;
/** What four bytes count to. A single bucket has all calls that were refused: a busy plugin is there in days. */
const mostNarrow = 0xffff_ffff;

/** The buckets up to which values lie at or below these bounds, each to within 1% of its bound. For `counts`. */
export function bucketsOf(bounds: readonly number[]): readonly number[] {
  return Object.freeze(bounds.map((bound) => Math.round(Math.log2(bound) * perDoubling)));
}

export class LogHistogram {
  #counts: Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer> = new Uint32Array(0);
  /** The bucket that `#counts` begins with. */
  #first = 0;
  #total = 0;

  /** @param value from 1 on; what is less, or no number, counts as 1, and what is more than a day as a day */
  record(value: number, times = 1): void {
    const bucket = bucketOf(value);
    let at = this.#counts.length > 0 ? bucket - this.#first : -1;
    if (at < 0 || at >= this.#counts.length) {
      this.#cover(bucket);
      at = bucket - this.#first;
    }
    const count = (this.#counts[at] as number) + times;
    if (count > mostNarrow && this.#counts instanceof Uint32Array) this.#counts = Float64Array.from(this.#counts);
    this.#counts[at] = count;
    this.#total += times;
  }

  /** The value below or at which so many percent lie; 0 where there is none. */
  percentile(percent: number): number {
    if (this.#total === 0) return 0;
    let left = Math.max(1, Math.ceil((percent / 100) * this.#total));
    let at = 0;
    while (left > (this.#counts[at] as number)) {
      left -= this.#counts[at] as number;
      at += 1;
    }
    // The middle of the bucket, which is nowhere more than 1% from a value in it.
    return Math.round(2 ** ((this.#first + at - 0.5) / perDoubling));
  }

  /**
   * How many values lie at or below each bound: what histograms elsewhere call cumulative buckets.
   * @param buckets from `bucketsOf`, ascending
   */
  counts(buckets: readonly number[]): number[] {
    let at = 0;
    let sum = 0;
    return buckets.map((bucket) => {
      const end = Math.min(this.#counts.length, bucket - this.#first + 1);
      for (; at < end; at += 1) sum += this.#counts[at] as number;
      return sum;
    });
  }

  #cover(bucket: number): void {
    const first = Math.floor(bucket / step) * step;
    const from = this.#counts.length === 0 ? first : Math.min(this.#first, first);
    const to = Math.max(this.#counts.length === 0 ? 0 : this.#first + this.#counts.length, first + step);
    const counts = this.#counts instanceof Uint32Array ? new Uint32Array(to - from) : new Float64Array(to - from);
    counts.set(this.#counts, this.#counts.length === 0 ? 0 : this.#first - from);
    this.#counts = counts;
    this.#first = from;
  }
}
