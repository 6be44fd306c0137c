/** A question about usage: a range, its steps, what is kept apart; and which periods of which tiers answer it exactly. */

import { isCoarser, keptS, periodOf, startOf, type Tier, tiers } from './tiers.ts';

/** What rows may be kept apart by. `part`: all plugins together, and what is no plugin's. */
export const groupings = ['plugin', 'domain', 'group', 'release', 'interface', 'outcome', 'part'] as const;
export type Grouping = (typeof groupings)[number];

export const steps = { '1s': 'second', '1m': 'minute', '1h': 'hour', '1d': 'day' } as const satisfies Record<string, Tier>;
export type Step = keyof typeof steps;

/** Times are seconds since 1970; `to` is no part of it. */
export interface UsageQuery {
  readonly from: number;
  readonly to: number;
  /** None: one total of the whole range. */
  readonly step: Step | undefined;
  readonly groupings: readonly Grouping[];
  readonly plugin: string | undefined;
}

/** Periods of one tier, one after another; `last` is among them. */
export interface Piece {
  readonly tier: Tier;
  readonly first: number;
  readonly last: number;
}

const hourS = 3_600;
const dayS = 24 * hourS;

/**
 * The query with its range widened to whole periods: of the step, or, where there is none, as fine as its length and age make sense of.
 * @param now the current second
 */
export function widened(query: UsageQuery, now: number): UsageQuery {
  const tier = finestOf(query, now);
  return Object.freeze({
    ...query,
    from: startOf(tier, periodOf(tier, query.from)),
    to: startOf(tier, periodOf(tier, query.to - 1) + 1),
  });
}

/** In which its range is told. */
export function finestOf({ from, to, step }: UsageQuery, now: number): Tier {
  if (step !== undefined) return steps[step];
  const length = to - from;
  const byLength = length > 60 * dayS ? 'day' : length > 2 * dayS ? 'hour' : length > 2 * hourS ? 'minute' : 'second';
  // What is kept no longer cannot be told apart.
  return tiers.find((tier) => !isCoarser(byLength, tier) && from > now - keptS[tier]) ?? 'month';
}

/** What a widened range is made of: with steps, periods of one tier; without, the coarsest that fit. */
export function piecesOf(query: UsageQuery, now: number): Piece[] {
  const finest = finestOf(query, now);
  const { from, step } = query;
  // A period that is not over has what there is of it: up to now it is whole.
  const isOpen = query.to > now;
  const to = isOpen ? Math.max(query.to, startOf('month', periodOf('month', query.to) + 1)) : query.to;
  if (step !== undefined) return [{ tier: finest, first: periodOf(finest, from), last: periodOf(finest, query.to - 1) }];
  const pieces: Piece[] = [];
  for (let at = from; at < to; ) {
    const tier =
      tiers.findLast((one) => !isCoarser(finest, one) && startsAt(one, at) && startOf(one, periodOf(one, at) + 1) <= to) ?? finest;
    const period = periodOf(tier, at);
    const previous = pieces.at(-1);
    if (previous?.tier === tier) pieces[pieces.length - 1] = { ...previous, last: period };
    else pieces.push({ tier, first: period, last: period });
    at = startOf(tier, period + 1);
  }
  return pieces;
}

function startsAt(tier: Tier, second: number): boolean {
  return startOf(tier, periodOf(tier, second)) === second;
}
