/**
 * Which bucket a duration falls into, where so many buckets divide each doubling: as its logarithm says, but without one. Each call is put
 * into six histograms, and six logarithms would cost more than all else that is counted of it.
 */

/** A day, in µs: what is more counts as that. */
export const longestUs = 86_400_000_000;

/** Of larger numbers, which are rounded, this many leading bits count: a bound is off by one part in four thousand at most. */
const mantissaBits = 11;
const mostSmall = 1 << 6;

/**
 * @param perDoubling a whole number
 * @returns gives a bucket's number from microseconds: of bucket n the upper bound is 2^(n / perDoubling). What is 1 or less, or no
 * number, is in bucket 0.
 */
export function bucketing(perDoubling: number): (us: number) => number {
  const exact = (us: number) => Math.ceil(Math.log2(us) * perDoubling);
  const ofSmall = Uint16Array.from({ length: mostSmall }, (_, us) => (us > 1 ? exact(us) : 0));
  const inDoubling = Uint8Array.from({ length: 1 << mantissaBits }, (_, i) => exact(1 + i / (1 << mantissaBits)));
  return (us) => {
    if (!(us > 1)) return 0;
    if (us < mostSmall && Number.isInteger(us)) return ofSmall[us] as number;
    // Of small ones the fraction counts, and large ones are no integers of the processor's.
    if (us < mostSmall || us >= 2 ** 31) return exact(Math.min(us, longestUs));
    const whole = Math.round(us);
    const exponent = 31 - Math.clz32(whole);
    const mantissa = exponent >= mantissaBits ? whole >>> (exponent - mantissaBits) : whole << (mantissaBits - exponent);
    return exponent * perDoubling + (inDoubling[mantissa - (1 << mantissaBits)] as number);
  };
}
