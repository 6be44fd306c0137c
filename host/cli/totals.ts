/** How much an export holds, in words. */

import type { RowCounts } from '../export/format.ts';

export function totals({ plugin, release, deployment, setting }: RowCounts): string {
  const of = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const all = [of(plugin, 'plugin'), of(release, 'release'), of(deployment, 'deployment')];
  return [...all, ...(setting === 0 ? [] : ['the hash of the token'])].join(', ');
}
