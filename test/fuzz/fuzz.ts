/** How long and with which seed the property tests of this folder run. */

import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import type { Context } from 'mocha';

const { FUZZ_SEED, FUZZ_RUNS } = process.env;

/** In the titles of the tests, so that it is told of every run. */
export const seed = FUZZ_SEED === undefined ? randomInt(2 ** 31) : whole(FUZZ_SEED);

const runsGiven = FUZZ_RUNS === undefined ? undefined : whole(FUZZ_RUNS);

/** For a property that fails in the usual suite: what is found until then is smaller than what was generated, and is shown. */
const shrinkMs = 40_000;

/**
 * @param runs how many it takes without `FUZZ_RUNS`
 * @throws Error with the smallest example that fails
 */
export function holds<T>(test: Context, runs: number, property: fc.IAsyncProperty<T>): Promise<void> {
  test.timeout(runsGiven === undefined ? shrinkMs * 1.5 : 0);
  const bounded = runsGiven === undefined ? { interruptAfterTimeLimit: shrinkMs } : {};
  return Promise.resolve(fc.assert(property, { seed, numRuns: runsGiven ?? runs, ...bounded }));
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${JSON.stringify(text)} is no number of runs and no seed`);
  return value;
}
