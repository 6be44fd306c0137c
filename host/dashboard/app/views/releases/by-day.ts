/** Changes by the day on which they were made, in the reader's time. */

import type { Change } from '../../api/wire.ts';

export interface Day {
  /** Its begin, in milliseconds since the epoch. */
  readonly day: number;
  readonly changes: readonly Change[];
}

/** @param changes the newest first, and so are the days */
export function byDay(changes: readonly Change[]): Day[] {
  const days = new Map<number, Change[]>();
  for (const change of changes) {
    const date = new Date(change.at);
    const day = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
    const found = days.get(day);
    if (found === undefined) days.set(day, [change]);
    else found.push(change);
  }
  return [...days].map(([day, all]) => ({ day, changes: all }));
}

/** Whether each of the words is somewhere in it. */
export function matchesChange({ plugin, removed, deployment }: Change, text: string): boolean {
  const within = [plugin, removed ? 'removal' : '', deployment?.actor ?? '', deployment?.cause ?? '', deployment?.message ?? '']
    .join(' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => within.includes(word));
}
