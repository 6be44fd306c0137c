/** What was deployed and removed on the whole host, in SQLite: the newest first. */

import type { PluginId } from '../../loader/plugin-id.ts';
import { type DeploymentRow, deploymentColumns, toDeployment } from './sqlite-release-rows.ts';
import type { Rows } from './sqlite-statements.ts';
import type { PastChange } from './store.ts';

interface ChangeRow {
  readonly number: number;
  readonly changed: PluginId;
  readonly at: number;
  readonly is_removal: number;
}

export class SqliteHistory {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  list(before: number | undefined, most: number): PastChange[] {
    const rows = this.#rows.all<ChangeRow & (DeploymentRow | { readonly deployment: null })>(
      `SELECT c.number, c.plugin AS changed, c.at, c.deployment IS NULL AS is_removal, ${deploymentColumns} FROM changes c
       LEFT JOIN deployments d ON d.plugin = c.plugin AND d.number = c.deployment
       WHERE c.number < ? ORDER BY c.number DESC LIMIT ?`,
      ...[before ?? Number.MAX_SAFE_INTEGER, most],
    );
    return rows.map((row) =>
      Object.freeze({
        ...{ number: row.number, plugin: row.changed, at: row.at, isRemoval: row.is_removal === 1 },
        // Those of a plugin that was removed went with it.
        deployment: row.deployment === null ? undefined : toDeployment(row),
      }),
    );
  }
}
