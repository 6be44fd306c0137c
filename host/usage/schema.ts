/** The schema of `usage.db`, by the rules of the store's: migrations only go forward; and how its rows are numbered. */

import type { RolledTier } from './tiers.ts';

export const usageMigrations: readonly string[] = [
  // A second is a row as it came: its number is that of the batch, so that none is taken twice. All others are blocks of sixteen
  // plugins each, numbered by period and chunk, so that those of a period lie together and the oldest come first. `rows` have all that is
  // kept apart of a plugin; `sums` only outcomes, and in chunk 0 what is no single plugin's.
  `CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
   INSERT INTO state VALUES ('batch', 0), ('rolled_batch', 0);
   CREATE TABLE plugins (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE seconds (batch INTEGER PRIMARY KEY, second INTEGER NOT NULL, block BLOB NOT NULL) STRICT;
   CREATE INDEX seconds_second ON seconds (second);
   CREATE TABLE minute_rows (id INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;
   CREATE TABLE hour_rows (id INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;
   CREATE TABLE day_rows (id INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;
   CREATE TABLE month_rows (id INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;
   CREATE TABLE minute_sums (id INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;
   CREATE TABLE hour_sums (id INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;
   CREATE TABLE day_sums (id INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;
   CREATE TABLE month_sums (id INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;`,
];

export type Grain = 'rows' | 'sums';

/** Only these have sums of single plugins: in the finer ones their rows are few enough to be read. */
export function hasPluginSums(tier: RolledTier): boolean {
  return tier === 'day' || tier === 'month';
}

const pluginsPerChunk = 16;
export const chunksPerPeriod = 65_536;
/** Of what is no single plugin's. */
export const partsChunk = 0;
/** More plugins than anyone has; what comes beyond them is together under the last. */
export const lastPlugin = pluginsPerChunk * chunksPerPeriod - 1;
/** The first plugin's number: those before it are chunk 0. */
export const firstPlugin = pluginsPerChunk;

export function chunkOf(plugin: number): number {
  return Math.floor(plugin / pluginsPerChunk);
}

export function rowId(period: number, chunk: number): number {
  return period * chunksPerPeriod + chunk;
}
