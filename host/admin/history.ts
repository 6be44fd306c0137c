/** The route of what was deployed and removed on the whole host, for people who look back. */

import { NboxError } from '../../guards/errors.ts';
import type { PastChange, Store } from '../store/store.ts';
import { within } from './access.ts';
import { type DeploymentView, deploymentView } from './deployments.ts';
import type { Route } from './route.ts';

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

const defaultLimit = 100;
const mostLimit = 500;

export function historyRoutes({ store }: HistoryRouteParts): Route[] {
  return [
    {
      ...{ method: 'GET', pattern: '/v1/deployments', access: 'read', of: 'reach', query: ['before', 'limit', 'from'] },
      async handle(ctx) {
        const query = new URLSearchParams(ctx.querystring);
        const limit = numberOf('limit', query.get('limit'), 1, mostLimit) ?? defaultLimit;
        const before = numberOf('before', query.get('before'), 1, Number.MAX_SAFE_INTEGER);
        const from = timeOf(query.get('from'));
        const found = await store.history(before, limit);
        const last = found.at(-1);
        // Whoever may see few of them goes on from the last that was looked at.
        const next = found.length === limit && last !== undefined && last.at >= from ? last.number : null;
        const isSeen = within(ctx);
        const changes = found.filter(({ at, plugin }) => at >= from && isSeen(plugin)).map(view);
        ctx.body = { changes, next } satisfies HistoryView;
      },
    },
  ];
}

function view({ number, plugin, at, isRemoval, deployment }: PastChange): ChangeView {
  return {
    ...{ change: number, plugin, at: new Date(at).toISOString(), removed: isRemoval },
    deployment: deployment === undefined ? null : deploymentView(deployment),
  };
}

/** @throws NboxError `invalid_query` */
function numberOf(name: string, text: string | null, least: number, most: number): number | undefined {
  if (text === null) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new NboxError('invalid_query', `${name} may be a number from ${least} to ${most}`);
}

/** @throws NboxError `invalid_query` */
function timeOf(text: string | null): number {
  if (text === null) return 0;
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (ms >= 0) return ms;
  throw new NboxError('invalid_query', 'from may be an RFC 3339 time (2026-03-01T00:00:00Z), or milliseconds since 1970');
}
