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
  /** A domain or a group: only what is in it. */
  readonly below?: string | undefined;
}

/** One whose range is whole periods, of this tier: it is found out once, since a range that was widened may look like another's. */
export interface WidenedQuery extends UsageQuery {
  readonly tier: Tier;
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
export function widened(query: UsageQuery, now: number): WidenedQuery {
  const tier = finestOf(query, now);
  return Object.freeze({
    ...query,
    tier,
    from: startOf(tier, periodOf(tier, query.from)),
    to: startOf(tier, periodOf(tier, query.to - 1) + 1),
  });
}

/** In which its range is told. */
function finestOf({ from, to, step }: UsageQuery, now: number): Tier {
  if (step !== undefined) return steps[step];
  const length = to - from;
  const byLength = length > 60 * dayS ? 'day' : length > 2 * dayS ? 'hour' : length > 2 * hourS ? 'minute' : 'second';
  // What is kept no longer cannot be told apart.
  return tiers.find((tier) => !isCoarser(byLength, tier) && from > now - keptS[tier]) ?? 'month';
}

/**
 * What a widened range is made of: with steps, periods of one tier; without, the coarsest that fit.
 * @throws RangeError where it is not whole periods of its tier
 */
export function piecesOf({ from, to, tier: finest, step }: WidenedQuery, now: number): Piece[] {
  if (!startsAt(finest, from) || !startsAt(finest, to)) throw new RangeError(`${from} to ${to} is no range of whole ${finest}s`);
  if (step !== undefined) return [{ tier: finest, first: periodOf(finest, from), last: periodOf(finest, to - 1) }];
  // A period that is not over has what there is of it: up to now it is whole.
  const end = to > now ? Math.max(to, startOf('month', periodOf('month', to) + 1)) : to;
  const pieces: Piece[] = [];
  for (let at = from; at < end; ) {
    const coarsest = tiers.findLast(
      (one) => !isCoarser(finest, one) && startsAt(one, at) && startOf(one, periodOf(one, at) + 1) <= end,
    ) as Tier;
    const period = periodOf(coarsest, at);
    const previous = pieces.at(-1);
    if (previous?.tier === coarsest) pieces[pieces.length - 1] = { ...previous, last: period };
    else pieces.push({ tier: coarsest, first: period, last: period });
    at = startOf(coarsest, period + 1);
  }
  return pieces;
}

function startsAt(tier: Tier, second: number): boolean {
  return startOf(tier, periodOf(tier, second)) === second;
}
