/** Usage kept apart by release, interface or outcome, as series over time. */

import type { UsageRow } from '../api/wire-usage.ts';

export interface Grouped {
  readonly name: string;
  readonly values: readonly number[];
}

export type GroupedBy = 'release' | 'interface';

function nameOf(row: UsageRow, by: GroupedBy): string | undefined {
  const name = row[by];
  if (name === null || name === undefined) return undefined;
  return by === 'release' ? (name === 'other' ? 'other releases' : `release ${name}`) : String(name);
}

/**
 * @param of what of a row
 * @param most how many series at most: what is beyond is one of its own
 */
export function groupsOf(
  rows: readonly UsageRow[],
  times: readonly number[],
  by: GroupedBy,
  of: (row: UsageRow) => number,
  most: number,
): Grouped[] {
  const places = new Map(times.map((at, i) => [at, i]));
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const name = nameOf(row, by);
    const place = places.get(Date.parse(row.from));
    if (name === undefined || place === undefined) continue;
    let values = groups.get(name);
    if (values === undefined) {
      values = new Array<number>(times.length).fill(0);
      groups.set(name, values);
    }
    values[place] = (values[place] as number) + of(row);
  }
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  const sorted = [...groups].map(([name, values]) => ({ name, values, total: sum(values) })).sort((a, b) => b.total - a.total);
  const shown = sorted.slice(0, most).map(({ name, values }) => ({ name, values }));
  const rest = sorted.slice(most);
  if (rest.length === 0) return shown;
  return [...shown, { name: 'others', values: times.map((_, i) => rest.reduce((all, { values }) => all + (values[i] as number), 0)) }];
}
