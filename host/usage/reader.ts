/** Reads what was stored of usage: the blocks that a query needs and no others, in one read transaction. */

import type { DatabaseSync } from 'node:sqlite';
import { Prepared } from '../store/prepared.ts';
import { type Group, Grouped, TooLargeError } from './grouped.ts';
import type { RowsQuery } from './messages.ts';
import { type Piece, piecesOf, steps } from './query.ts';
import { chunkOf, chunksPerPeriod, type Grain, hasPluginSums, lastPlugin, partsChunk, rowId } from './schema.ts';
import { periodOf, type RolledTier, startOf, type Tier } from './tiers.ts';

/** A query that reads for longer keeps all others waiting. */
const mostMs = 10_000;

export interface ReadGroups {
  readonly groups: readonly Group[];
  readonly keptFrom: number | null;
}

export class UsageReader {
  readonly #db: DatabaseSync;
  readonly #elapsed: () => number;
  readonly #prepared: Prepared;

  constructor(db: DatabaseSync, elapsed: () => number) {
    this.#db = db;
    this.#prepared = new Prepared(db);
    this.#elapsed = elapsed;
  }

  /** @throws TooLargeError, and what SQLite throws */
  read(query: RowsQuery): ReadGroups {
    this.#db.exec('BEGIN');
    try {
      const grouped = new Grouped(query, query.mostRows);
      const { chunk, ...scope } = scopeOf(query, (plugin) => this.#chunk(plugin));
      const until = this.#elapsed() + mostMs;
      const add = (block: Uint8Array, at: number) => {
        if (this.#elapsed() > until) throw new TooLargeError(`reading takes longer than ${mostMs / 1_000} s`);
        grouped.add(block, at);
      };
      for (const piece of piecesOf(query, query.now)) {
        if (piece.tier === 'second') this.#seconds(piece, query, add);
        else for (const one of scope.reads(piece.tier)) this.#rows(piece.tier, piece, one, chunk, query, add);
      }
      this.#unrolled(query, add);
      return { groups: grouped.groups, keptFrom: this.#keptFrom(query.tier, scope.reads) };
    } finally {
      this.#db.exec('ROLLBACK');
    }
  }

  /** Those that were added up; the others come by themselves. */
  #seconds({ first, last }: Piece, query: RowsQuery, add: (block: Uint8Array, at: number) => void): void {
    const sql = `SELECT second, block FROM seconds WHERE second BETWEEN ? AND ?
      AND batch <= (SELECT value FROM state WHERE name = 'rolled_batch') ORDER BY second`;
    for (const row of this.#prepared.get(sql).iterate(first, last)) {
      const { second, block } = row as unknown as { second: number; block: Uint8Array };
      add(block, atOf(query, second));
    }
  }

  #rows(
    tier: RolledTier,
    { first, last }: Piece,
    { grain, only, but }: Read,
    chunk: number,
    query: RowsQuery,
    add: (block: Uint8Array, at: number) => void,
  ): void {
    const atOfPeriod = (period: number) => atOf(query, startOf(tier, period));
    if (only) {
      const statement = this.#prepared.get(`SELECT block FROM ${tier}_${grain} WHERE id = ?`);
      for (let period = first; period <= last; period += 1) {
        const row = statement.get(rowId(period, chunk)) as { block: Uint8Array } | undefined;
        if (row !== undefined) add(row.block, atOfPeriod(period));
      }
      return;
    }
    const statement = this.#prepared.get(`SELECT id, block FROM ${tier}_${grain} WHERE id BETWEEN ? AND ?`);
    for (const row of statement.iterate(rowId(first, 0), rowId(last + 1, 0) - 1)) {
      const { id, block } = row as unknown as { id: number; block: Uint8Array };
      if (id % chunksPerPeriod !== but) add(block, atOfPeriod(Math.floor(id / chunksPerPeriod)));
    }
  }

  /** What is in no coarser period yet: the minute that is not over, and what is still to be written. */
  #unrolled(query: RowsQuery, add: (block: Uint8Array, at: number) => void): void {
    const state = this.#prepared.get('SELECT name, value FROM state').all() as { name: string; value: number }[];
    const lastBatch = state.find(({ name }) => name === 'batch')?.value ?? 0;
    const rolled = state.find(({ name }) => name === 'rolled_batch')?.value ?? 0;
    const stored = this.#prepared.get('SELECT second, block FROM seconds WHERE batch > ?').all(rolled) as {
      second: number;
      block: Uint8Array;
    }[];
    const unwritten = query.unwritten.filter(({ number }) => number > lastBatch);
    for (const { second, block } of [...stored, ...unwritten].sort((a, b) => a.second - b.second)) {
      if (second >= query.from && second < query.to) add(block, atOf(query, second));
    }
  }

  #chunk(plugin: string): number {
    const row = this.#prepared.get('SELECT number FROM plugins WHERE name = ?').get(plugin) as { number: number } | undefined;
    return chunkOf(row?.number ?? lastPlugin);
  }

  /** Of the tables that were read: where there was too much, they do not go back equally far. */
  #keptFrom(tier: Tier, reads: (tier: RolledTier) => Read[]): number | null {
    if (tier === 'second') {
      return (this.#prepared.get('SELECT min(second) AS second FROM seconds').get() as { second: number | null }).second;
    }
    const oldest = reads(tier).map(({ grain }) => {
      const { id } = this.#prepared.get(`SELECT min(id) AS id FROM ${tier}_${grain}`).get() as { id: number | null };
      return id === null ? null : startOf(tier, Math.floor(id / chunksPerPeriod));
    });
    return oldest.includes(null) ? null : Math.max(...(oldest as number[]));
  }
}

interface Read {
  readonly grain: Grain;
  /** Whether only the query's chunk of each period is read; else all but one. */
  readonly only: boolean;
  readonly but: number;
}

/** Which tables answer a query, and which of their chunks. */
function scopeOf(query: RowsQuery, chunkOfPlugin: (plugin: string) => number): { chunk: number; reads: (tier: RolledTier) => Read[] } {
  const { groupings, plugin } = query;
  const has = (...names: string[]) => groupings.some((one) => names.includes(one));
  const inDetail = has('release', 'interface');
  const byPlugin = plugin !== undefined || has('plugin', 'domain', 'group');
  if (!inDetail && !byPlugin) return { chunk: partsChunk, reads: () => [{ grain: 'sums', only: true, but: -1 }] };
  const grainOf = (tier: RolledTier): Grain => (inDetail || !hasPluginSums(tier) ? 'rows' : 'sums');
  if (plugin !== undefined) {
    return { chunk: chunkOfPlugin(plugin), reads: (tier) => [{ grain: grainOf(tier), only: true, but: -1 }] };
  }
  const parted: Read[] = has('part') ? [{ grain: 'sums', only: true, but: -1 }] : [];
  return { chunk: partsChunk, reads: (tier) => [{ grain: grainOf(tier), only: false, but: partsChunk }, ...parted] };
}

/** The second that the row begins with which a second belongs to. */
function atOf({ step, from }: RowsQuery, second: number): number {
  return step === undefined ? from : startOf(steps[step], periodOf(steps[step], second));
}
