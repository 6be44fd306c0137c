/**
 * How often which durations occurred, in a form that can be added to another's: buckets by fixed bounds, sixteen to each doubling, so
 * that a percentile is exact to 2.2%. Coarser than the totals' own (`meter/log-histogram`), since millions of these are stored.
 */

import { bucketing, longestUs } from '../meter/log-bucket.ts';
import type { ByteReader } from './bytes.ts';

const perDoubling = 16;
/** What no stored bucket may exceed. */
export const lastBucket = Math.ceil(Math.log2(longestUs) * perDoubling);

/** Values that come one by one come in no order: room for some that are less than the first. */
const roomBelow = 12;
const none = -1;
/** One that was spread wider is made anew: for one long call it would be large for good. */
const mostCleared = 256;

const bucketOf = bucketing(perDoubling);

export class Histogram {
  /** A plain list, since most are short, are made by the thousand, and grow at their ends. */
  #counts: number[] = [];
  /** The bucket that `#counts` begins with; `none` as long as there is none. */
  #first = none;
  #size = 0;

  get total(): number {
    let total = 0;
    for (const count of this.#counts) total += count;
    return total;
  }

  /** It takes what comes next where it took what was in it: values of one kind are much alike. */
  clear(): void {
    if (this.#counts.length > mostCleared) {
      this.#counts = [];
      this.#first = none;
    } else if (this.#size > 0) this.#counts.fill(0);
    this.#size = 0;
  }

  /** @param us what is below 1, or no number, counts as 1; what is more than a day as a day */
  record(us: number): void {
    const bucket = bucketOf(us);
    if (this.#first === none) this.#first = Math.max(0, bucket - roomBelow);
    this.add(bucket, 1);
  }

  /** @param bucket from 0 to `lastBucket` */
  add(bucket: number, count: number): void {
    const counts = this.#counts;
    if (this.#first === none) this.#first = bucket;
    const at = bucket - this.#first;
    if (at < 0) {
      this.#extendDown(bucket);
      this.add(bucket, count);
      return;
    }
    while (at >= counts.length) counts.push(0);
    const old = counts[at] as number;
    if (old === 0 && count > 0) this.#size += 1;
    counts[at] = old + count;
  }

  /**
   * Adds what `each` has told, as bytes: so many pairs of how far the next bucket is and what is in it. Of each row that is read
   * these are nearly all: so the loop has all that it needs in variables of its own, and calls nothing.
   * @throws RangeError where the bytes end before them; what is in it is worth nothing then
   */
  addPairs(reader: ByteReader, pairs: number): void {
    if (pairs === 0) return;
    const { bytes } = reader;
    let counts = this.#counts;
    let first = this.#first;
    let at = reader.at;
    let bucket = 0;
    if (at + pairs * 2 > bytes.length) throw new RangeError('the bytes end within a histogram');
    for (let left = pairs; left > 0; left -= 1) {
      let distance = bytes[at++] as number;
      if (distance >= 128) {
        let [byte, weight] = [distance, 128];
        distance &= 127;
        do {
          byte = bytes[at++] as number;
          distance += (byte & 127) * weight;
          weight *= 128;
        } while (byte >= 128);
      }
      let count = bytes[at++] as number;
      if (count >= 128) {
        let [byte, weight] = [count, 128];
        count &= 127;
        do {
          byte = bytes[at++] as number;
          count += (byte & 127) * weight;
          weight *= 128;
        } while (byte >= 128);
      }
      bucket += distance;
      let index = bucket - first;
      if (first === none || index < 0) {
        this.#extendDown(Math.min(bucket, lastBucket));
        counts = this.#counts;
        first = this.#first;
        index = bucket - first;
      }
      if (index >= counts.length) {
        if (bucket > lastBucket) {
          bucket = lastBucket;
          index = bucket - first;
        }
        while (index >= counts.length) counts.push(0);
      }
      const old = counts[index] as number;
      if (old === 0 && count > 0) this.#size += 1;
      counts[index] = old + count;
    }
    if (at > bytes.length) throw new RangeError('the bytes end within a histogram');
    reader.at = at;
  }

  merge(other: Histogram): void {
    const counts = other.#counts;
    // From its first bucket on, so that this one is extended once.
    for (let i = 0; i < counts.length; i += 1) if ((counts[i] as number) > 0) this.add(other.#first + i, counts[i] as number);
  }

  /** The buckets in which there is something, in order. */
  each(told: (bucket: number, count: number) => void): void {
    // Those of some few calls lie anywhere in what many have filled before.
    for (let i = 0, left = this.#size; left > 0; i += 1) {
      const count = this.#counts[i] as number;
      if (count === 0) continue;
      told(this.#first + i, count);
      left -= 1;
    }
  }

  /** How many buckets have something in them. */
  get size(): number {
    return this.#size;
  }

  /** The value below or at which so many percent lie; 0 where there is none. */
  percentile(percent: number): number {
    const { total } = this;
    if (total === 0) return 0;
    let left = Math.max(1, Math.ceil((percent / 100) * total));
    let at = 0;
    while (at < this.#counts.length - 1 && left > (this.#counts[at] as number)) {
      left -= this.#counts[at] as number;
      at += 1;
    }
    // The middle of the bucket.
    return Math.max(1, Math.round(2 ** ((this.#first + at - 0.5) / perDoubling)));
  }

  #extendDown(bucket: number): void {
    if (this.#first !== none) this.#counts = [...new Array<number>(this.#first - bucket).fill(0), ...this.#counts];
    this.#first = bucket;
  }
}
