/** Numbers that look random and are the same in every run. */

/** @returns what gives the next number, from 0 and below 1 */
export function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    // The multiplier and increment of Numerical Recipes; its high bits are the good ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
