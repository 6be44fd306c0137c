/** Releases and deployments as SQLite's rows have them, and as the store gives them. */

import { parseManifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { Cause, Deployment, StoredRelease } from './store.ts';

/** A row of `releaseColumns`. */
export interface ReleaseRow {
  readonly plugin: PluginId;
  readonly number: number;
  readonly hash: string;
  readonly manifest: string;
  readonly interfaces: string;
  readonly type_errors: number;
  readonly created_at: number;
  readonly actor: string;
  readonly message: string;
  readonly source_bytes: number;
  readonly bundle_bytes: number;
  readonly timings: string;
  readonly diagnostics: string;
  readonly gates: string;
  readonly kept: number;
}

/** Of `deploymentColumns`. */
export interface DeploymentRow {
  readonly deployment: number;
  readonly table: string;
  readonly second: number | null;
  readonly deployed_at: number;
  readonly deployed_by: string;
  readonly cause: Cause;
  readonly why: string;
  readonly replaced: number | null;
}

export const releaseColumns = `r.plugin, r.number, r.hash, r.manifest, r.interfaces, r.type_errors, r.created_at, r.actor,
  r.message, r.source_bytes, r.bundle_bytes, r.timings, r.diagnostics, r.gates,
  EXISTS (SELECT 1 FROM contents c WHERE c.plugin = r.plugin AND c.number = r.number) AS kept`;
export const deploymentColumns = `d.number AS deployment, d.releases AS "table", d.second, d.created_at AS deployed_at, d.actor AS deployed_by,
  d.cause, d.message AS why, d.replaced`;
/** Of every plugin that is deployed: both, the release that has the greater part of the calls. */
export const liveRows = `SELECT ${releaseColumns}, ${deploymentColumns} FROM plugins p
  JOIN deployments d ON d.plugin = p.id AND d.number = p.live_deployment
  JOIN releases r ON r.plugin = p.id AND r.number = d.release`;

/** A manifest is parsed again, so that a field that came after it was stored has its default. */
export function toRelease(row: ReleaseRow): StoredRelease {
  const written = JSON.parse(row.manifest) as { entry: string };
  const { plugin, number, hash, actor, message } = row;
  return Object.freeze({
    release: Object.freeze({ plugin, number, hash, manifest: parseManifest(written, [written.entry]), createdAt: row.created_at }),
    interfaces: Object.freeze(JSON.parse(row.interfaces) as string[]),
    typeErrors: row.type_errors === 1,
    ...{ actor, message, sourceBytes: row.source_bytes, bundleBytes: row.bundle_bytes },
    ...{ timings: JSON.parse(row.timings), diagnostics: JSON.parse(row.diagnostics), gates: JSON.parse(row.gates), kept: row.kept === 1 },
  });
}

export function toDeployment(row: DeploymentRow): Deployment {
  return Object.freeze({
    number: row.deployment,
    releases: JSON.parse(row.table),
    createdAt: row.deployed_at,
    actor: row.deployed_by,
    cause: row.cause,
    message: row.why,
    replaced: row.replaced ?? undefined,
  });
}
