/** How fine usage is kept, and for how long: each tier's periods, all in UTC. */

/** From the finest to the coarsest. What a tier says of a period is the sum of what the finer ones say of it. */
export const tiers = ['second', 'minute', 'hour', 'day', 'month'] as const;
export type Tier = (typeof tiers)[number];
/** Those whose periods are rows that are added to. */
export const rolledTiers = ['minute', 'hour', 'day', 'month'] as const;
export type RolledTier = (typeof rolledTiers)[number];

const dayS = 86_400;
/** In seconds; a month's is its own. */
export const periodS = { second: 1, minute: 60, hour: 3_600, day: dayS } as const;

/** For how many seconds each is kept. Months are as many as a host has seen. */
export const keptS: Readonly<Record<Tier, number>> = {
  second: 15 * 60,
  minute: 3 * dayS,
  hour: 400 * dayS,
  day: 1_200 * dayS,
  month: Number.POSITIVE_INFINITY,
};

/** The number of the period that a second lies in, counted from 1970. */
export function periodOf(tier: Tier, second: number): number {
  if (tier !== 'month') return Math.floor(second / periodS[tier]);
  const date = new Date(second * 1_000);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** The first second of a period; so that of the next one is where it ends. */
export function startOf(tier: Tier, period: number): number {
  if (tier !== 'month') return period * periodS[tier];
  return Date.UTC(1970 + Math.floor(period / 12), period % 12) / 1_000;
}

export function isCoarser(one: Tier, other: Tier): boolean {
  return tiers.indexOf(one) > tiers.indexOf(other);
}
