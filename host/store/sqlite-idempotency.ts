/** What the SQLite store knows of pushes that had a key: for a day, what was done under it. */

import type { PluginId } from '../../loader/plugin-id.ts';
import type { Rows } from './sqlite-statements.ts';
import type { Done, Once, PublishInput } from './store.ts';

/** How long it is known what was done under a key. */
const keptMs = 24 * 3_600_000;

export class SqliteIdempotency {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  done(key: string, plugin: PluginId): Done | undefined {
    const row = this.#rows.get<Done>('SELECT fingerprint, release, deployment FROM idempotency WHERE key = ? AND plugin = ?', key, plugin);
    return row && Object.freeze({ ...row });
  }

  keep({ release, deployedAt }: PublishInput, { key, fingerprint }: Once, deployment: number): void {
    this.#rows.run('DELETE FROM idempotency WHERE at < ?', deployedAt - keptMs);
    this.#rows.run(
      'INSERT OR REPLACE INTO idempotency (key, plugin, fingerprint, release, deployment, at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[key, release.plugin, fingerprint, release.number, deployment, deployedAt],
    );
  }

  remove(plugin: PluginId): void {
    this.#rows.run('DELETE FROM idempotency WHERE plugin = ?', plugin);
  }
}
