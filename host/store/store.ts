/** The contract of the store: what outlives the host. Releases and deployments are rows; a change is one transaction. */

import type { Diagnostic } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { StoredToken } from '../access/access-token.ts';
import type { AuditEnd, AuditEnds, AuditEntry, AuditQuery, AuditRow } from '../access/audit-row.ts';
import type { StoredSession } from '../access/stored-session.ts';
import type { Budget, BudgetTerms } from '../budgets/budget.ts';
import type { UsedUntil } from '../budgets/budget-counter.ts';
import type { InterfaceUse } from '../hygiene/interface-use.ts';
import type { Bundle, GateReports, Release, ReleaseSnapshot } from '../release/release.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { ExportSelection, StoreRow } from './store-row.ts';

/** A release as the store lists it: light, without source and code. */
export interface StoredRelease {
  readonly release: Release;
  /** The interfaces that the probe found: `fetch`, `queue`, `rpc:Name.method`. */
  readonly interfaces: readonly string[];
  /** Whether it was published in spite of type errors. */
  readonly typeErrors: boolean;
  /** Who pushed it first. */
  readonly actor: string;
  /** Why, in that one's words; empty where there are none. */
  readonly message: string;
  /** 0 where an earlier nbox stored it. */
  readonly sourceBytes: number;
  readonly bundleBytes: number;
  /** Of the steps of its push, in ms. */
  readonly timings: Readonly<Record<string, number>>;
  /** Warnings of its build. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the gates that it passed have found. */
  readonly gates: GateReports;
  /** Whether its source and code are there still. */
  readonly kept: boolean;
}

/** Of each plugin. */
export const mostCapsules = 50;

/** Which releases stay whole: of the others their row in the history does. */
export interface Retention {
  /** So many, the newest. */
  readonly releases: number;
  /** And all that were published or deployed since, in milliseconds since the epoch. */
  readonly since: number;
}

/** A release's part of its plugin's calls. */
export interface Share {
  readonly number: number;
  /** 0 to 100 in hundredths; those of a deployment add up to 100. */
  readonly percentage: number;
}

/** What a deployment was made by. */
export type Cause = 'push' | 'deploy' | 'rollback' | 'rollout';

