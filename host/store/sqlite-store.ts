/** The store in a data directory: one SQLite file, one host, every acknowledged change on the disk. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { StoredToken } from '../access/access-token.ts';
import type { AuditEnd, AuditEnds, AuditEntry, AuditQuery, AuditRow } from '../access/audit-row.ts';
import type { StoredSession } from '../access/stored-session.ts';
import type { Budget } from '../budgets/budget.ts';
import { ConfigError } from '../config/config.ts';
import type { InterfaceUse } from '../hygiene/interface-use.ts';
import type { Bundle, ReleaseSnapshot } from '../release/release.ts';
import { deployedAs, isUnderWay, type Rollout } from '../rollout/rollout.ts';
import { lockDataDirectory } from './data-directory.ts';
import { checkExpected } from './expected.ts';
import { OpenedFile } from './opened-file.ts';
import { Prepared } from './prepared.ts';
import { migrate } from './schema.ts';
import { SqliteAudit } from './sqlite-audit.ts';
import { SqliteBudgets } from './sqlite-budgets.ts';
import { SqliteCapsules } from './sqlite-capsules.ts';
import { exportDatabase } from './sqlite-export.ts';
import { SqliteHistory } from './sqlite-history.ts';
import { importDatabase } from './sqlite-import.ts';
import { SqliteInterfaceUses } from './sqlite-interface-uses.ts';
import {
  type DeploymentRow,
  deploymentColumns,
  liveRows,
  type ReleaseRow,
  releaseColumns,
  toDeployment,
  toRelease,
} from './sqlite-release-rows.ts';
import { SqliteRollouts } from './sqlite-rollouts.ts';
import { SqliteSessions } from './sqlite-sessions.ts';
import type { Rows } from './sqlite-statements.ts';
import { SqliteTokens } from './sqlite-tokens.ts';
import type {
  BudgetCounts,
  BudgetInput,
  Change,
  DeployInput,
  Deployment,
  Done,
  KeptCapsule,
  LivePlugin,
  Once,
  PastChange,
  PublishInput,
  PublishOutcome,
  Retention,
  SessionUse,
  Store,
  StoredRelease,
  TokenUse,
} from './store.ts';
import { storeError } from './store-error.ts';
import type { ExportSelection, StoreRow } from './store-row.ts';

interface Counters {
  readonly next_release: number;
  readonly next_deployment: number;
  readonly live_deployment: number | null;
}

/** Of the plugin that is the statement's first value. */
const live = '(SELECT live_deployment FROM plugins WHERE id = ?1)';

/** How long it is known what was done under a key. */
const keptOnceMs = 24 * 3_600_000;

