/** The usage routes of the admin API: since the host started, and of any range of the time that is stored. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import { type PluginId, parsePluginId, pluginId } from '../../loader/plugin-id.ts';
import { everything } from '../access/reach.ts';
import { getPluginUsage, getUsage, getUsageCost } from '../api/operations/usage.ts';
import type { Logger } from '../log.ts';
import type { Account, CpuSums, SinceStart } from '../meter/attribution/account.ts';
import { type Division, hostParts } from '../meter/division.ts';
import type { Sums, Totals } from '../meter/totals.ts';
import type { Store } from '../store/store.ts';
import { checkReach, principalOf, within } from './access.ts';
import { livePlugin } from './plugins.ts';
import { type Params, type Route, route } from './route.ts';
import { type AskedUsage, parseUsage, type UsageParameter, type UsageTexts } from './usage-query.ts';
import { answerRows, type UsageRows } from './usage-rows.ts';

export interface UsageRouteParts {
  readonly store: Pick<Store, 'plugin'>;
  readonly totals: Pick<Totals, 'all' | 'snapshot' | 'removed'>;
  /** What previews, tests and replays use is in no plugin's totals. */
  readonly previewUsage: { readonly sums: () => Sums; readonly trials: () => Sums };
  readonly account: Pick<Account, 'latest' | 'sinceStart' | 'of'>;
  readonly storedUsage: UsageRows;
  readonly log: Logger;
}

const costLimitBytes = 16_384;

export function usageRoutes({ store, totals, previewUsage, account, storedUsage, log }: UsageRouteParts): Route[] {
  return [
    route(getPluginUsage, async (ctx, params, { query }) => {
      // With no parameter at all it is the totals that are asked for.
      if (ctx.querystring === '') {
        const { release } = await livePlugin(store, params);
        const { latest, sinceStart } = account.of(release.plugin);
        ctx.body = { ...totals.snapshot(release.plugin), division: latest, sinceStart };
        return;
      }
      // One that is gone has its history still.
      const asked = parseUsage(given(query), idOf(params), storedUsage.now(), queryFault);
      await answerRows(ctx, storedUsage, asked, undefined, log);
    }),
    route(getUsage, async (ctx, _, { query }) => {
      // With no parameter at all it is the totals that are asked for.
      if (ctx.querystring === '') {
        // Sums that are of no single plugin are everybody's.
        const isVisible = within(ctx);
        const plugins = totals.all().filter(({ plugin }) => isVisible(plugin));
        const sums = { plugins, removed: totals.removed(), previews: previewUsage.sums(), trials: previewUsage.trials() };
        ctx.body = {
          ...sums,
          division: shownDivision(account.latest(), isVisible),
          sinceStart: shownSums(account.sinceStart(), isVisible),
        };
        return;
      }
      const asked = parseUsage(given(query), undefined, storedUsage.now(), queryFault);
      await answerRows(ctx, storedUsage, reached(ctx, asked), undefined, log);
    }),
    route(getUsageCost, async (ctx, _, { body }) => {
      const { prices, plugin, ...texts } = await body(costLimitBytes);
      if (plugin !== undefined) checkReach(principalOf(ctx), plugin);
      const asked = parseUsage(given(texts), plugin === undefined ? undefined : parsePluginId(plugin), storedUsage.now(), bodyFault);
      await answerRows(ctx, storedUsage, reached(ctx, asked), prices, log);
    }),
  ];
}

/** Of what is within the reach of whoever asks: rows are added up of that alone. */
function reached(ctx: Context, { query, form }: AskedUsage): AskedUsage {
  const { reach } = principalOf(ctx);
  if (query.plugin !== undefined || reach === everything) return { query, form };
  const isPlugin = reach.split('/').length === 3;
  return { query: { ...query, ...(isPlugin ? { plugin: reach } : { below: reach }) }, form };
}

/** `null` before the first one. */
function shownDivision(division: Division | undefined, isVisible: (plugin: string) => boolean): object | null {
  if (division === undefined) return null;
  const { from, to, plugins, host, residual, total } = division;
  return { from, to, plugins: listed(plugins, isVisible), host, residual, total };
}

function shownSums(sums: SinceStart | undefined, isVisible: (plugin: string) => boolean): object | null {
  if (sums === undefined) return null;
  const { from, to, plugins, removed, host, residualUs, totalUs } = sums;
  const cpu = (cpuUs: number) => ({ cpuUs });
  return {
    ...{
      from,
      to,
      plugins: listed(plugins, isVisible),
      removed,
      host: Object.fromEntries(hostParts.map((part) => [part, cpu(host[part])])),
    },
    ...{ residual: cpu(residualUs), total: cpu(totalUs) },
  };
}

/** In order of their ids. */
function listed(plugins: ReadonlyMap<string, CpuSums>, isVisible: (plugin: string) => boolean): object[] {
  return [...plugins]
    .filter(([plugin]) => isVisible(plugin))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([plugin, share]) => ({ plugin, ...share }));
}

function given(texts: Readonly<Partial<Record<UsageParameter, string | undefined>>>): UsageTexts {
  return Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)) as UsageTexts;
}

function idOf({ domain = '', group = '', name = '' }: Params): PluginId {
  return pluginId(domain, group, name);
}

function queryFault(_field: UsageParameter, detail: string): NboxError {
  return new NboxError('invalid_query', detail);
}

function bodyFault(field: UsageParameter, detail: string): NboxError {
  return new NboxError('invalid_body', { detail, pointer: `/${field}` });
}
