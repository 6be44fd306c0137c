/** The hygiene routes of the admin API: what of the plugins wants a look, and who calls which interface. */

import { getHygiene, listCallers } from '../api/operations/hygiene.ts';
import type { CostRise } from '../hygiene/cost-rise.ts';
import type { Growth } from '../hygiene/growth.ts';
import type { Callers, Hygiene, NotJudged, Unused } from '../hygiene/hygiene.ts';
import type { Store } from '../store/store.ts';
import { within } from './access.ts';
import { livePlugin } from './plugins.ts';
import { type Route, route } from './route.ts';

export interface HygieneRouteParts {
  readonly hygiene: Pick<Hygiene, 'report' | 'callers'>;
  readonly store: Pick<Store, 'plugin'>;
}

interface Advised {
  /** What to do about it. */
  readonly do: string;
}

/** `GET /v1/hygiene`. Times are ISO 8601 in UTC. */
export interface HygieneView {
  readonly unused: readonly (Omit<Unused, 'seenAt' | 'usedAt'> & Advised & { readonly seenAt: string; readonly usedAt: string | null })[];
  readonly callers: readonly (Callers & Advised)[];
  /** `null` where it is not judged, and so with `costRises`. */
  readonly growth: readonly (Omit<Growth, 'hour'> & Advised & { readonly hour: string })[] | null;
  readonly costRises: readonly (CostRise & Advised)[] | null;
  /** Of what is `null`, why. */
  readonly notJudged: readonly NotJudged[];
}

export function hygieneRoutes({ hygiene, store }: HygieneRouteParts): Route[] {
  return [
    route(getHygiene, async (ctx, _, { query }) => {
      const { unused, callers, growth, costRises, notJudged } = await hygiene.report(query.days, within(ctx));
      const view: HygieneView = {
        unused: unused.map(({ advice, ...row }) => ({ ...row, ...times(row), do: advice })),
        callers: callers.map(advised),
        growth: growth?.map((row) => ({ ...advised(row), hour: time(row.hour) })) ?? null,
        costRises: costRises?.map(advised) ?? null,
        notJudged,
      };
      ctx.body = view;
    }),
    route(listCallers, async (ctx, params) => {
      const { plugin } = (await livePlugin(store, params)).release;
      const rows = hygiene.callers(plugin).map(({ plugin: _, ...row }) => ({ ...advised(row), ...times(row) }));
      ctx.body = { plugin, interfaces: rows };
    }),
  ];
}

function advised<Row extends { readonly advice: string }>({ advice, ...row }: Row): Omit<Row, 'advice'> & Advised {
  return { ...row, do: advice };
}

function times({ seenAt, usedAt }: Pick<Unused, 'seenAt' | 'usedAt'>): { readonly seenAt: string; readonly usedAt: string | null } {
  return { seenAt: time(seenAt), usedAt: usedAt === undefined ? null : time(usedAt) };
}

const time = (at: number): string => new Date(at).toISOString();
