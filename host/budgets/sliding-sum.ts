/**
 * The sum of what was added in the last while: in buckets of a sixtieth of the while, of which 60 whole ones and the one that
 * has begun count. So no while of that length is ever more than the sum, and nothing counts for longer than a sixtieth too much.
 */

export const wholeBuckets = 60;
const length = wholeBuckets + 1;

export class SlidingSum {
  readonly #ring = new Float64Array(length);
  /** The number of the newest bucket; those before it are the others of the ring. */
  #newest: number;
  #sum = 0;

  /** @param newest the number of the bucket that has begun: time over the length of one */
  constructor(newest: number) {
    this.#newest = newest;
  }

  get sum(): number {
    return this.#sum;
  }

  get newest(): number {
    return this.#newest;
  }

  /** A bucket has begun. What is not newer changes nothing: time only goes forward here. */
  advance(bucket: number): void {
    if (bucket <= this.#newest) return;
    const first = Math.max(this.#newest + 1, bucket - wholeBuckets);
    for (let number = first; number <= bucket; number += 1) this.#ring[number % length] = 0;
    this.#newest = bucket;
    // Anew, so that no rounding adds up.
    this.#sum = this.#ring.reduce((all, one) => all + one, 0);
  }

  /** @param bucket one that was given to `advance`; nothing happens where it has gone, or would fall below 0 */
  add(amount: number, bucket = this.#newest): void {
    if (bucket > this.#newest || bucket < this.#newest - wholeBuckets) return;
    const at = bucket % length;
    const before = this.#ring[at] as number;
    const after = Math.max(0, before + amount);
    this.#ring[at] = after;
    this.#sum += after - before;
  }

  of(bucket: number): number {
    return bucket > this.#newest || bucket < this.#newest - wholeBuckets ? 0 : (this.#ring[bucket % length] as number);
  }

  /** The number of the bucket with whose beginning the sum is below `limit`, if nothing is added; the newest where it is already. */
  belowFrom(limit: number): number {
    let left = this.#sum;
    for (let bucket = this.#newest - wholeBuckets; bucket <= this.#newest && left >= limit; bucket += 1) {
      left -= this.of(bucket);
      if (left < limit) return bucket + length;
    }
    // A limit that nothing is below.
    return left >= limit ? this.#newest + length : this.#newest;
  }
}
