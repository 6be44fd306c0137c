/**
 * The memory of several plugins in the last while: the sum of the most that each of them had. In buckets of a sixth of the
 * while; a plugin that had nothing in all of them is forgotten.
 */

const wholeBuckets = 6;
const length = wholeBuckets + 1;

export class SlidingPeaks {
  readonly #plugins = new Map<string, Float64Array>();
  #newest: number;
  #sum = 0;
  /** What `belowFrom` has found, for as long as nothing changes: with thousands of plugins it is looked for in all of them. */
  #found = { limit: -1, newest: -1, sum: -1, bucket: -1 };

  constructor(newest: number) {
    this.#newest = newest;
  }

  get sum(): number {
    return this.#sum;
  }

  /** As `SlidingSum.advance`. */
  advance(bucket: number): void {
    if (bucket <= this.#newest) return;
    const first = Math.max(this.#newest + 1, bucket - wholeBuckets);
    this.#newest = bucket;
    this.#sum = 0;
    for (const [plugin, ring] of this.#plugins) {
      for (let number = first; number <= bucket; number += 1) ring[number % length] = 0;
      const peak = Math.max(...ring);
      if (peak === 0) this.#plugins.delete(plugin);
      this.#sum += peak;
    }
  }

  add(plugin: string, bytes: number): void {
    if (bytes <= 0) return;
    let ring = this.#plugins.get(plugin);
    if (ring === undefined) {
      ring = new Float64Array(length);
      this.#plugins.set(plugin, ring);
    }
    const at = this.#newest % length;
    if (bytes <= (ring[at] as number)) return;
    const before = Math.max(...ring);
    ring[at] = bytes;
    if (bytes > before) this.#sum += bytes - before;
  }

  /** As `SlidingSum.belowFrom`. */
  belowFrom(limit: number): number {
    const { limit: asked, newest, sum, bucket } = this.#found;
    if (asked === limit && newest === this.#newest && sum === this.#sum) return bucket;
    const found = this.#find(limit);
    this.#found = { limit, newest: this.#newest, sum: this.#sum, bucket: found };
    return found;
  }

  #find(limit: number): number {
    for (let later = 0; later < length; later += 1) {
      let left = 0;
      for (const ring of this.#plugins.values()) {
        let peak = 0;
        for (let bucket = this.#newest - wholeBuckets + later; bucket <= this.#newest; bucket += 1) {
          peak = Math.max(peak, ring[bucket % length] as number);
        }
        left += peak;
      }
      if (left < limit) return this.#newest + later;
    }
    return this.#newest + length;
  }
}

/** How many ms a bucket of a window lasts. */
export const peakBucketMs = (windowMs: number): number => windowMs / wholeBuckets;
