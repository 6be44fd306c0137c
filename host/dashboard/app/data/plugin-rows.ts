/** A row for each plugin, from what several answers say of it; which of the rows are wanted, and in which order. */

import type { Plugin } from '../api/wire.ts';
import type { Breaker, BreakerState, Hints } from '../api/wire-host.ts';
import type { UsageRow } from '../api/wire-usage.ts';

export interface PluginRow {
  readonly plugin: string;
  readonly owner: string;
  readonly description: string;
  readonly release: number;
  /** The other release, where two have parts of the calls. */
  readonly canary: { readonly number: number; readonly percentage: number } | undefined;
  readonly deployedAt: number;
  readonly state: BreakerState;
  readonly callsPerSecond: number;
  readonly failuresPerSecond: number;
  /** Of its calls, from 0 to 1. */
  readonly errors: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly waitP99Us: number;
  /** CPU seconds in a second, as the operating system has counted them. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** Guest CPU for each call. */
  readonly costUs: number;
  /** Executors that there should be; `undefined` where it is not known. */
  readonly hint: number | undefined;
  /** Calls in each minute of the last hour. */
  readonly spark: readonly number[];
}

export interface RowSources {
  readonly plugins: readonly Plugin[];
  readonly usage: readonly UsageRow[];
  /** How long the usage's range is. */
  readonly seconds: number;
  readonly breakers: readonly Breaker[];
  readonly hints: Hints['plugins'];
  readonly sparks: ReadonlyMap<string, readonly number[]>;
}

const none: readonly number[] = Object.freeze([]);

export function failedOf({ calls, outcomes }: Pick<UsageRow, 'calls' | 'outcomes'>): number {
  return Math.max(0, calls - (outcomes['ok'] ?? 0));
}

export function rowsOf({ plugins, usage, seconds, breakers, hints, sparks }: RowSources): PluginRow[] {
  const used = new Map(usage.map((row) => [row.plugin, row]));
  const held = new Map(breakers.map((one) => [one.plugin, one.state]));
  return plugins.map(({ plugin, owner, description, deployment }) => {
    const row = used.get(plugin);
    const calls = row?.calls ?? 0;
    const failed = row === undefined ? 0 : failedOf(row);
    const [main, second] = deployment.releases;
    const hint = hints[plugin];
    return {
      ...{ plugin, owner, description, release: main?.number ?? 0, canary: second, deployedAt: Date.parse(deployment.createdAt) },
      ...{ state: held.get(plugin) ?? 'closed', callsPerSecond: calls / seconds, failuresPerSecond: failed / seconds },
      ...{ errors: calls === 0 ? 0 : failed / calls, p50Us: row?.percentiles.runUs.p50 ?? 0, p99Us: row?.percentiles.runUs.p99 ?? 0 },
      ...{ waitP99Us: row?.percentiles.waitUs.p99 ?? 0, cores: (row?.osCpuUs ?? 0) / 1e6 / seconds, memoryBytes: row?.memoryBytes ?? 0 },
      ...{ costUs: calls === 0 ? 0 : (row?.cpuUs ?? 0) / calls, hint: hint !== undefined && 'wanted' in hint ? hint.wanted : undefined },
      spark: sparks.get(plugin) ?? none,
    };
  });
}

export const sortKeys = [
  ...(['plugin', 'owner', 'state', 'callsPerSecond', 'errors', 'p99Us', 'waitP99Us', 'cores', 'memoryBytes'] as const),
  ...(['costUs', 'hint', 'deployedAt'] as const),
] as const;
export type SortKey = (typeof sortKeys)[number];

export interface Sort {
  readonly key: SortKey;
  readonly isDown: boolean;
}

export const defaultSort: Sort = Object.freeze({ key: 'callsPerSecond', isDown: true });

/** As it stands in the query: `errors`, or `-errors` from the highest down. */
export function sortOf(text: string | undefined): Sort {
  const name = text?.replace(/^-/, '');
  const key = sortKeys.find((one) => one === name);
  return key === undefined ? defaultSort : { key, isDown: text?.startsWith('-') === true };
}

export function textOfSort({ key, isDown }: Sort): string | undefined {
  const text = `${isDown ? '-' : ''}${key}`;
  return text === '-callsPerSecond' ? undefined : text;
}

/** What a click on a column's head makes of the order: numbers begin with the highest, names with the first. */
export function sortedBy(before: Sort, key: SortKey): Sort {
  if (before.key === key) return { key, isDown: !before.isDown };
  return { key, isDown: key !== 'plugin' && key !== 'owner' };
}

const severity: Readonly<Record<BreakerState, number>> = { closed: 0, slowed: 1, probing: 2, quarantined: 3, refused: 4 };

/** Rows that are alike in it are in order of their ids, so that nothing jumps when figures come anew. */
export function sorted(rows: readonly PluginRow[], { key, isDown }: Sort): PluginRow[] {
  const sign = isDown ? -1 : 1;
  const value = (row: PluginRow): number | string => (key === 'state' ? severity[row.state] : (row[key] ?? -1));
  return [...rows].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one !== other) return one < other ? -sign : sign;
    return a.plugin < b.plugin ? -1 : a.plugin > b.plugin ? 1 : 0;
  });
}

export const shows = ['all', 'failing', 'held', 'canary', 'idle'] as const;
export type Show = (typeof shows)[number];

export interface RowFilter {
  readonly text: string;
  readonly show: Show;
}

export function filtered(rows: readonly PluginRow[], { text, show }: RowFilter): PluginRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => isShown(row, show) && words.every((word) => hasWord(row, word)));
}

export function isShown(row: PluginRow, show: Show): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'failing':
      return row.failuresPerSecond > 0;
    case 'held':
      return row.state !== 'closed';
    case 'canary':
      return row.canary !== undefined;
    case 'idle':
      return row.callsPerSecond === 0;
  }
}

/** `owner:anna` is of the owner alone; all else may be anywhere. */
function hasWord({ plugin, owner, description }: PluginRow, word: string): boolean {
  if (word.startsWith('owner:')) return owner.toLowerCase().includes(word.slice('owner:'.length));
  return plugin.includes(word) || owner.toLowerCase().includes(word) || description.toLowerCase().includes(word);
}
