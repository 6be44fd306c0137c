/** The plugins of the SQLite store: their numbers, which of their releases are deployed, and what others are told of that. */

import { NboxError } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { checkExpected } from './expected.ts';
import { type DeploymentRow, deploymentColumns, liveRows, type ReleaseRow, toDeployment, toRelease } from './sqlite-release-rows.ts';
import type { SqliteReleases } from './sqlite-releases.ts';
import type { Rows } from './sqlite-statements.ts';
import type { Change, DeployInput, Deployment, LivePlugin } from './store.ts';

/** Of a plugin, whether it is deployed or not. */
export interface Counters {
  readonly next_release: number;
  readonly next_deployment: number;
  readonly live_deployment: number | null;
}

export class SqliteDeployments {
  readonly #rows: Rows;
  readonly #releases: SqliteReleases;

  constructor(rows: Rows, releases: SqliteReleases) {
    this.#rows = rows;
    this.#releases = releases;
  }

  counters(plugin: PluginId): Counters | undefined {
    return this.#rows.get<Counters>('SELECT next_release, next_deployment, live_deployment FROM plugins WHERE id = ?', plugin);
  }

  /** The plugin's, which is made where there is none. */
  ensured(plugin: PluginId): Counters {
    this.#rows.run('INSERT INTO plugins (id) VALUES (?) ON CONFLICT DO NOTHING', plugin);
    const counters = this.counters(plugin);
    if (counters === undefined) throw new NboxError('internal_error', 'a row that was just written is not there');
    return counters;
  }

  /** That the release has its number, so that no other gets it. */
  count(plugin: PluginId, release: number): void {
    this.#rows.run('UPDATE plugins SET next_release = max(next_release, ?) WHERE id = ?', release + 1, plugin);
  }

  /** @returns its number @throws NboxError `no_such_release` */
  add({ plugin, shares, cause, actor, message, deployedAt }: DeployInput, counters: Counters): number {
    for (const { number } of shares) {
      if (!this.#releases.has(plugin, number)) throw new NboxError('no_such_release', `There is no release ${number} of ${plugin}`);
    }
    const ordered = [...shares].sort((a, b) => b.percentage - a.percentage);
    const [first, second] = ordered;
    const number = counters.next_deployment;
    this.#rows.run(
      `INSERT INTO deployments (plugin, number, releases, release, second, created_at, actor, cause, message, replaced)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[plugin, number, JSON.stringify(ordered), first?.number ?? null, second?.number ?? null, deployedAt],
      ...[actor, cause, message, counters.live_deployment],
    );
    this.#rows.run(
      'UPDATE plugins SET next_deployment = ?, live_deployment = ?, removed_at = NULL, removed_by = NULL WHERE id = ?',
      ...[number + 1, number, plugin],
    );
    this.#note(plugin, number, deployedAt);
    return number;
  }

  /** @returns whether it was there @throws NboxError `precondition_failed` */
  remove(plugin: PluginId, actor: string, removedAt: number, expected: number | undefined): boolean {
    const counters = this.counters(plugin);
    if (counters?.live_deployment == null) return false;
    checkExpected(counters.live_deployment, expected);
    this.#rows.run('UPDATE plugins SET live_deployment = NULL, removed_at = ?, removed_by = ? WHERE id = ?', removedAt, actor, plugin);
    this.#rows.run('DELETE FROM deployments WHERE plugin = ?', plugin);
    this.#note(plugin, null, removedAt);
    return true;
  }

  live(): LivePlugin[] {
    return this.#rows.all<ReleaseRow & DeploymentRow>(`${liveRows} ORDER BY p.id`).map((row) => this.#toLive(row));
  }

  plugin(plugin: PluginId): LivePlugin | undefined {
    const row = this.#rows.get<ReleaseRow & DeploymentRow>(`${liveRows} WHERE p.id = ?`, plugin);
    return row && this.#toLive(row);
  }

  /** The newest first. */
  list(plugin: PluginId): Deployment[] {
    return this.#rows
      .all<DeploymentRow>(`SELECT ${deploymentColumns} FROM deployments d WHERE d.plugin = ? ORDER BY d.number DESC LIMIT 1000`, plugin)
      .map(toDeployment);
  }

  get(plugin: PluginId, number: number): Deployment | undefined {
    const row = this.#rows.get<DeploymentRow>(
      `SELECT ${deploymentColumns} FROM deployments d WHERE d.plugin = ? AND d.number = ?`,
      ...[plugin, number],
    );
    return row && toDeployment(row);
  }

  changes(after: number): Change[] {
    const rows = this.#rows.all<{ number: number; plugin: PluginId; deployment: number | null; at: number }>(
      'SELECT number, plugin, deployment, at FROM changes WHERE number > ? ORDER BY number LIMIT 1000',
      after,
    );
    return rows.map((row) => Object.freeze({ ...row, deployment: row.deployment ?? undefined }));
  }

  #note(plugin: PluginId, deployment: number | null, at: number): void {
    this.#rows.run('INSERT INTO changes (plugin, deployment, at) VALUES (?, ?, ?)', plugin, deployment, at);
  }

  #toLive(row: ReleaseRow & DeploymentRow): LivePlugin {
    const second = row.second === null ? undefined : this.#releases.get(row.plugin, row.second);
    return Object.freeze({ ...toRelease(row), deployment: toDeployment(row), second });
  }
}
