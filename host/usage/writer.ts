/** Writes usage: batches as they come, minutes added to all coarser periods when they are over, and what is too old or too much removed. */

import type { DatabaseSync } from 'node:sqlite';
import { Prepared } from '../store/prepared.ts';
import { addBlock, addSection, encodeBlock, mostCells, type Section, sectionsOf, type Usage } from './block.ts';
import { Cells } from './cell.ts';
import { isPart, parts } from './counters.ts';
import type { Batch } from './messages.ts';
import { chunkOf, chunksPerPeriod, firstPlugin, type Grain, hasPluginSums, lastPlugin, partsChunk, rowId } from './schema.ts';
import { keptS, periodOf, periodS, type RolledTier, rolledTiers, startOf } from './tiers.ts';

const isAddedUp = `batch <= (SELECT value FROM state WHERE name = 'rolled_batch')`;
/** What is removed at once where the file is too large: a part of the finest tier's oldest. */
const removedShare = 0.1;
/**
 * It is the clock that says what is old. One that leaps ahead, by years, must not take all that there is: so what it says is believed no
 * further than this beyond what it said when the last minute was closed, and as many periods of each tier go at most with each.
 */
const believedS = 3_600;
const mostRemoved: Readonly<Record<RolledTier, number>> = { minute: 120, hour: 2, day: 1, month: 0 };

export class UsageWriter {
  readonly #db: DatabaseSync;
  readonly #mostBytes: number;
  readonly #prepared: Prepared;
  /** What they are numbered. */
  readonly #plugins = new Map<string, number>();
  /** That of the batches which were not added up; unknown at first, and after a failure. */
  #openMinute: number | undefined;
  /** The time at which a minute was closed last. */
  #closedAt: number | undefined;

  constructor(db: DatabaseSync, mostBytes: number) {
    this.#db = db;
    this.#prepared = new Prepared(db);
    this.#mostBytes = mostBytes;
  }

  /** The number of the last batch that was written. */
  get lastBatch(): number {
    return this.#state('batch');
  }

