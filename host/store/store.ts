/** The contract of the store: what outlives the host. Releases and deployments are rows; a change is one transaction. */

import type { SourceFiles } from '../../loader/build.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { Bundle, Release, ReleaseSnapshot } from '../release/release.ts';

/** A release as the store lists it: light, without source and code. */
export interface StoredRelease {
  readonly release: Release;
  /** The interfaces that the probe found: `fetch`, `queue`, `rpc:Name.method`. */
  readonly interfaces: readonly string[];
  /** Whether it was published in spite of type errors. */
  readonly typeErrors: boolean;
  /** Who pushed it first. */
  readonly actor: string;
}

/** A plugin's routing table at one time. `number` counts from 1 in each plugin. */
export interface Deployment {
  readonly number: number;
  readonly releases: readonly { readonly number: number; readonly percentage: number }[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly actor: string;
  /** The deployment that was live before; `undefined` for a plugin's first, and its first after it was removed. */
  readonly replaced: number | undefined;
}

/** What a plugin serves. */
export interface LivePlugin extends StoredRelease {
  readonly deployment: Deployment;
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
  /** When the deployment was made, in milliseconds since the epoch. */
  readonly deployedAt: number;
}

export interface PublishOutcome {
  /** The one that is live now: the stored one where its content was there already. */
  readonly release: Release;
  readonly deployment: number;
  /** Whether a release was added; a deployment always is. */
  readonly created: boolean;
}

/** Every method may throw NboxError `publish_failed` (writing) or `internal_error` (reading) when the disk or server fails. */
export interface Store {
  /** The number that the plugin's next release will have. Numbers are never given twice, not even after `remove`. */
  nextNumber(plugin: PluginId): Promise<number>;
  /** The release with this content, if the plugin ever had it. */
  findRelease(plugin: PluginId, hash: string): Promise<StoredRelease | undefined>;
  /**
   * Stores a release, unless its content is there, and deploys it to all traffic; all or nothing.
   * @throws NboxError `publish_failed`, also where another host took the number first
   */
  publish(input: PublishInput): Promise<PublishOutcome>;
  /** In order of ids. */
  live(): Promise<LivePlugin[]>;
  plugin(plugin: PluginId): Promise<LivePlugin | undefined>;
  /** The newest first, at most 1,000. Empty where there is no such plugin. */
  releases(plugin: PluginId): Promise<StoredRelease[]>;
  /** The newest first, at most 1,000. */
  deployments(plugin: PluginId): Promise<Deployment[]>;
  /** @throws NboxError `no_such_plugin` where there is no such release */
  bundle(plugin: PluginId, number: number): Promise<Bundle>;
  /** What was stored last; a release has one for one base only. */
  snapshot(plugin: PluginId, number: number): Promise<ReleaseSnapshot | undefined>;
  /** In place of the one there is. Nothing happens where there is no such release. */
  saveSnapshot(plugin: PluginId, number: number, snapshot: ReleaseSnapshot): Promise<void>;
  /** @throws NboxError `no_such_plugin` where there is no such release */
  source(plugin: PluginId, number: number): Promise<SourceFiles>;
  /** Drops the plugin with its releases and deployments; what stays is a tombstone with its counters. @returns whether there was one */
  remove(plugin: PluginId, actor: string, removedAt: number): Promise<boolean>;
  /** SHA-256 in hex. */
  adminTokenHash(): Promise<string | undefined>;
  setAdminTokenHash(hash: string): Promise<void>;
  /** Ends the store. It must not be used afterwards. */
  close(): Promise<void>;
}
