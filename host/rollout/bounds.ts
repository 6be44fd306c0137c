/**
 * Bounds on the share of calls that fail, or that are slow, which hold at every look at once: however often and whenever one
 * looks, and wherever one stops, the true share is outside of them with no more than the stated probability. (A confidence
 * interval for one look is left sooner or later by whoever looks often enough.)
 *
 * The test of a share p after n calls, of which s had it, is the likelihood of what was seen under a mixture of all shares
 * (Jeffreys' Beta(1/2, 1/2)), divided by that under p. Under p it is a martingale that begins with 1, so it ever exceeds 1/alpha with a
 * probability of at most alpha (J. Ville, Étude critique de la notion de collectif, 1939); the bounds are the shares of which
 * it does not (H. Robbins, Statistical methods related to the law of the iterated logarithm, Ann. Math. Statist. 41, 1970;
 * S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, Time-uniform, nonparametric, nonasymptotic confidence sequences, Ann. Statist. 49, 2021).
 */

/** Halvings of an interval that is at most 1 wide: to below 1e-9. */
const halvings = 30;

/** @param alpha how likely the share may ever be below it. @returns 0 where nothing is known */
export function lowerBound(count: number, calls: number, alpha: number): number {
  if (count === 0) return 0;
  const most = logMixture(count, calls) + Math.log(alpha);
  let [excluded, kept] = [0, count / calls];
  for (let i = 0; i < halvings; i += 1) {
    const middle = (excluded + kept) / 2;
    if (count * Math.log(middle) + (calls - count) * Math.log1p(-middle) < most) excluded = middle;
    else kept = middle;
  }
  return excluded;
}

/** @param alpha how likely the share may ever be above it. @returns 1 where nothing is known */
export function upperBound(count: number, calls: number, alpha: number): number {
  return 1 - lowerBound(calls - count, calls, alpha);
}

/** The logarithm of the likelihood of what was seen, in its order, under the mixture. */
function logMixture(count: number, calls: number): number {
  return logGamma(count + 0.5) + logGamma(calls - count + 0.5) - logGamma(calls + 1) - Math.log(Math.PI);
}

/** Below this Stirling's series is not exact enough. */
const stirlingFrom = 10;

/** To within 1e-11, for x > 0 (Abramowitz and Stegun, 6.1.15 and 6.1.41). */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < stirlingFrom; z += 1) shift += Math.log(z);
  const square = 1 / (z * z);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1_260 - square / 1_680))) / z;
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}
