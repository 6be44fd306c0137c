/** The route of a plugin's log: what its console was given of late, and what it is given from here on. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { getPluginLogs } from '../api/operations/logs.ts';
import { type EntryView, viewOf } from '../logs/line.ts';
import type { PluginLogs } from '../logs/plugin-logs.ts';
import type { Tails } from '../logs/tails.ts';
import type { Store } from '../store/store.ts';
import { idOf, livePlugin } from './plugins.ts';
import { type Params, type Route, route } from './route.ts';

export interface LogRouteParts {
  readonly store: Pick<Store, 'plugin'>;
  readonly logs: Pick<PluginLogs, 'has' | 'page'>;
  readonly tails: Pick<Tails, 'open'>;
}

/** `GET …/logs` as JSON. Times are ISO 8601 in UTC. */
export interface LogView {
  readonly plugin: PluginId;
  readonly entries: readonly EntryView[];
  /** Whether entries behind `since` may have gone already. */
  readonly gap: boolean;
  /** To be given as `since`, for what comes after. */
  readonly next: number;
}

/** Sequence numbers are exact up to there. */
const mostDigits = 16;

export function logRoutes({ store, logs, tails }: LogRouteParts): Route[] {
  return [
    route(getPluginLogs, async (ctx, params, { query }) => {
      const plugin = await known(store, logs, params);
      const { limit, since, ...filter } = query;
      ctx.vary('accept');
      if (ctx.accepts('application/json', 'text/event-stream') !== 'text/event-stream') {
        const { entries, isGone: gap, next } = logs.page(plugin, filter, limit, since);
        ctx.body = { plugin, entries: entries.map(viewOf), gap, next } satisfies LogView;
        return;
      }
      const resumed = sequenceOf('Last-Event-ID', ctx.get('last-event-id') || null);
      ctx.type = 'text/event-stream';
      // Proxies are not to wait until there is more of it.
      ctx.set('x-accel-buffering', 'no');
      if (ctx.method === 'HEAD') {
        ctx.status = 200;
        return;
      }
      ctx.body = tails.open({ plugin, actor: actorOf(ctx), filter, limit, since: resumed ?? since });
      ctx.flushHeaders();
    }),
  ];
}

/** Drafts and first pushes say something before there is a plugin. @throws NboxError `invalid_plugin_id`, `no_such_plugin` */
async function known(store: Pick<Store, 'plugin'>, logs: Pick<PluginLogs, 'has'>, params: Params): Promise<PluginId> {
  const plugin = idOf(params);
  if (!logs.has(plugin)) await livePlugin(store, params);
  return plugin;
}

function actorOf(ctx: Context): string {
  return String(ctx.state['actor']);
}

function sequenceOf(name: string, text: string | null): number | undefined {
  if (text === null) return undefined;
  const isOne = text.length <= mostDigits && /^\d+$/.test(text) && Number.isSafeInteger(Number(text));
  if (!isOne) throw new NboxError('invalid_query', `${name} may be the sequence number of an entry`);
  return Number(text);
}
