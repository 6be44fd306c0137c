/** The audit of the SQLite store: rows that are only ever added at one end of a chain, and dropped from the other. */

import {
  type AuditEnd,
  type AuditEnds,
  type AuditEntry,
  type AuditQuery,
  type AuditRow,
  chainHash,
  chainStart,
} from '../access/audit-row.ts';
import type { Rows } from './sqlite-statements.ts';

interface Columns {
  readonly number: number;
  readonly at: number;
  readonly actor: string;
  readonly token_id: string;
  readonly address: string;
  readonly method: string;
  readonly route: string;
  readonly plugin: string | null;
  readonly outcome: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly request_id: string;
  readonly hash: string;
}

const mostRows = 1_000;

export class SqliteAudit {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  append(entries: readonly AuditEntry[]): AuditEnd {
    let tip = this.ends().tip;
    for (const entry of entries) {
      const number = tip.number + 1;
      tip = { number, hash: chainHash(tip.hash, number, entry) };
      const { at, actor, tokenId, address, method, route, plugin, outcome, before, after, requestId } = entry;
      this.#rows.run(
        `INSERT INTO audit (number, at, actor, token_id, address, method, route, plugin, outcome, before, after, request_id, hash)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[number, at, actor, tokenId, address, method, route, plugin, outcome, before, after, requestId, tip.hash],
      );
    }
    this.#setEnd('tip', tip);
    return tip;
  }

  /** Each condition is in the statement only where it is asked for: there are few such texts, and the index of the one is used. */
  rows({ plugin, actor, from, to, before, after, limit }: AuditQuery): AuditRow[] {
    const conditions: [sql: string, ...values: (string | number)[]][] = [];
    // "0" comes right after "/": what is below, and nothing beside it.
    if (plugin !== undefined) conditions.push(['(plugin = ? OR (plugin >= ? AND plugin < ?))', plugin, `${plugin}/`, `${plugin}0`]);
    if (actor !== undefined) conditions.push(['actor = ?', actor]);
    if (from !== undefined) conditions.push(['at >= ?', from]);
    if (to !== undefined) conditions.push(['at < ?', to]);
    if (before !== undefined) conditions.push(['number < ?', before]);
    if (after !== undefined) conditions.push(['number > ?', after]);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
    const order = after === undefined ? 'DESC' : 'ASC';
    const values = conditions.flatMap(([, ...given]) => given);
    return this.#rows
      .all<Columns>(`SELECT * FROM audit ${where} ORDER BY number ${order} LIMIT ?`, ...values, Math.min(limit, mostRows))
      .map(({ token_id: tokenId, request_id: requestId, ...row }) => Object.freeze({ ...row, tokenId, requestId }));
  }

  ends(): AuditEnds {
    const ends = this.#rows.all<AuditEnd & { readonly name: string }>('SELECT name, number, hash FROM audit_ends');
    const end = (wanted: string): AuditEnd => {
      const found = ends.find(({ name }) => name === wanted);
      return found === undefined ? chainStart : { number: found.number, hash: found.hash };
    };
    return { head: end('head'), tip: end('tip') };
  }

  drop(before: number): number {
    const young = this.#rows.get<{ number: number }>('SELECT number FROM audit WHERE at >= ? ORDER BY number LIMIT 1', before);
    const last = this.#rows.get<AuditEnd>(
      'SELECT number, hash FROM audit WHERE number < ? ORDER BY number DESC LIMIT 1',
      young?.number ?? Number.MAX_SAFE_INTEGER,
    );
    if (last === undefined) return 0;
    this.#setEnd('head', last);
    return Number(this.#rows.run('DELETE FROM audit WHERE number <= ?', last.number).changes);
  }

  #setEnd(name: 'head' | 'tip', { number, hash }: AuditEnd): void {
    this.#rows.run(
      'INSERT INTO audit_ends (name, number, hash) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number, hash = excluded.hash',
      ...[name, number, hash],
    );
  }
}
