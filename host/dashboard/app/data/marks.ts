/** What was changed, as marks on every chart: those that would lie on each other become one. */

import type { Change } from '../api/wire.ts';
import { plural } from './format.ts';

export interface Mark {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** From 0 to 1: its place between the chart's begin and end. */
  readonly place: number;
  readonly changes: readonly Change[];
}

/** @param most how many there is room for beside each other: so far apart are they at least */
export function marksOf(changes: readonly Change[], from: number, to: number, most: number): Mark[] {
  const leastMs = (to - from) / Math.max(1, most);
  const found: { readonly at: number; readonly place: number; readonly changes: Change[] }[] = [];
  const inTime = changes
    .map((change) => ({ change, at: Date.parse(change.at) }))
    .filter(({ at }) => at >= from && at <= to)
    .sort((a, b) => b.at - a.at);
  for (const { change, at } of inTime) {
    const later = found.at(-1);
    if (later !== undefined && later.at - at < leastMs) later.changes.push(change);
    else found.push({ at, place: (at - from) / (to - from), changes: [change] });
  }
  return found.reverse();
}

const verbs = { push: 'published', deploy: 'deployed', rollback: 'rolled back to', rollout: 'rolled out' } as const;

/** shop/detail/price: release 12 published by anna */
export function wordsOf({ plugin, removed, deployment }: Change): string {
  if (deployment === null) return `${plugin}: ${removed ? 'removed' : 'deployed, and removed since'}`;
  const releases = deployment.releases
    .map(({ number, percentage }) => (percentage === 100 ? `${number}` : `${number} (${percentage}%)`))
    .join(' and ');
  return `${plugin}: ${verbs[deployment.cause]} release ${releases} by ${deployment.actor}`;
}

/** Of a mark: what is in it, in a line. */
export function titleOf({ changes }: Mark): string {
  const [first] = changes;
  if (first === undefined) return '';
  return changes.length === 1 ? wordsOf(first) : `${plural(changes.length, 'change')}: ${wordsOf(first)}, and others`;
}