/** A plugin's routing table at one time. `number` counts from 1 in each plugin. */
export interface Deployment {
  readonly number: number;
  /** One or two, the one with the greater part first. */
  readonly releases: readonly Share[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly actor: string;
  readonly cause: Cause;
  /** Why, in the actor's words; empty where there are none. */
  readonly message: string;
  /** The deployment that was live before; `undefined` for a plugin's first, and its first after it was removed. */
  readonly replaced: number | undefined;
}

/** What a plugin serves: the release that has the greater part of its calls, and beside it the other one, where there are two. */
export interface LivePlugin extends StoredRelease {
  readonly deployment: Deployment;
  readonly second: StoredRelease | undefined;
}

/** A deployment that was made, or a plugin that was removed. */
export interface Change {
  /** Goes up with every change of the store. */
  readonly number: number;
  readonly plugin: PluginId;
  /** `undefined`: the plugin was removed. */
  readonly deployment: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A change with what it has made: for people who look back. */
export interface PastChange {
  readonly number: number;
  readonly plugin: PluginId;
  readonly at: number;
  readonly isRemoval: boolean;
  /** `undefined` of a removal, and where the plugin was removed since. */
  readonly deployment: Deployment | undefined;
}

export interface PublishInput {
  /** Its number is what `nextNumber` gave, or that of the release which has the hash already. */
  readonly release: Release;
  readonly files: SourceFiles;
  readonly bundle: Bundle;
  readonly snapshot: ReleaseSnapshot | undefined;
  readonly interfaces: readonly string[];
  readonly typeErrors: boolean;
  readonly actor: string;
  readonly message: string;
  readonly timings: Readonly<Record<string, number>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly gates: GateReports;
  /** The table with which it goes live; empty where it does not, and is only stored. */
  readonly shares: readonly Share[];
  /** The deployment that must be live, by its number; 0: none may be; `undefined`: whatever is. */
  readonly expected: number | undefined;
  /** When the deployment was made, in milliseconds since the epoch. */
  readonly deployedAt: number;
  /** Kept with it for a day. */
  readonly once?: Once | undefined;
}

/** What tells a request that is sent again from another one. */
export interface Once {
  /** The sender's, unique among the requests of that one. */
  readonly key: string;
  /** Of all that the request asks for: another request under the key is a mistake. */
  readonly fingerprint: string;
}

/** What a request under a key has done. */
export interface Done {
  readonly fingerprint: string;
  readonly release: number;
  readonly deployment: number;
}

export interface PublishOutcome {
  /** The stored one where its content was there already. */
  readonly release: Release;
  /** `undefined` where it did not go live. */
  readonly deployment: number | undefined;
  /** Whether a release was added. */
  readonly created: boolean;
}

/** A deployment of releases that are there. */
export interface DeployInput {
  readonly plugin: PluginId;
  readonly shares: readonly Share[];
  readonly cause: Cause;
  readonly actor: string;
  readonly message: string;
  /** As `PublishInput` has it. */
  readonly expected: number | undefined;
  readonly deployedAt: number;
  /** What it becomes by this: stored with the deployment's number, both or neither. */
  readonly rollout?: Rollout | undefined;
}

/** A call that failed and that somebody has kept, as it is listed. Its release stays whole for as long. */
export interface KeptCapsule {
  readonly plugin: PluginId;
  readonly id: string;
  readonly release: number;
  /** When it was kept, in milliseconds since the epoch. */
  readonly keptAt: number;
  readonly actor: string;
  readonly message: string;
  /** What lists show of it: JSON. */
  readonly summary: string;
}

export interface BudgetInput extends BudgetTerms {
  readonly scope: string;
  readonly actor: string;
  readonly message: string;
  /** The version that the scope's budget must have; 0: it may have none; `undefined`: whatever it has. */
  readonly expected: number | undefined;
  readonly setAt: number;
}

/** What one host has counted for a budget. */
export interface BudgetCounts {
  readonly scope: string;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
  readonly history: readonly UsedUntil[];
}

export interface TokenUse {
  readonly id: string;
  readonly usedAt: number;
}

export interface SessionUse {
  readonly id: string;
  readonly seenAt: number;
}

/** Every method may throw NboxError `publish_failed` (writing) or `internal_error` (reading) when the disk or server fails. */
export interface Store {
  /** The number that the plugin's next release will have. Numbers are never given twice, not even after `remove`. */
  nextNumber(plugin: PluginId): Promise<number>;
  /** The release with this content, if the plugin ever had it. */
  findRelease(plugin: PluginId, hash: string): Promise<StoredRelease | undefined>;
  /**
   * Stores a release, unless its content is there, and deploys it; all or nothing.
   * @throws NboxError `publish_failed`, also where another host took the number first; `precondition_failed`; `no_such_release`
   */
  publish(input: PublishInput): Promise<PublishOutcome>;
  /** Several, all or nothing. @throws NboxError as `publish` */
  publishAll(inputs: readonly PublishInput[]): Promise<PublishOutcome[]>;
  /** What was published of the plugin under the key, at most a day ago. */
  done(key: string, plugin: PluginId): Promise<Done | undefined>;
  /**
   * @returns the deployment's number
   * @throws NboxError `no_such_plugin`, `no_such_release`, `precondition_failed`
   */
  deploy(input: DeployInput): Promise<number>;
  /** The number that the plugin's next rollout will have. Numbers are never given twice, not even after `remove`. */
  nextRolloutNumber(plugin: PluginId): Promise<number>;
  /** In place of the one with its number. @throws NboxError `no_such_plugin`; `rollout_under_way` where another of the plugin is, as `deploy` does */
  saveRollout(rollout: Rollout): Promise<void>;
  /** The newest first: the last 50, those under way among them. */
  rollouts(plugin: PluginId): Promise<Rollout[]>;
  /** Of all plugins, at most one of each. */
  rolloutsUnderWay(): Promise<Rollout[]>;
  /** Changes after that number, in their order, at most 1,000. For hosts that share a store: each follows what the others did. */
  changes(after: number): Promise<Change[]>;
  /** Of all plugins, the newest first. @param before changes with a lower number only @param most how many at most */
  history(before: number | undefined, most: number): Promise<PastChange[]>;
  release(plugin: PluginId, number: number): Promise<StoredRelease | undefined>;
  /** In order of ids. */
  live(): Promise<LivePlugin[]>;
  plugin(plugin: PluginId): Promise<LivePlugin | undefined>;
  /** The newest first, at most 1,000. Empty where there is no such plugin. */
  releases(plugin: PluginId): Promise<StoredRelease[]>;
  /** The newest first, at most 1,000. */
  deployments(plugin: PluginId): Promise<Deployment[]>;
  deployment(plugin: PluginId, number: number): Promise<Deployment | undefined>;
  /**
   * Drops source and code of the plugin's old releases. What is deployed stays, and what a capsule is of.
   * @returns of how many
   */
  dropOld(plugin: PluginId, retention: Retention): Promise<number>;
  /** @throws NboxError `no_such_release`, `release_dropped` */
  bundle(plugin: PluginId, number: number): Promise<Bundle>;
  /** What was stored last; a release has one for one base only. */
  snapshot(plugin: PluginId, number: number): Promise<ReleaseSnapshot | undefined>;
  /** In place of the one there is. Nothing happens where there is no such release. */
  saveSnapshot(plugin: PluginId, number: number, snapshot: ReleaseSnapshot): Promise<void>;
  /** @throws NboxError `no_such_release`, `release_dropped` */
  source(plugin: PluginId, number: number): Promise<SourceFiles>;
  /**
   * Keeps a failure; nothing happens where it is kept already.
   * @param content JSON
   * @throws NboxError `no_such_release`, `too_many_capsules`
   */
  keepCapsule(capsule: KeptCapsule, content: string): Promise<void>;
  /** The one kept last first. */
  capsules(plugin: PluginId): Promise<KeptCapsule[]>;
  /** Its content, as it was given. */
  capsule(plugin: PluginId, id: string): Promise<string | undefined>;
  /** @returns whether there was one */
  dropCapsule(plugin: PluginId, id: string): Promise<boolean>;
  /** Drops the plugin with its releases and deployments; what stays is a tombstone with its counters. @returns whether there was one. @throws NboxError `precondition_failed` */
  remove(plugin: PluginId, actor: string, removedAt: number, expected?: number): Promise<boolean>;
  /** In order of scopes. */
  budgets(): Promise<Budget[]>;
  /** In place of the one that the scope has. @throws NboxError `precondition_failed`, `too_many_budgets` */
  setBudget(input: BudgetInput): Promise<Budget>;
  /** And what was counted for it. @param expected as `BudgetInput` has it @throws NboxError `no_such_budget`, `precondition_failed` */
  removeBudget(scope: string, expected: number | undefined): Promise<void>;
  /** Of every budget for which something was saved. */
  budgetCounts(): Promise<BudgetCounts[]>;
  /** In place of what was saved for these before. Nothing happens for scopes without a budget. */
  saveBudgetCounts(all: readonly BudgetCounts[]): Promise<void>;
  /** In order of plugins and interfaces. */
  interfaceUses(): Promise<InterfaceUse[]>;
  /** In place of what was saved for these interfaces before. Nothing happens for plugins that are not live. `remove` drops a plugin's. */
  saveInterfaceUses(uses: readonly InterfaceUse[]): Promise<void>;
  dropInterfaceUses(uses: readonly Pick<InterfaceUse, 'plugin' | 'interface'>[]): Promise<void>;
  /** SHA-256 in hex. */
  adminTokenHash(): Promise<string | undefined>;
  setAdminTokenHash(hash: string): Promise<void>;
  /** In order of names. */
  tokens(): Promise<StoredToken[]>;
  /** @throws NboxError `token_exists` where its name is another's; `too_many_tokens` where there are `most` */
  addToken(token: StoredToken, most: number): Promise<void>;
  /** And its sessions. Nothing happens where there is none. */
  removeToken(id: string): Promise<void>;
  /** When they were last used, in milliseconds since the epoch. Nothing happens for those that are gone. */
  saveTokenUses(uses: readonly TokenUse[]): Promise<void>;
  /** The oldest first. */
  sessions(): Promise<StoredSession[]>;
  addSession(session: StoredSession): Promise<void>;
  /** Nothing happens for those that are gone, as with their uses. */
  removeSessions(ids: readonly string[]): Promise<void>;
  saveSessionUses(uses: readonly SessionUse[]): Promise<void>;
  /** All or nothing, with the next numbers. @returns the end of the chain */
  appendAudit(entries: readonly AuditEntry[]): Promise<AuditEnd>;
  /** The newest first, unless `after` asks for the oldest. */
  audit(query: AuditQuery): Promise<AuditRow[]>;
  auditEnds(): Promise<AuditEnds>;
  /** Those from before then, as far as no younger one stands before them. @returns how many */
  dropAudit(before: number): Promise<number>;
  /**
   * The rows as they are when the first is read, whatever is written meanwhile. Whoever has begun to read them reads to the
   * end or ends the generator, since the store has to keep what they were.
   * @throws NboxError `no_such_plugin` with the first row
   */
  export(selection: ExportSelection): AsyncGenerator<StoreRow, void, void>;
  /**
   * Into a store that never had a plugin; all or nothing. Numbers go on where they were. Nobody else uses the store meanwhile.
   * @param rows in the order and of the form that `export` gives; what they throw is thrown
   * @throws NboxError `store_not_empty`, `import_failed`
   */
  import(rows: AsyncIterable<StoreRow>): Promise<void>;
  /** Ends the store. It must not be used afterwards. */
  close(): Promise<void>;
}
