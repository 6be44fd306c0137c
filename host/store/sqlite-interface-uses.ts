/** When interfaces were used last, in the SQLite store. */

import type { Hitter } from '../hygiene/heavy-hitters.ts';
import type { InterfaceUse } from '../hygiene/interface-use.ts';
import type { Rows } from './sqlite-statements.ts';

interface UseRow {
  readonly plugin: string;
  readonly interface: string;
  readonly seen_at: number;
  readonly used_at: number | null;
  readonly calls: number;
  readonly callers: string;
}

export class SqliteInterfaceUses {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  list(): InterfaceUse[] {
    return this.#rows.all<UseRow>('SELECT * FROM interface_uses ORDER BY plugin, interface').map((row) => ({
      ...{ plugin: row.plugin, interface: row.interface, seenAt: row.seen_at, usedAt: row.used_at ?? undefined, calls: row.calls },
      callers: JSON.parse(row.callers) as Hitter[],
    }));
  }

  /** Of plugins that are removed meanwhile nothing is saved. */
  save(uses: readonly InterfaceUse[]): void {
    for (const { plugin, interface: name, seenAt, usedAt, calls, callers } of uses) {
      this.#rows.run(
        `INSERT INTO interface_uses (plugin, interface, seen_at, used_at, calls, callers)
         SELECT id, ?2, ?3, ?4, ?5, ?6 FROM plugins WHERE id = ?1 AND live_deployment IS NOT NULL
         ON CONFLICT (plugin, interface) DO UPDATE SET seen_at = excluded.seen_at, used_at = excluded.used_at, calls = excluded.calls,
           callers = excluded.callers`,
        ...[plugin, name, seenAt, usedAt ?? null, calls, JSON.stringify(callers)],
      );
    }
  }

  drop(uses: readonly Pick<InterfaceUse, 'plugin' | 'interface'>[]): void {
    for (const one of uses) this.#rows.run('DELETE FROM interface_uses WHERE plugin = ? AND interface = ?', one.plugin, one.interface);
  }

  remove(plugin: string): void {
    this.#rows.run('DELETE FROM interface_uses WHERE plugin = ?', plugin);
  }
}