/** Its methods are async by contract only: each runs to its end at once, so that no two of them interleave. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #lock: Disposable;
  readonly #file: OpenedFile;
  readonly #prepared: Prepared;
  /** Connections of the exports that run. */
  readonly #exports = new Set<DatabaseSync>();
  readonly #rows: Rows = {
    run: (sql, ...values) => this.#run(sql, ...values),
    all: (sql, ...values) => this.#all(sql, ...values),
  };
  readonly #rollouts = new SqliteRollouts(this.#rows);
  readonly #capsules = new SqliteCapsules(this.#rows);
  readonly #budgets = new SqliteBudgets(this.#rows);
  readonly #uses = new SqliteInterfaceUses(this.#rows);
  readonly #history = new SqliteHistory(this.#rows);
  readonly #tokens = new SqliteTokens(this.#rows);
  readonly #sessions = new SqliteSessions(this.#rows);
  readonly #audit = new SqliteAudit(this.#rows);

  /** @throws ConfigError where the directory is locked, unusable, or written by a newer nbox */
  constructor(directory: string) {
    this.#lock = lockDataDirectory(directory);
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(join(directory, 'nbox.db'), { enableForeignKeyConstraints: true, timeout: 5_000 });
      // FULL: what a push was told is live must be live after a power cut.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      migrate(db, directory);
      this.#db = db;
      this.#prepared = new Prepared(db);
      this.#file = new OpenedFile(join(directory, 'nbox.db'));
    } catch (error) {
      db?.close();
      this.#lock[Symbol.dispose]();
      if (error instanceof ConfigError) throw error;
      throw new ConfigError([`--data: ${JSON.stringify(directory)}: the store cannot be opened: ${(error as Error).message}`]);
    }
  }

  async nextNumber(plugin: PluginId): Promise<number> {
    const row = this.#get<{ next_release: number }>('SELECT next_release FROM plugins WHERE id = ?', plugin);
    return row?.next_release ?? 1;
  }

  async findRelease(plugin: PluginId, hash: string): Promise<StoredRelease | undefined> {
    return this.#releaseOf(plugin, hash);
  }

  #releaseOf(plugin: PluginId, hash: string): StoredRelease | undefined {
    const row = this.#get<ReleaseRow>(`SELECT ${releaseColumns} FROM releases r WHERE r.plugin = ? AND r.hash = ?`, plugin, hash);
    return row && toRelease(row);
  }

  async publish(input: PublishInput): Promise<PublishOutcome> {
    return this.#write('The release could not be stored', () => this.#publish(input));
  }

  async publishAll(inputs: readonly PublishInput[]): Promise<PublishOutcome[]> {
    return this.#write('The releases could not be stored', () => inputs.map((input) => this.#publish(input)));
  }

  #publish(input: PublishInput): PublishOutcome {
    const { plugin, hash } = input.release;
    this.#run('INSERT INTO plugins (id) VALUES (?) ON CONFLICT DO NOTHING', plugin);
    const counters = this.#counters(plugin);
    if (counters === undefined) throw new NboxError('internal_error', 'a row that was just written is not there');
    checkExpected(counters.live_deployment ?? 0, input.expected);
    const existing = this.#releaseOf(plugin, hash);
    const release = existing?.release ?? input.release;
    if (release.number !== input.release.number || (existing === undefined && release.number !== counters.next_release)) {
      throw new NboxError(
        'publish_failed',
        `Release ${input.release.number} of ${plugin} was published by someone else in the meantime; push again`,
      );
    }
    if (existing === undefined) this.#insertRelease(input);
    // It was published before, and its content was dropped since.
    if (existing?.kept !== true) this.#insertContent(input);
    if (input.snapshot !== undefined) this.#putSnapshot(plugin, release.number, input.snapshot);
    this.#run('UPDATE plugins SET next_release = max(next_release, ?) WHERE id = ?', release.number + 1, plugin);
    const deployment = input.shares.length === 0 ? undefined : this.#deploy({ ...input, plugin, cause: 'push' }, counters);
    if (input.once !== undefined && deployment !== undefined) this.#keepOnce(input, input.once, deployment);
    return { release, deployment, created: existing === undefined };
  }

  #keepOnce({ release, deployedAt }: PublishInput, { key, fingerprint }: Once, deployment: number): void {
    this.#run('DELETE FROM idempotency WHERE at < ?', deployedAt - keptOnceMs);
    this.#run(
      'INSERT OR REPLACE INTO idempotency (key, plugin, fingerprint, release, deployment, at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[key, release.plugin, fingerprint, release.number, deployment, deployedAt],
    );
  }

  async done(key: string, plugin: PluginId): Promise<Done | undefined> {
    const row = this.#get<Done>('SELECT fingerprint, release, deployment FROM idempotency WHERE key = ? AND plugin = ?', key, plugin);
    return row && Object.freeze({ ...row });
  }

  async deploy(input: DeployInput): Promise<number> {
    return this.#write('The deployment could not be stored', () => {
      const counters = this.#counters(input.plugin);
      if (counters === undefined) throw new NboxError('no_such_plugin', `There is no plugin ${input.plugin}`);
      checkExpected(counters.live_deployment ?? 0, input.expected);
      const deployment = this.#deploy(input, counters);
      if (input.rollout !== undefined) this.#saveRollout(deployedAs(input.rollout, deployment));
      return deployment;
    });
  }

  async nextRolloutNumber(plugin: PluginId): Promise<number> {
    return this.#rollouts.nextNumber(plugin);
  }

  async saveRollout(rollout: Rollout): Promise<void> {
    this.#write('The rollout could not be stored', () => {
      if (this.#counters(rollout.plugin)?.live_deployment == null)
        throw new NboxError('no_such_plugin', `There is no plugin ${rollout.plugin}`);
      this.#saveRollout(rollout);
    });
  }

  #saveRollout(rollout: Rollout): void {
    const other =
      isUnderWay(rollout) && this.#rollouts.list(rollout.plugin).find((one) => isUnderWay(one) && one.number !== rollout.number);
    if (other) throw new NboxError('rollout_under_way', `Rollout ${other.number} of ${rollout.plugin} is under way`);
    this.#rollouts.save(rollout);
  }

  async rollouts(plugin: PluginId): Promise<Rollout[]> {
    return this.#rollouts.list(plugin);
  }

  async rolloutsUnderWay(): Promise<Rollout[]> {
    return this.#rollouts.underWay();
  }

  #counters(plugin: PluginId): Counters | undefined {
    return this.#get<Counters>('SELECT next_release, next_deployment, live_deployment FROM plugins WHERE id = ?', plugin);
  }

  #deploy({ plugin, shares, cause, actor, message, deployedAt }: DeployInput, counters: Counters): number {
    for (const { number } of shares) {
      if (this.#get('SELECT 1 FROM releases WHERE plugin = ? AND number = ?', plugin, number) === undefined) {
        throw new NboxError('no_such_release', `There is no release ${number} of ${plugin}`);
      }
    }
    const ordered = [...shares].sort((a, b) => b.percentage - a.percentage);
    const [first, second] = ordered;
    const number = counters.next_deployment;
    this.#run(
      `INSERT INTO deployments (plugin, number, releases, release, second, created_at, actor, cause, message, replaced)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[plugin, number, JSON.stringify(ordered), first?.number ?? null, second?.number ?? null, deployedAt],
      ...[actor, cause, message, counters.live_deployment],
    );
    this.#run(
      'UPDATE plugins SET next_deployment = ?, live_deployment = ?, removed_at = NULL, removed_by = NULL WHERE id = ?',
      ...[number + 1, number, plugin],
    );
    this.#note(plugin, number, deployedAt);
    return number;
  }

  #note(plugin: PluginId, deployment: number | null, at: number): void {
    this.#run('INSERT INTO changes (plugin, deployment, at) VALUES (?, ?, ?)', plugin, deployment, at);
  }

  async changes(after: number): Promise<Change[]> {
    const rows = this.#all<{ number: number; plugin: PluginId; deployment: number | null; at: number }>(
      'SELECT number, plugin, deployment, at FROM changes WHERE number > ? ORDER BY number LIMIT 1000',
      after,
    );
    return rows.map((row) => Object.freeze({ ...row, deployment: row.deployment ?? undefined }));
  }

  async history(before: number | undefined, most: number): Promise<PastChange[]> {
    return this.#history.list(before, most);
  }

  #insertRelease({ release, files, bundle, interfaces, typeErrors, actor, message, timings, diagnostics, gates }: PublishInput): void {
    let sourceBytes = 0;
    for (const text of files.values()) sourceBytes += Buffer.byteLength(text);
    this.#run(
      `INSERT INTO releases (plugin, number, hash, manifest, interfaces, type_errors, created_at, actor, message, source_bytes,
         bundle_bytes, timings, diagnostics, gates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[release.plugin, release.number, release.hash, JSON.stringify(release.manifest), JSON.stringify(interfaces)],
      ...[typeErrors ? 1 : 0, release.createdAt, actor, message, sourceBytes, Buffer.byteLength(bundle.code)],
      ...[JSON.stringify(timings), JSON.stringify(diagnostics), JSON.stringify(gates)],
    );
  }

  #insertContent({ release, files, bundle }: PublishInput): void {
    // Files as pairs: an object would lose a file that is called `__proto__` in careless hands.
    this.#run(
      'INSERT INTO contents (plugin, number, files, code, source_map, sites) VALUES (?, ?, ?, ?, ?, ?)',
      ...[release.plugin, release.number, JSON.stringify([...files]), bundle.code, bundle.sourceMap, JSON.stringify(bundle.sites)],
    );
  }

  async live(): Promise<LivePlugin[]> {
    return this.#all<ReleaseRow & DeploymentRow>(`${liveRows} ORDER BY p.id`).map((row) => this.#livePlugin(row));
  }

  async plugin(plugin: PluginId): Promise<LivePlugin | undefined> {
    const row = this.#get<ReleaseRow & DeploymentRow>(`${liveRows} WHERE p.id = ?`, plugin);
    return row && this.#livePlugin(row);
  }

  #livePlugin(row: ReleaseRow & DeploymentRow): LivePlugin {
    const second = row.second === null ? undefined : this.#release(row.plugin, row.second);
    return Object.freeze({ ...toRelease(row), deployment: toDeployment(row), second });
  }

  async release(plugin: PluginId, number: number): Promise<StoredRelease | undefined> {
    return this.#release(plugin, number);
  }

  #release(plugin: PluginId, number: number): StoredRelease | undefined {
    const row = this.#get<ReleaseRow>(`SELECT ${releaseColumns} FROM releases r WHERE r.plugin = ? AND r.number = ?`, plugin, number);
    return row && toRelease(row);
  }

  async releases(plugin: PluginId): Promise<StoredRelease[]> {
    return this.#all<ReleaseRow>(
      `SELECT ${releaseColumns} FROM releases r WHERE r.plugin = ? ORDER BY r.number DESC LIMIT 1000`,
      plugin,
    ).map(toRelease);
  }

  async deployments(plugin: PluginId): Promise<Deployment[]> {
    return this.#all<DeploymentRow>(
      `SELECT ${deploymentColumns} FROM deployments d WHERE d.plugin = ? ORDER BY d.number DESC LIMIT 1000`,
      plugin,
    ).map(toDeployment);
  }

  async deployment(plugin: PluginId, number: number): Promise<Deployment | undefined> {
    const row = this.#get<DeploymentRow>(
      `SELECT ${deploymentColumns} FROM deployments d WHERE d.plugin = ? AND d.number = ?`,
      ...[plugin, number],
    );
    return row && toDeployment(row);
  }

  async bundle(plugin: PluginId, number: number): Promise<Bundle> {
    const row = this.#get<{ code: string; source_map: string; sites: string }>(
      'SELECT code, source_map, sites FROM contents WHERE plugin = ? AND number = ?',
      ...[plugin, number],
    );
    if (row === undefined) throw this.#gone(plugin, number);
    return { code: row.code, sourceMap: row.source_map, sites: JSON.parse(row.sites) };
  }

  async snapshot(plugin: PluginId, number: number): Promise<ReleaseSnapshot | undefined> {
    const row = this.#get<{ base: string; bytes: Uint8Array | null }>(
      'SELECT base, bytes FROM snapshots WHERE plugin = ? AND number = ?',
      ...[plugin, number],
    );
    return row && { base: row.base, bytes: row.bytes ?? undefined };
  }

  async saveSnapshot(plugin: PluginId, number: number, snapshot: ReleaseSnapshot): Promise<void> {
    this.#write('The snapshot could not be stored', () => this.#putSnapshot(plugin, number, snapshot));
  }

  #putSnapshot(plugin: PluginId, number: number, { base, bytes }: ReleaseSnapshot): void {
    this.#run(
      `INSERT INTO snapshots (plugin, number, base, bytes) SELECT plugin, number, ?, ? FROM releases WHERE plugin = ? AND number = ?
       ON CONFLICT DO UPDATE SET base = excluded.base, bytes = excluded.bytes`,
      ...[base, bytes ?? null, plugin, number],
    );
  }

  async source(plugin: PluginId, number: number): Promise<SourceFiles> {
    const row = this.#get<{ files: string }>('SELECT files FROM contents WHERE plugin = ? AND number = ?', plugin, number);
    if (row === undefined) throw this.#gone(plugin, number);
    return new Map(JSON.parse(row.files));
  }

  #gone(plugin: PluginId, number: number): NboxError {
    if (this.#release(plugin, number) === undefined) return new NboxError('no_such_release', `There is no release ${number} of ${plugin}`);
    return new NboxError('release_dropped', `The content of release ${number} of ${plugin} was dropped, since it is old`);
  }

  async dropOld(plugin: PluginId, { releases, since }: Retention): Promise<number> {
    return this.#write('Old releases could not be dropped', () => {
      const old = `plugin = ?1 AND number <= (SELECT max(number) FROM releases WHERE plugin = ?1) - ?2
        AND number IN (SELECT number FROM releases WHERE plugin = ?1 AND created_at < ?3)
        AND number NOT IN (SELECT release FROM capsules WHERE plugin = ?1)
        AND number NOT IN (SELECT release FROM deployments WHERE plugin = ?1 AND (created_at >= ?3 OR number = ${live}))
        AND number NOT IN (SELECT second FROM deployments WHERE plugin = ?1 AND second IS NOT NULL AND (created_at >= ?3 OR number = ${live}))`;
      this.#run(`DELETE FROM snapshots WHERE ${old}`, plugin, releases, since);
      return Number(this.#run(`DELETE FROM contents WHERE ${old}`, plugin, releases, since).changes);
    });
  }

  async keepCapsule(capsule: KeptCapsule, content: string): Promise<void> {
    this.#write('The failure could not be kept', () => {
      if (this.#release(capsule.plugin, capsule.release) === undefined) {
        throw new NboxError('no_such_release', `There is no release ${capsule.release} of ${capsule.plugin}`);
      }
      this.#capsules.keep(capsule, content);
    });
  }

  async capsules(plugin: PluginId): Promise<KeptCapsule[]> {
    return this.#capsules.list(plugin);
  }

  async capsule(plugin: PluginId, id: string): Promise<string | undefined> {
    return this.#capsules.content(plugin, id);
  }

  async dropCapsule(plugin: PluginId, id: string): Promise<boolean> {
    return this.#write('The failure could not be dropped', () => this.#capsules.drop(plugin, id));
  }

  async remove(plugin: PluginId, actor: string, removedAt: number, expected?: number): Promise<boolean> {
    return this.#write('The plugin could not be removed', () => {
      const counters = this.#counters(plugin);
      if (counters?.live_deployment != null) checkExpected(counters.live_deployment, expected);
      const { changes } = this.#run(
        'UPDATE plugins SET live_deployment = NULL, removed_at = ?, removed_by = ? WHERE id = ? AND live_deployment IS NOT NULL',
        ...[removedAt, actor, plugin],
      );
      if (changes === 0) return false;
      this.#run('DELETE FROM deployments WHERE plugin = ?', plugin);
      this.#run('DELETE FROM releases WHERE plugin = ?', plugin);
      this.#run('DELETE FROM idempotency WHERE plugin = ?', plugin);
      this.#rollouts.remove(plugin);
      this.#uses.remove(plugin);
      this.#note(plugin, null, removedAt);
      return true;
    });
  }

  async budgets(): Promise<Budget[]> {
    return this.#budgets.list();
  }

  async setBudget(input: BudgetInput): Promise<Budget> {
    return this.#write('The budget could not be stored', () => this.#budgets.set(input));
  }

  async removeBudget(scope: string, expected: number | undefined): Promise<void> {
    this.#write('The budget could not be removed', () => this.#budgets.remove(scope, expected));
  }

  async budgetCounts(): Promise<BudgetCounts[]> {
    return this.#budgets.counts();
  }

  async saveBudgetCounts(all: readonly BudgetCounts[]): Promise<void> {
    this.#write('What was counted for budgets could not be stored', () => this.#budgets.saveCounts(all));
  }

  async interfaceUses(): Promise<InterfaceUse[]> {
    return this.#uses.list();
  }

  async saveInterfaceUses(uses: readonly InterfaceUse[]): Promise<void> {
    this.#write('When interfaces were used could not be stored', () => this.#uses.save(uses));
  }

  async dropInterfaceUses(uses: readonly Pick<InterfaceUse, 'plugin' | 'interface'>[]): Promise<void> {
    this.#write('Uses of interfaces could not be dropped', () => this.#uses.drop(uses));
  }

  async adminTokenHash(): Promise<string | undefined> {
    return this.#get<{ value: string }>("SELECT value FROM settings WHERE name = 'admin_token_hash'")?.value;
  }

  async setAdminTokenHash(hash: string): Promise<void> {
    this.#write('The token could not be stored', () =>
      this.#run("INSERT INTO settings (name, value) VALUES ('admin_token_hash', ?) ON CONFLICT DO UPDATE SET value = excluded.value", hash),
    );
  }

  async tokens(): Promise<StoredToken[]> {
    return this.#tokens.list();
  }

  async addToken(token: StoredToken, most: number): Promise<void> {
    this.#write('The token could not be stored', () => this.#tokens.add(token, most));
  }

  async removeToken(id: string): Promise<void> {
    this.#write('The token could not be removed', () => this.#tokens.remove(id));
  }

  async saveTokenUses(uses: readonly TokenUse[]): Promise<void> {
    this.#write('When tokens were used could not be stored', () => this.#tokens.saveUses(uses));
  }

  async sessions(): Promise<StoredSession[]> {
    return this.#sessions.list();
  }

  async addSession(session: StoredSession): Promise<void> {
    this.#write('The session could not be stored', () => this.#sessions.add(session));
  }

  async removeSessions(ids: readonly string[]): Promise<void> {
    this.#write('Sessions could not be removed', () => this.#sessions.remove(ids));
  }

  async saveSessionUses(uses: readonly SessionUse[]): Promise<void> {
    this.#write('When sessions were used could not be stored', () => this.#sessions.saveUses(uses));
  }

  async appendAudit(entries: readonly AuditEntry[]): Promise<AuditEnd> {
    return this.#write('The audit could not be written', () => this.#audit.append(entries));
  }

  async audit(query: AuditQuery): Promise<AuditRow[]> {
    return this.#audit.rows(query);
  }

  async auditEnds(): Promise<AuditEnds> {
    return this.#audit.ends();
  }

  async dropAudit(before: number): Promise<number> {
    return this.#write('Old rows of the audit could not be dropped', () => this.#audit.drop(before));
  }

  export(selection: ExportSelection): AsyncGenerator<StoreRow, void, void> {
    return exportDatabase(this.#file.path, selection, this.#exports);
  }

  import(rows: AsyncIterable<StoreRow>): Promise<void> {
    return importDatabase(this.#file.path, rows);
  }

  async close(): Promise<void> {
    for (const db of this.#exports) db.close();
    // The lock last: another host may come in only when nothing is open any more.
    try {
      this.#db.close();
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }

  /** One transaction. What fails in it leaves nothing. */
  #write<T>(what: string, work: () => T): T {
    try {
      this.#file.check();
      this.#db.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollback();
      throw storeError(error, 'publish_failed', what);
    }
  }

  /** Some failures (a full disk) have rolled back already. Where this fails, too, the next change fails, and tries it again. */
  #rollback(): void {
    try {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // What is told is why there is something to roll back.
    }
  }

  #run(sql: string, ...values: (string | number | Uint8Array | null)[]) {
    return this.#prepared.get(sql).run(...values);
  }

  #get<Row>(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#read(() => this.#prepared.get(sql).get(...values) as Row | undefined);
  }

  #all<Row>(sql: string, ...values: (string | number)[]): Row[] {
    return this.#read(() => this.#prepared.get(sql).all(...values) as Row[]);
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeError(error, 'internal_error', 'The store could not be read');
    }
  }
}
