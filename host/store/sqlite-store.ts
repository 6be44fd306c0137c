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
import { SqliteDeployments } from './sqlite-deployments.ts';
import { exportDatabase } from './sqlite-export.ts';
import { SqliteHistory } from './sqlite-history.ts';
import { SqliteIdempotency } from './sqlite-idempotency.ts';
import { importDatabase } from './sqlite-import.ts';
import { SqliteInterfaceUses } from './sqlite-interface-uses.ts';
import { SqliteReleases } from './sqlite-releases.ts';
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

/** Its methods are async by contract only: each runs to its end at once, so that no two of them interleave. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #lock: Disposable;
  readonly #file: OpenedFile;
  readonly #prepared: Prepared;
  /** Connections of the exports that run. */
  readonly #exports = new Set<DatabaseSync>();
  readonly #rows: Rows = {
    run: (sql, ...values) => this.#prepared.get(sql).run(...values),
    get: <Row>(sql: string, ...values: (string | number)[]) => read(() => this.#prepared.get(sql).get(...values) as Row | undefined),
    all: <Row>(sql: string, ...values: (string | number)[]) => read(() => this.#prepared.get(sql).all(...values) as Row[]),
  };
  readonly #releases = new SqliteReleases(this.#rows);
  readonly #deployments = new SqliteDeployments(this.#rows, this.#releases);
  readonly #idempotency = new SqliteIdempotency(this.#rows);
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
    return this.#deployments.counters(plugin)?.next_release ?? 1;
  }

  async findRelease(plugin: PluginId, hash: string): Promise<StoredRelease | undefined> {
    return this.#releases.find(plugin, hash);
  }

  async publish(input: PublishInput): Promise<PublishOutcome> {
    return this.#write('The release could not be stored', () => this.#publish(input));
  }

  async publishAll(inputs: readonly PublishInput[]): Promise<PublishOutcome[]> {
    return this.#write('The releases could not be stored', () => inputs.map((input) => this.#publish(input)));
  }

  #publish(input: PublishInput): PublishOutcome {
    const { plugin, hash } = input.release;
    const counters = this.#deployments.ensured(plugin);
    checkExpected(counters.live_deployment ?? 0, input.expected);
    const existing = this.#releases.find(plugin, hash);
    const release = existing?.release ?? input.release;
    if (release.number !== input.release.number || (existing === undefined && release.number !== counters.next_release)) {
      throw new NboxError(
        'publish_failed',
        `Release ${input.release.number} of ${plugin} was published by someone else in the meantime; push again`,
      );
    }
    if (existing === undefined) this.#releases.add(input);
    // It was published before, and its content was dropped since.
    if (existing?.kept !== true) this.#releases.addContent(input);
    if (input.snapshot !== undefined) this.#releases.putSnapshot(plugin, release.number, input.snapshot);
    this.#deployments.count(plugin, release.number);
    const deployment = input.shares.length === 0 ? undefined : this.#deployments.add({ ...input, plugin, cause: 'push' }, counters);
    if (input.once !== undefined && deployment !== undefined) this.#idempotency.keep(input, input.once, deployment);
    return { release, deployment, created: existing === undefined };
  }

  async done(key: string, plugin: PluginId): Promise<Done | undefined> {
    return this.#idempotency.done(key, plugin);
  }

  async deploy(input: DeployInput): Promise<number> {
    return this.#write('The deployment could not be stored', () => {
      const counters = this.#deployments.counters(input.plugin);
      if (counters === undefined) throw new NboxError('no_such_plugin', `There is no plugin ${input.plugin}`);
      checkExpected(counters.live_deployment ?? 0, input.expected);
      const deployment = this.#deployments.add(input, counters);
      if (input.rollout !== undefined) this.#saveRollout(deployedAs(input.rollout, deployment));
      return deployment;
    });
  }

  async nextRolloutNumber(plugin: PluginId): Promise<number> {
    return this.#rollouts.nextNumber(plugin);
  }

  async saveRollout(rollout: Rollout): Promise<void> {
    this.#write('The rollout could not be stored', () => {
      if (this.#deployments.counters(rollout.plugin)?.live_deployment == null)
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

  async changes(after: number): Promise<Change[]> {
    return this.#deployments.changes(after);
  }

  async history(before: number | undefined, most: number): Promise<PastChange[]> {
    return this.#history.list(before, most);
  }

  async live(): Promise<LivePlugin[]> {
    return this.#deployments.live();
  }

  async plugin(plugin: PluginId): Promise<LivePlugin | undefined> {
    return this.#deployments.plugin(plugin);
  }

  async release(plugin: PluginId, number: number): Promise<StoredRelease | undefined> {
    return this.#releases.get(plugin, number);
  }

  async releases(plugin: PluginId): Promise<StoredRelease[]> {
    return this.#releases.list(plugin);
  }

  async deployments(plugin: PluginId): Promise<Deployment[]> {
    return this.#deployments.list(plugin);
  }

  async deployment(plugin: PluginId, number: number): Promise<Deployment | undefined> {
    return this.#deployments.get(plugin, number);
  }

  async bundle(plugin: PluginId, number: number): Promise<Bundle> {
    return this.#releases.bundle(plugin, number);
  }

  async source(plugin: PluginId, number: number): Promise<SourceFiles> {
    return this.#releases.source(plugin, number);
  }

  async snapshot(plugin: PluginId, number: number): Promise<ReleaseSnapshot | undefined> {
    return this.#releases.snapshot(plugin, number);
  }

  async saveSnapshot(plugin: PluginId, number: number, snapshot: ReleaseSnapshot): Promise<void> {
    this.#write('The snapshot could not be stored', () => this.#releases.putSnapshot(plugin, number, snapshot));
  }

  async dropOld(plugin: PluginId, retention: Retention): Promise<number> {
    return this.#write('Old releases could not be dropped', () => this.#releases.dropOld(plugin, retention));
  }

  async keepCapsule(capsule: KeptCapsule, content: string): Promise<void> {
    this.#write('The failure could not be kept', () => {
      if (!this.#releases.has(capsule.plugin, capsule.release)) {
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
      if (!this.#deployments.remove(plugin, actor, removedAt, expected)) return false;
      this.#releases.remove(plugin);
      this.#idempotency.remove(plugin);
      this.#rollouts.remove(plugin);
      this.#uses.remove(plugin);
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
    return this.#rows.get<{ value: string }>("SELECT value FROM settings WHERE name = 'admin_token_hash'")?.value;
  }

  async setAdminTokenHash(hash: string): Promise<void> {
    this.#write('The token could not be stored', () =>
      this.#rows.run(
        "INSERT INTO settings (name, value) VALUES ('admin_token_hash', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        hash,
      ),
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
}

function read<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(error, 'internal_error', 'The store could not be read');
  }
}
