/** The release routes of the admin API: what was published, its source, and what differs between two. */

import { createTwoFilesPatch } from 'diff';
import type { Diagnostic } from '../../guards/errors.ts';
import { NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import type { Manifest } from '../../loader/manifest.ts';
import { diffReleases, getRelease, getSource, listReleases } from '../api/operations/releases.ts';
import type { GateReports } from '../release/release.ts';
import type { Store, StoredRelease } from '../store/store.ts';
import { pageOf } from './page.ts';
import { livePlugin } from './plugins.ts';
import { type Params, type Route, route } from './route.ts';

export interface ReleaseRouteParts {
  readonly store: Pick<Store, 'plugin' | 'releases' | 'release' | 'source'>;
}

/** An item of `GET …/releases`, the newest first. Times are ISO 8601 in UTC. */
export interface ReleaseView {
  readonly number: number;
  readonly hash: string;
  readonly createdAt: string;
  readonly actor: string;
  readonly message: string;
  readonly interfaces: readonly string[];
  readonly sourceBytes: number;
  readonly bundleBytes: number;
  /** Whether it was published in spite of type errors. */
  readonly typeErrors: boolean;
  /** Whether its source and code are there still. */
  readonly kept: boolean;
  /** Its part of the calls now, in percent; `null` where it is not deployed. */
  readonly percentage: number | null;
  readonly live: boolean;
}

/** `GET …/releases/:number` */
export interface ReleaseDetailView extends ReleaseView {
  readonly manifest: Manifest;
  readonly timings: Readonly<Record<string, number>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly gates: GateReports;
}

/** A file of `GET …/releases/:number/diff`. */
export interface FileDiff {
  readonly file: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** In unified form; `null` where it would take too long to find. */
  readonly patch: string | null;
}

/** Two texts that have nothing in common take time that grows with the square of their length. */
const diffMs = 200;
/** For all files of a comparison. */
const allMs = 1_000;
const contextLines = 3;

export function releaseRoutes({ store }: ReleaseRouteParts): Route[] {
  return [
    route(listReleases, async (ctx, params, { query }) => {
      const { release, deployment } = await livePlugin(store, params);
      const { rows, next } = pageOf('listReleases', await store.releases(release.plugin), (one) => one.release.number, query);
      ctx.body = { plugin: release.plugin, releases: rows.map((one) => view(one, deployment.releases)), next };
    }),
    route(getRelease, async (ctx, params) => {
      const { stored, deployment } = await find(store, params);
      const { timings, diagnostics, gates, release } = stored;
      const detail: ReleaseDetailView = {
        ...view(stored, deployment.releases),
        ...{ manifest: release.manifest, timings, diagnostics, gates },
      };
      ctx.body = { plugin: release.plugin, ...detail };
    }),
    route(getSource, async (ctx, params) => {
      const { stored } = await find(store, params);
      const { plugin, number, manifest } = stored.release;
      const files = await store.source(plugin, number);
      ctx.body = { plugin, number, manifest, files: plain(files) };
    }),
    route(diffReleases, async (ctx, params, { query }) => {
      const { stored } = await find(store, params);
      const { plugin, number } = stored.release;
      const against = await other(store, stored, query.against);
      const files = compare(await store.source(plugin, against), await store.source(plugin, number));
      ctx.body = { plugin, number, against, files };
    }),
  ];
}

/** What has become of the files, in order of their names. */
export function compare(before: SourceFiles, after: SourceFiles): FileDiff[] {
  const until = performance.now() + allMs;
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((file): FileDiff[] => {
    const [old, now] = [before.get(file), after.get(file)];
    if (old === now) return [];
    const change = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
    const timeout = Math.max(1, Math.min(diffMs, until - performance.now()));
    const patch = createTwoFilesPatch(file, file, old ?? '', now ?? '', undefined, undefined, { context: contextLines, timeout });
    return [{ file, change, patch: patch ?? null }];
  });
}

/** By name, `__proto__` included. */
function plain(files: SourceFiles): Record<string, string> {
  const object: Record<string, string> = Object.create(null);
  for (const [name, text] of files) object[name] = text;
  return object;
}

async function find(store: ReleaseRouteParts['store'], params: Params) {
  const live = await livePlugin(store, params);
  const { plugin } = live.release;
  const stored = await store.release(plugin, numberOf(params['number'] ?? ''));
  if (stored === undefined) throw new NboxError('no_such_release', `There is no release ${params['number']?.slice(0, 40)} of ${plugin}`);
  return { stored, deployment: live.deployment };
}

/** What it is compared with: what was asked for, or the release before it. */
async function other(store: ReleaseRouteParts['store'], { release }: StoredRelease, asked: number | undefined): Promise<number> {
  const { plugin, number } = release;
  if (asked !== undefined) {
    if ((await store.release(plugin, asked)) !== undefined) return asked;
    throw new NboxError('no_such_release', `There is no release ${asked} of ${plugin}`);
  }
  const before = (await store.releases(plugin)).find((one) => one.release.number < number);
  if (before === undefined)
    throw new NboxError('no_such_release', `There is no release of ${plugin} before ${number}; name one by ?against=`);
  return before.release.number;
}

/** 0, which no release has, where it is none. */
const numberOf = (text: string): number => (/^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0);

function view(stored: StoredRelease, shares: readonly { readonly number: number; readonly percentage: number }[]): ReleaseView {
  const { release, actor, message, interfaces, typeErrors, kept, sourceBytes, bundleBytes } = stored;
  const share = shares.find(({ number }) => number === release.number);
  return {
    ...{ number: release.number, hash: release.hash, createdAt: new Date(release.createdAt).toISOString(), actor, message },
    ...{ interfaces, sourceBytes, bundleBytes, typeErrors, kept, percentage: share?.percentage ?? null, live: share !== undefined },
  };
}
