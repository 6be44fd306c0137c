/** A pseudo-random order that is the same in every run. */

import { pseudoRandom } from './pseudo-random.ts';

/** @returns a new list */
export function shuffled<T>(list: readonly T[], seed = 1): T[] {
  const result = [...list];
  const random = pseudoRandom(seed);
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
