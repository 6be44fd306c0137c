/** The route of what was deployed and removed on the whole host, for people who look back. */

import { NboxError } from '../../guards/errors.ts';
import { listChanges } from '../api/operations/history.ts';
import type { PastChange, Store } from '../store/store.ts';
import { within } from './access.ts';
import { type DeploymentView, deploymentView } from './deployments.ts';
import { type Route, route } from './route.ts';

export interface HistoryRouteParts {
  readonly store: Pick<Store, 'history'>;
}

/** An item of `GET /v1/deployments`, the newest first. Times are ISO 8601 in UTC. */
export interface ChangeView {
  /** Goes up with every change of the host. */
  readonly change: number;
  readonly plugin: string;
  readonly at: string;
  readonly removed: boolean;
  /** `null` of a removal, and of plugins that were removed since. */
  readonly deployment: DeploymentView | null;
}

/** `GET /v1/deployments` */
export interface HistoryView {
  readonly changes: readonly ChangeView[];
  /** To be given as `before`, for those that came earlier; `null` where there are none, or none that are wanted. */
  readonly next: number | null;
}

export function historyRoutes({ store }: HistoryRouteParts): Route[] {
  return [
    route(listChanges, async (ctx, _, { query: { before, limit, from: since } }) => {
      const from = timeOf(since);
      const found = await store.history(before, limit);
      const last = found.at(-1);
      // Whoever may see few of them goes on from the last that was looked at.
      const next = found.length === limit && last !== undefined && last.at >= from ? last.number : null;
      const isSeen = within(ctx);
      const changes = found.filter(({ at, plugin }) => at >= from && isSeen(plugin)).map(view);
      ctx.body = { changes, next } satisfies HistoryView;
    }),
  ];
}

function view({ number, plugin, at, isRemoval, deployment }: PastChange): ChangeView {
  return {
    ...{ change: number, plugin, at: new Date(at).toISOString(), removed: isRemoval },
    deployment: deployment === undefined ? null : deploymentView(deployment),
  };
}

/** @throws NboxError `invalid_query` */
function timeOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (ms >= 0) return ms;
  throw new NboxError('invalid_query', 'from may be an RFC 3339 time (2026-03-01T00:00:00Z), or milliseconds since 1970');
}
