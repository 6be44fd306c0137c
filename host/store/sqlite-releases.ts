/** The releases of the SQLite store, and what they are made of, which is dropped before they are. */

import { NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { Bundle, ReleaseSnapshot } from '../release/release.ts';
import { type ReleaseRow, releaseColumns, toRelease } from './sqlite-release-rows.ts';
import type { Rows } from './sqlite-statements.ts';
import type { PublishInput, Retention, StoredRelease } from './store.ts';

/** Of the plugin that is the statement's first value. */
const live = '(SELECT live_deployment FROM plugins WHERE id = ?1)';

export class SqliteReleases {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  find(plugin: PluginId, hash: string): StoredRelease | undefined {
    const row = this.#rows.get<ReleaseRow>(`SELECT ${releaseColumns} FROM releases r WHERE r.plugin = ? AND r.hash = ?`, plugin, hash);
    return row && toRelease(row);
  }

  get(plugin: PluginId, number: number): StoredRelease | undefined {
    const row = this.#rows.get<ReleaseRow>(`SELECT ${releaseColumns} FROM releases r WHERE r.plugin = ? AND r.number = ?`, plugin, number);
    return row && toRelease(row);
  }

  has(plugin: PluginId, number: number): boolean {
    return this.#rows.get('SELECT 1 FROM releases WHERE plugin = ? AND number = ?', plugin, number) !== undefined;
  }

  /** The newest first. */
  list(plugin: PluginId): StoredRelease[] {
    return this.#rows
      .all<ReleaseRow>(`SELECT ${releaseColumns} FROM releases r WHERE r.plugin = ? ORDER BY r.number DESC LIMIT 1000`, plugin)
      .map(toRelease);
  }

  add({ release, files, bundle, interfaces, typeErrors, actor, message, timings, diagnostics, gates }: PublishInput): void {
    let sourceBytes = 0;
    for (const text of files.values()) sourceBytes += Buffer.byteLength(text);
    this.#rows.run(
      `INSERT INTO releases (plugin, number, hash, manifest, interfaces, type_errors, created_at, actor, message, source_bytes,
         bundle_bytes, timings, diagnostics, gates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[release.plugin, release.number, release.hash, JSON.stringify(release.manifest), JSON.stringify(interfaces)],
      ...[typeErrors ? 1 : 0, release.createdAt, actor, message, sourceBytes, Buffer.byteLength(bundle.code)],
      ...[JSON.stringify(timings), JSON.stringify(diagnostics), JSON.stringify(gates)],
    );
  }

  addContent({ release, files, bundle }: PublishInput): void {
    // Files as pairs: an object would lose a file that is called `__proto__` in careless hands.
    this.#rows.run(
      'INSERT INTO contents (plugin, number, files, code, source_map, sites) VALUES (?, ?, ?, ?, ?, ?)',
      ...[release.plugin, release.number, JSON.stringify([...files]), bundle.code, bundle.sourceMap, JSON.stringify(bundle.sites)],
    );
  }

  /** @throws NboxError `no_such_release`, `release_dropped` */
  bundle(plugin: PluginId, number: number): Bundle {
    const row = this.#rows.get<{ code: string; source_map: string; sites: string }>(
      'SELECT code, source_map, sites FROM contents WHERE plugin = ? AND number = ?',
      ...[plugin, number],
    );
    if (row === undefined) throw this.#gone(plugin, number);
    return { code: row.code, sourceMap: row.source_map, sites: JSON.parse(row.sites) };
  }

  /** @throws NboxError `no_such_release`, `release_dropped` */
  source(plugin: PluginId, number: number): SourceFiles {
    const row = this.#rows.get<{ files: string }>('SELECT files FROM contents WHERE plugin = ? AND number = ?', plugin, number);
    if (row === undefined) throw this.#gone(plugin, number);
    return new Map(JSON.parse(row.files));
  }

  snapshot(plugin: PluginId, number: number): ReleaseSnapshot | undefined {
    const row = this.#rows.get<{ base: string; bytes: Uint8Array | null }>(
      'SELECT base, bytes FROM snapshots WHERE plugin = ? AND number = ?',
      ...[plugin, number],
    );
    return row && { base: row.base, bytes: row.bytes ?? undefined };
  }

  /** In place of the one that it has. Nothing happens where there is no such release. */
  putSnapshot(plugin: PluginId, number: number, { base, bytes }: ReleaseSnapshot): void {
    this.#rows.run(
      `INSERT INTO snapshots (plugin, number, base, bytes) SELECT plugin, number, ?, ? FROM releases WHERE plugin = ? AND number = ?
       ON CONFLICT DO UPDATE SET base = excluded.base, bytes = excluded.bytes`,
      ...[base, bytes ?? null, plugin, number],
    );
  }

  /** @returns of how many the content was dropped: not of what is live, was so lately, or is needed for a kept failure */
  dropOld(plugin: PluginId, { releases, since }: Retention): number {
    const old = `plugin = ?1 AND number <= (SELECT max(number) FROM releases WHERE plugin = ?1) - ?2
      AND number IN (SELECT number FROM releases WHERE plugin = ?1 AND created_at < ?3)
      AND number NOT IN (SELECT release FROM capsules WHERE plugin = ?1)
      AND number NOT IN (SELECT release FROM deployments WHERE plugin = ?1 AND (created_at >= ?3 OR number = ${live}))
      AND number NOT IN (SELECT second FROM deployments WHERE plugin = ?1 AND second IS NOT NULL AND (created_at >= ?3 OR number = ${live}))`;
    this.#rows.run(`DELETE FROM snapshots WHERE ${old}`, plugin, releases, since);
    return Number(this.#rows.run(`DELETE FROM contents WHERE ${old}`, plugin, releases, since).changes);
  }

  remove(plugin: PluginId): void {
    this.#rows.run('DELETE FROM releases WHERE plugin = ?', plugin);
  }

  #gone(plugin: PluginId, number: number): NboxError {
    if (!this.has(plugin, number)) return new NboxError('no_such_release', `There is no release ${number} of ${plugin}`);
    return new NboxError('release_dropped', `The content of release ${number} of ${plugin} was dropped, since it is old`);
  }
}
