/** The usage routes of the admin API. */

import type { Account, CpuSums, SinceStart } from '../meter/attribution/account.ts';
import { type Division, hostParts } from '../meter/division.ts';
import type { Sums, Totals } from '../meter/totals.ts';
import type { Store } from '../store/store.ts';
import { livePlugin } from './plugins.ts';
import type { Route } from './route.ts';

export interface UsageRouteParts {
  readonly store: Pick<Store, 'plugin'>;
  readonly totals: Pick<Totals, 'all' | 'snapshot' | 'removed'>;
  /** What previews, tests and replays use is in no plugin's totals. */
  readonly previewUsage: { readonly sums: () => Sums; readonly trials: () => Sums };
  readonly account: Pick<Account, 'latest' | 'sinceStart' | 'of'>;
}

/** Since the host started: totals do not outlive it. */
export function usageRoutes({ store, totals, previewUsage, account }: UsageRouteParts): Route[] {
  return [
    {
      ...{ method: 'GET', pattern: '/v1/plugins/:domain/:group/:name/usage', access: 'token', query: [] },
      async handle(ctx, params) {
        const { release } = await livePlugin(store, params);
        const { latest, sinceStart } = account.of(release.plugin);
        ctx.body = { ...totals.snapshot(release.plugin), division: latest, sinceStart };
      },
    },
    {
      ...{ method: 'GET', pattern: '/v1/usage', access: 'token', query: [] },
      handle(ctx) {
        const sums = { plugins: totals.all(), removed: totals.removed(), previews: previewUsage.sums(), trials: previewUsage.trials() };
        ctx.body = { ...sums, division: shownDivision(account.latest()), sinceStart: shownSums(account.sinceStart()) };
      },
    },
  ];
}

/** `null` before the first one. */
function shownDivision(division: Division | undefined): object | null {
  if (division === undefined) return null;
  const { from, to, plugins, host, residual, total } = division;
  return { from, to, plugins: listed(plugins), host, residual, total };
}

function shownSums(sums: SinceStart | undefined): object | null {
  if (sums === undefined) return null;
  const { from, to, plugins, removed, host, residualUs, totalUs } = sums;
  const cpu = (cpuUs: number) => ({ cpuUs });
  return {
    ...{ from, to, plugins: listed(plugins), removed, host: Object.fromEntries(hostParts.map((part) => [part, cpu(host[part])])) },
    ...{ residual: cpu(residualUs), total: cpu(totalUs) },
  };
}

/** In order of their ids. */
function listed(plugins: ReadonlyMap<string, CpuSums>): object[] {
  return [...plugins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([plugin, share]) => ({ plugin, ...share }));
}