  /**
   * Writes all of them or none. Those that were written before, by a transaction whose end was not told, are not written again.
   * @throws what SQLite throws
   */
  write(batches: readonly Batch[]): void {
    let hasRolled = false;
    this.#transaction(() => {
      const { lastBatch } = this;
      for (const { number, second, block } of batches) {
        if (number <= lastBatch) continue;
        hasRolled = this.#closeMinute(second) || hasRolled;
        this.#run('INSERT INTO seconds (batch, second, block) VALUES (?, ?, ?)', number, second, block.slice());
        this.#run(`UPDATE state SET value = ? WHERE name = 'batch'`, number);
        this.#openMinute ??= periodOf('minute', second);
      }
    });
    if (hasRolled) this.#shrink();
  }

  /**
   * Adds up what came in the last minute, where it is over. Which batches were added up is known by their numbers and not by the time:
   * a clock that is set back only has it done more often.
   * @returns whether it was
   */
  #closeMinute(second: number): boolean {
    this.#openMinute ??= this.#storedMinute();
    if (this.#openMinute === undefined || this.#openMinute === periodOf('minute', second)) return false;
    this.#openMinute = undefined;
    const minutes = Map.groupBy(this.#waiting(), (one) => periodOf('minute', one.second));
    for (const [minute, list] of minutes) {
      this.#addUp(
        startOf('minute', minute),
        list.map(({ block }) => block),
      );
    }
    this.#run(`UPDATE state SET value = (SELECT value FROM state WHERE name = 'batch') WHERE name = 'rolled_batch'`);
    this.#removeOld(Math.min(second, (this.#closedAt ?? 0) + believedS));
    this.#closedAt = second;
    return true;
  }

  /** Of a host that was here before. */
  #storedMinute(): number | undefined {
    const first = this.#waiting(1)[0];
    return first && periodOf('minute', first.second);
  }

  /** What was not added up yet, in the order in which it came. */
  #waiting(most = -1): { second: number; block: Uint8Array }[] {
    return this.#all(
      `SELECT second, block FROM seconds WHERE batch > (SELECT value FROM state WHERE name = 'rolled_batch') ORDER BY batch LIMIT ?`,
      most,
    );
  }

  /** Adds what lies in one minute to that minute and all coarser periods. */
  #addUp(second: number, blocks: readonly Uint8Array[]): void {
    const usage: Usage = new Map();
    for (const block of blocks) addBlock(block, usage);
    const { rows, sums } = this.#grains(usage);
    for (const tier of rolledTiers) {
      const period = periodOf(tier, second);
      this.#add(tier, 'rows', period, rows);
      this.#add(tier, 'sums', period, hasPluginSums(tier) ? sums : new Map([[partsChunk, sums.get(partsChunk) as Usage]]));
    }
  }

  /** What is to be added to each chunk, in both grains. */
  #grains(usage: Usage): Record<Grain, Map<number, Usage>> {
    const rows = new Map<number, Usage>();
    const sums = new Map<number, Usage>();
    const total = new Cells(mostCells);
    sums.set(partsChunk, new Map([[parts.total, total]]));
    for (const [name, cells] of usage) {
      if (isPart(name)) {
        sums.get(partsChunk)?.set(name, outcomesOf(cells));
        continue;
      }
      const chunk = chunkOf(this.#pluginNumber(name));
      const byOutcome = outcomesOf(cells);
      put(rows, chunk, name, cells);
      put(sums, chunk, name, byOutcome);
      for (const cell of byOutcome.list) total.merge(cell);
    }
    return { rows, sums };
  }

  #add(tier: RolledTier, grain: Grain, period: number, chunks: ReadonlyMap<number, Usage>): void {
    for (const [chunk, usage] of chunks) {
      const id = rowId(period, chunk);
      const old = this.#get<{ block: Uint8Array }>(`SELECT block FROM ${tier}_${grain} WHERE id = ?`, id)?.block;
      if (old === undefined) this.#run(`INSERT INTO ${tier}_${grain} (id, block) VALUES (?, ?)`, id, encodeBlock(usage));
      else this.#run(`UPDATE ${tier}_${grain} SET block = ? WHERE id = ?`, merged(old, usage), id);
    }
  }

  #pluginNumber(name: string): number {
    let number = this.#plugins.get(name);
    if (number === undefined) {
      number = this.#get<{ number: number }>('SELECT number FROM plugins WHERE name = ?', name)?.number ?? this.#newNumber(name);
      this.#plugins.set(name, number);
    }
    return number;
  }

  /** A number only says in which chunk a plugin's sections are: those that are too many share the last. */
  #newNumber(name: string): number {
    const next = this.#get<{ next: number }>('SELECT max(coalesce(max(number), 0) + 1, ?) AS next FROM plugins', firstPlugin)?.next;
    if (next === undefined || next > lastPlugin) return lastPlugin;
    this.#run('INSERT INTO plugins (number, name) VALUES (?, ?)', next, name);
    return next;
  }

  #removeOld(now: number): void {
    this.#run(`DELETE FROM seconds WHERE second < ? AND ${isAddedUp}`, now - keptS.second);
    for (const tier of rolledTiers) {
      if (keptS[tier] === Number.POSITIVE_INFINITY) continue;
      const before = periodOf(tier, now - keptS[tier]);
      for (const grain of ['rows', 'sums'] as const) {
        const oldest = this.#edge(tier, grain, 'min');
        if (oldest === undefined || oldest >= before) continue;
        this.#run(`DELETE FROM ${tier}_${grain} WHERE id < ?`, rowId(Math.min(before, oldest + mostRemoved[tier]), 0));
      }
    }
    this.#removeExcess();
  }

  /** The oldest of the finest tier goes first; the seconds of an open minute never. */
  #removeExcess(): void {
    if (this.usedBytes() <= this.#mostBytes) return;
    this.#run(`DELETE FROM seconds WHERE ${isAddedUp}`);
    for (const tier of rolledTiers) {
      for (const grain of ['rows', 'sums'] as const) {
        while (this.usedBytes() > this.#mostBytes && this.#removeOldest(tier, grain));
      }
    }
  }

  /** @returns whether there was something before the latest, which may not be over, and so could be removed */
  #removeOldest(tier: RolledTier, grain: Grain): boolean {
    const [oldest, latest] = [this.#edge(tier, grain, 'min'), this.#edge(tier, grain, 'max')];
    if (oldest === undefined || latest === undefined || oldest >= latest) return false;
    // Where a clock has leapt ahead, there are no more of them than are kept.
    const periods = Math.min(latest - oldest, tier === 'month' ? latest : keptS[tier] / periodS[tier]);
    this.#run(`DELETE FROM ${tier}_${grain} WHERE id < ?`, rowId(oldest + Math.max(1, Math.floor(periods * removedShare)), 0));
    return true;
  }

  #edge(tier: RolledTier, grain: Grain, edge: 'min' | 'max'): number | undefined {
    const id = this.#get<{ id: number | null }>(`SELECT ${edge}(id) AS id FROM ${tier}_${grain}`)?.id;
    return id === null || id === undefined ? undefined : Math.floor(id / chunksPerPeriod);
  }

  /** Gives what is free back where the file is larger than it may be: the bound was lowered. */
  #shrink(): void {
    const [pages = 0, size = 0] = [this.#pragma('page_count'), this.#pragma('page_size')];
    if (pages * size > this.#mostBytes) this.#db.exec('PRAGMA incremental_vacuum(2000)');
  }

  /** What rows take; what was freed of the file is used again before it grows. */
  usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  #pragma(name: string): number {
    return Object.values(this.#get<Record<string, number>>(`PRAGMA ${name}`) ?? {})[0] ?? 0;
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      // What was numbered in it is not there.
      this.#plugins.clear();
      this.#openMinute = undefined;
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #state(name: 'batch' | 'rolled_batch'): number {
    return this.#get<{ value: number }>('SELECT value FROM state WHERE name = ?', name)?.value ?? 0;
  }

  #run(sql: string, ...values: (number | string | Uint8Array)[]): void {
    this.#prepared.get(sql).run(...values);
  }

  #get<T>(sql: string, ...values: (number | string)[]): T | undefined {
    return this.#prepared.get(sql).get(...values) as T | undefined;
  }

  #all<T>(sql: string, ...values: (number | string)[]): T[] {
    return this.#prepared.get(sql).all(...values) as T[];
  }
}

