/** The route of a plugin's log: what its console was given of late, and what it is given from here on. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { type Filter, type Source, sources } from '../logs/filter.ts';
import { type EntryView, type Level, levels, viewOf } from '../logs/line.ts';
import { type PluginLogs, ringBounds } from '../logs/plugin-logs.ts';
import type { Tails } from '../logs/tails.ts';
import type { Store } from '../store/store.ts';
import { idOf, livePlugin } from './plugins.ts';
import type { Params, Route } from './route.ts';

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

const defaultLimit = 100;
/** Sequence numbers are exact up to there. */
const mostDigits = 16;
const mostText = 200;
const mostId = 64;

export function logRoutes({ store, logs, tails }: LogRouteParts): Route[] {
  const query = ['limit', 'since', 'level', 'release', 'preview', 'call', 'contains', 'from'];
  return [
    {
      ...{ method: 'GET', pattern: '/v1/plugins/:domain/:group/:name/logs', access: 'read', of: 'plugin', query },
      async handle(ctx, params) {
        const plugin = await known(store, logs, params);
        const asked = new URLSearchParams(ctx.querystring);
        const filter = filterOf(asked);
        const limit = numberOf('limit', asked.get('limit'), 0, ringBounds.entries) ?? defaultLimit;
        const since = sequenceOf('since', asked.get('since'));
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
      },
    },
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

/** @throws NboxError `invalid_query` */
function filterOf(asked: URLSearchParams): Filter {
  return {
    level: oneOf('level', asked.get('level'), levels) as Level | undefined,
    from: oneOf('from', asked.get('from'), sources) as Source | undefined,
    release: numberOf('release', asked.get('release'), 1, 2 ** 31),
    preview: textOf('preview', asked.get('preview'), mostId),
    call: textOf('call', asked.get('call'), mostId),
    contains: textOf('contains', asked.get('contains'), mostText),
  };
}

function oneOf(name: string, text: string | null, values: readonly string[]): string | undefined {
  if (text !== null && !values.includes(text)) throw new NboxError('invalid_query', `${name} may be ${values.join(', ')}`);
  return text ?? undefined;
}

function numberOf(name: string, text: string | null, least: number, most: number): number | undefined {
  if (text === null) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new NboxError('invalid_query', `${name} may be a number from ${least} to ${most}`);
  return value;
}

function sequenceOf(name: string, text: string | null): number | undefined {
  if (text === null) return undefined;
  const isOne = text.length <= mostDigits && /^\d+$/.test(text) && Number.isSafeInteger(Number(text));
  if (!isOne) throw new NboxError('invalid_query', `${name} may be the sequence number of an entry`);
  return Number(text);
}

function textOf(name: string, text: string | null, most: number): string | undefined {
  if (text === null) return undefined;
  if (text.length === 0 || text.length > most) throw new NboxError('invalid_query', `${name} may have 1 to ${most} characters`);
  return text;
}
