/** A pseudo-random order that is the same in every run. */

/** @returns a new list */
export function shuffled<T>(list: readonly T[], seed = 1): T[] {
  const result = [...list];
  let state = seed;
  for (let i = result.length - 1; i > 0; i -= 1) {
    // The multiplier and increment of Numerical Recipes; its high bits are the good ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = Math.floor((state / 4_294_967_296) * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
