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
    const grouped = new Grouped(query, query.mostRows);
    const keptFrom = this.blocks(query, undefined, (block, at) => grouped.add(block, at));
    return { groups: grouped.groups, keptFrom };
  }

  /**
   * Has every block taken that has to do with the query, with the second that its row begins with. There may be more in it than is
   * asked for.
   * @param plugins which alone are asked for, beside what the groupings say
   * @returns as `ReadGroups` has it
   * @throws what `take` throws, TooLargeError, and what SQLite throws
   */
  blocks(query: BlocksQuery, plugins: readonly string[] | undefined, take: TakeBlock): number | null {
    this.#db.exec('BEGIN');
    try {
      const scope = this.#scope(query, plugins);
      const until = this.#elapsed() + mostMs;
      const add: TakeBlock = (block, at, isSecond) => {
        if (this.#elapsed() > until) throw new TooLargeError(`reading takes longer than ${mostMs / 1_000} s`);
        take(block, at, isSecond);
      };
      const pieces = piecesOf(query, query.now);
      for (const piece of pieces) if (piece.tier === 'second') this.#seconds(piece, query, add);
      // All periods of one chunk, then those of the next: what is added up is sixteen plugins' then, and stays in the processor's caches.
      for (const chunk of scope.chunks) {
        for (const { tier, ...periods } of pieces)
          if (tier !== 'second') this.#rows(tier, periods, scope.grain(tier, chunk), chunk, query, add);
      }
      this.#unrolled(query, add);
      return this.#keptFrom(query.tier, scope);
    } finally {
      this.#db.exec('ROLLBACK');
    }
  }

  /** Those that were added up; the others come by themselves. */
  #seconds({ first, last }: Piece, query: BlocksQuery, add: TakeBlock): void {
    const sql = `SELECT second, block FROM seconds WHERE second BETWEEN ? AND ?
      AND batch <= (SELECT value FROM state WHERE name = 'rolled_batch') ORDER BY second`;
    for (const row of this.#prepared.get(sql).iterate(first, last)) {
      const { second, block } = row as unknown as { second: number; block: Uint8Array };
      add(block, atOf(query, second), true);
    }
  }

  #rows(tier: RolledTier, { first, last }: Omit<Piece, 'tier'>, grain: Grain, chunk: number, query: BlocksQuery, add: TakeBlock): void {
    const statement = this.#prepared.get(`SELECT block FROM ${tier}_${grain} WHERE id = ?`);
    for (let period = first; period <= last; period += 1) {
      const row = statement.get(rowId(period, chunk)) as { block: Uint8Array } | undefined;
      if (row !== undefined) add(row.block, atOf(query, startOf(tier, period)), false);
    }
  }

  /** What is in no coarser period yet: the minute that is not over, and what is still to be written. */
  #unrolled(query: BlocksQuery, add: TakeBlock): void {
    const state = this.#prepared.get('SELECT name, value FROM state').all() as { name: string; value: number }[];
    const lastBatch = state.find(({ name }) => name === 'batch')?.value ?? 0;
    const rolled = state.find(({ name }) => name === 'rolled_batch')?.value ?? 0;
    const stored = this.#prepared.get('SELECT second, block FROM seconds WHERE batch > ?').all(rolled) as {
      second: number;
      block: Uint8Array;
    }[];
    const unwritten = query.unwritten.filter(({ number }) => number > lastBatch);
    for (const { second, block } of [...stored, ...unwritten].sort((a, b) => a.second - b.second)) {
      if (second >= query.from && second < query.to) add(block, atOf(query, second), true);
    }
  }

  /** Which chunks answer a query, and from which tables. */
  #scope({ groupings, plugin, below }: BlocksQuery, plugins: readonly string[] | undefined): Scope {
    const has = (...names: string[]) => groupings.some((one) => names.includes(one));
    const inDetail = has('release', 'interface');
    const isOfAll = plugin === undefined && below === undefined;
    if (isOfAll && !inDetail && !has('plugin', 'domain', 'group')) return { chunks: [partsChunk], grain: () => 'sums' };
    const grain = (tier: RolledTier, chunk: number): Grain =>
      chunk === partsChunk || (!inDetail && hasPluginSums(tier)) ? 'sums' : 'rows';
    if (plugin !== undefined) return { chunks: [this.#chunk(plugin)], grain };
    if (plugins !== undefined) {
      const chunks = [...new Set(plugins.map((one) => this.#chunk(one)))];
      return { chunks: has('part') ? [partsChunk, ...chunks] : chunks, grain };
    }
    const last = this.#prepared.get('SELECT max(number) AS last FROM plugins').get() as { last: number | null };
    const chunks = Array.from({ length: chunkOf(last.last ?? 0) }, (_, i) => partsChunk + 1 + i);
    return { chunks: isOfAll && has('part') ? [partsChunk, ...chunks] : chunks, grain };
  }

  #chunk(plugin: string): number {
    const row = this.#prepared.get('SELECT number FROM plugins WHERE name = ?').get(plugin) as { number: number } | undefined;
    return chunkOf(row?.number ?? lastPlugin);
  }

  /** Of the tables that were read: where there was too much, they do not go back equally far. */
  #keptFrom(tier: Tier, { chunks, grain }: Scope): number | null {
    if (tier === 'second') {
      return (this.#prepared.get('SELECT min(second) AS second FROM seconds').get() as { second: number | null }).second;
    }
    const oldest = [...new Set(chunks.map((chunk) => grain(tier, chunk)))].map((one) => {
      const { id } = this.#prepared.get(`SELECT min(id) AS id FROM ${tier}_${one}`).get() as { id: number | null };
      return id === null ? null : startOf(tier, Math.floor(id / chunksPerPeriod));
    });
    return oldest.length === 0 || oldest.includes(null) ? null : Math.max(...(oldest as number[]));
  }
}

/** @param isSecond whether it is of a single second: then all plugins are in it one by one, and no total */
export type TakeBlock = (block: Uint8Array, at: number, isSecond: boolean) => void;

/** What of a query says which blocks it is about. */
export type BlocksQuery = Omit<RowsQuery, 'form' | 'prices' | 'mostRows'>;

interface Scope {
  /** Each of a period. */
  readonly chunks: readonly number[];
  readonly grain: (tier: RolledTier, chunk: number) => Grain;
}

/** The second that the row begins with which a second belongs to. */
function atOf({ step, from }: BlocksQuery, second: number): number {
  return step === undefined ? from : startOf(steps[step], periodOf(steps[step], second));
}
