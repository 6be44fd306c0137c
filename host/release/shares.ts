/** A deployment's table: which releases have which part of a plugin's calls. */

import { NboxError } from '../../guards/errors.ts';
import type { Share } from '../store/store.ts';

/** @throws NboxError `invalid_deployment`, with the place in what was sent */
export function checkShares(shares: readonly Share[]): void {
  const refuse = (detail: string, pointer: string) => new NboxError('invalid_deployment', { detail, pointer });
  if (shares.length === 0 || shares.length > 2) throw refuse('A deployment has one or two releases', '/releases');
  for (const [i, { percentage }] of shares.entries()) {
    if (!isPercentage(percentage)) throw refuse('A percentage is a number from 0 to 100 in hundredths', `/releases/${i}/percentage`);
  }
  const [first, second] = shares;
  if (first?.number === second?.number) throw refuse(`Release ${first?.number} is in it twice`, '/releases/1/number');
  const sum = shares.reduce((all, { percentage }) => all + hundredths(percentage), 0);
  if (sum !== 10_000) throw refuse(`The percentages add up to ${sum / 100}, and not to 100`, '/releases');
}

/** All of the calls, or a part of them beside the release that has had the most. @throws NboxError `invalid_deployment` */
export function sharesFor(number: number, percentage: number, current: readonly Share[] | undefined): Share[] {
  if (!isPercentage(percentage)) {
    throw new NboxError('invalid_deployment', `The percentage is ${percentage}; it may be a number from 0 to 100 in hundredths`);
  }
  if (percentage === 100) return [{ number, percentage }];
  const beside = current?.find((one) => one.number !== number);
  if (beside === undefined) {
    throw new NboxError('invalid_deployment', `No other release of the plugin is deployed that could have the other ${rest(percentage)}%`);
  }
  return [
    { number: beside.number, percentage: rest(percentage) },
    { number, percentage },
  ];
}

/** Whatever the order. */
export function sameShares(a: readonly Share[], b: readonly Share[]): boolean {
  const has = (one: Share) => b.some(({ number, percentage }) => number === one.number && percentage === one.percentage);
  return a.length === b.length && a.every(has);
}

const hundredths = (percentage: number): number => Math.round(percentage * 100);
const rest = (percentage: number): number => (10_000 - hundredths(percentage)) / 100;
const isPercentage = (value: number): boolean => value >= 0 && value <= 100 && Math.abs(value * 100 - hundredths(value)) < 1e-6;
