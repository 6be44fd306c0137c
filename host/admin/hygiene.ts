/** The hygiene routes of the admin API: what of the plugins wants a look, and who calls which interface. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { CostRise } from '../hygiene/cost-rise.ts';
import type { Growth } from '../hygiene/growth.ts';
import type { Callers, Hygiene, NotJudged, Unused } from '../hygiene/hygiene.ts';
import type { Store } from '../store/store.ts';
import { within } from './access.ts';
import { livePlugin } from './plugins.ts';
import type { Route } from './route.ts';

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

const defaultDays = 30;
const mostDays = 3_650;

export function hygieneRoutes({ hygiene, store }: HygieneRouteParts): Route[] {
  return [
    {
      ...{ method: 'GET', pattern: '/v1/hygiene', access: 'read', of: 'reach', query: ['days'] },
      async handle(ctx) {
        const { unused, callers, growth, costRises, notJudged } = await hygiene.report(daysOf(ctx), within(ctx));
        const view: HygieneView = {
          unused: unused.map(({ advice, ...row }) => ({ ...row, ...times(row), do: advice })),
          callers: callers.map(advised),
          growth: growth?.map((row) => ({ ...advised(row), hour: time(row.hour) })) ?? null,
          costRises: costRises?.map(advised) ?? null,
          notJudged,
        };
        ctx.body = view;
      },
    },
    {
      ...{ method: 'GET', pattern: '/v1/plugins/:domain/:group/:name/callers', access: 'read', of: 'plugin', query: [] },
      async handle(ctx, params) {
        const { plugin } = (await livePlugin(store, params)).release;
        const rows = hygiene.callers(plugin).map(({ plugin: _, ...row }) => ({ ...advised(row), ...times(row) }));
        ctx.body = { plugin, interfaces: rows };
      },
    },
  ];
}

function advised<Row extends { readonly advice: string }>({ advice, ...row }: Row): Omit<Row, 'advice'> & Advised {
  return { ...row, do: advice };
}

function times({ seenAt, usedAt }: Pick<Unused, 'seenAt' | 'usedAt'>): { readonly seenAt: string; readonly usedAt: string | null } {
  return { seenAt: time(seenAt), usedAt: usedAt === undefined ? null : time(usedAt) };
}

const time = (at: number): string => new Date(at).toISOString();

/** @throws NboxError `invalid_query` */
function daysOf(ctx: Context): number {
  const text = new URLSearchParams(ctx.querystring).get('days');
  if (text === null) return defaultDays;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= mostDays) return days;
  throw new NboxError('invalid_query', `days is ${JSON.stringify(text.slice(0, 40))}; it may be a number from 1 to ${mostDays}`);
}
