/** The usage routes of the admin API. */

import type { Sums, Totals } from '../meter/totals.ts';
import type { Store } from '../store/store.ts';
import { livePlugin } from './plugins.ts';
import type { Route } from './route.ts';

export interface UsageRouteParts {
  readonly store: Pick<Store, 'plugin'>;
  readonly totals: Pick<Totals, 'all' | 'snapshot' | 'removed'>;
  /** What previews use is in no plugin's totals. */
  readonly previewUsage: { readonly sums: () => Sums };
}

/** Since the host started: totals do not outlive it. */
export function usageRoutes({ store, totals, previewUsage }: UsageRouteParts): Route[] {
  return [
    {
      ...{ method: 'GET', pattern: '/v1/plugins/:domain/:group/:name/usage', access: 'token', query: [] },
      async handle(ctx, params) {
        const { release } = await livePlugin(store, params);
        ctx.body = totals.snapshot(release.plugin);
      },
    },
    {
      ...{ method: 'GET', pattern: '/v1/usage', access: 'token', query: [] },
      handle(ctx) {
        ctx.body = { plugins: totals.all(), removed: totals.removed(), previews: previewUsage.sums() };
      },
    },
  ];
}
