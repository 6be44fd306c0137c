/** The failures of the SQLite store that somebody has kept. */

import { NboxError } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { Rows } from './sqlite-statements.ts';
import { type KeptCapsule, mostCapsules } from './store.ts';

export class SqliteCapsules {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** @throws NboxError `too_many_capsules` */
  keep({ plugin, id, release, keptAt, actor, message, summary }: KeptCapsule, content: string): void {
    const { changes } = this.#rows.run(
      `INSERT INTO capsules (plugin, id, release, kept_at, actor, message, summary, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ...[plugin, id, release, keptAt, actor, message, summary, content],
    );
    const count = this.#rows.get<{ kept: number }>('SELECT count(*) AS kept FROM capsules WHERE plugin = ?', plugin);
    if (changes === 0 || (count?.kept ?? 0) <= mostCapsules) return;
    throw new NboxError('too_many_capsules', `${mostCapsules} failures of ${plugin} are kept already; drop one first`);
  }

  list(plugin: PluginId): KeptCapsule[] {
    const columns = 'plugin, id, release, kept_at AS keptAt, actor, message, summary';
    const rows = this.#rows.all<KeptCapsule>(`SELECT ${columns} FROM capsules WHERE plugin = ? ORDER BY kept_at DESC, id`, plugin);
    return rows.map((row) => Object.freeze({ ...row }));
  }

  content(plugin: PluginId, id: string): string | undefined {
    return this.#rows.get<{ content: string }>('SELECT content FROM capsules WHERE plugin = ? AND id = ?', plugin, id)?.content;
  }

  drop(plugin: PluginId, id: string): boolean {
    return this.#rows.run('DELETE FROM capsules WHERE plugin = ? AND id = ?', plugin, id).changes > 0;
  }
}