/** Sections that nothing comes to are taken over as they are. */
function merged(old: Uint8Array, usage: Usage): Uint8Array {
  const untouched: Section[] = [];
  const all: Usage = new Map();
  for (const section of sectionsOf(old)) {
    const added = usage.get(section.plugin);
    if (added === undefined) {
      untouched.push(section);
      continue;
    }
    const cells = new Cells(mostCells);
    addSection(section, (release, interfaceName, outcome) => cells.cell(release, interfaceName, outcome));
    for (const cell of added.list) cells.merge(cell);
    all.set(section.plugin, cells);
  }
  for (const [plugin, cells] of usage) if (!all.has(plugin)) all.set(plugin, cells);
  return encodeBlock(all, untouched);
}

/** With nothing kept apart but the outcomes. */
function outcomesOf(cells: Cells): Cells {
  const sums = new Cells(mostCells);
  for (const cell of cells.list) {
    const one = cell.outcome === '' ? sums.machine() : sums.cell(0, '', cell.outcome);
    one.merge(cell);
  }
  return sums;
}

function put(chunks: Map<number, Usage>, chunk: number, name: string, cells: Cells): void {
  let usage = chunks.get(chunk);
  if (usage === undefined) {
    usage = new Map();
    chunks.set(chunk, usage);
  }
  usage.set(name, cells);
}
