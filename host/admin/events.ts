/** The events route of the admin API: a stream of what happens, as server-sent events. */

import type { ServerResponse } from 'node:http';
import { NboxError } from '../../guards/errors.ts';
import { readEvents } from '../api/operations/events.ts';
import type { EventHub, EventSink } from '../telemetry/event-hub.ts';
import { eventTypes } from '../telemetry/live-events.ts';
import { principalOf, within } from './access.ts';
import { type Route, route } from './route.ts';

export interface EventRouteParts {
  readonly events: Pick<EventHub, 'check' | 'read'>;
}

const known: ReadonlySet<string> = new Set(eventTypes);

export function eventRoutes({ events }: EventRouteParts): Route[] {
  return [
    route(readEvents, (ctx, _, { query }) => {
      const types = typesOf(query.types);
      const { tokenId } = principalOf(ctx);
      events.check(tokenId);
      ctx.status = 200;
      ctx.set('content-type', 'text/event-stream; charset=utf-8');
      // nginx would keep events back until it has enough of them.
      ctx.set('x-accel-buffering', 'no');
      if (ctx.method === 'HEAD') return;
      const { res } = ctx;
      ctx.respond = false;
      ctx.flushHeaders();
      const lastId = ctx.req.headers['last-event-id'];
      const last = typeof lastId === 'string' && lastId !== '' ? lastId : undefined;
      const leave = events.read(sinkOf(res), { tokenId, types, lastId: last, isVisible: within(ctx) });
      res.once('close', leave);
    }),
  ];
}

/** @throws NboxError `invalid_query` */
function typesOf(text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined;
  const types = text.split(',');
  const wrong = types.find((type) => !known.has(type));
  if (wrong === undefined) return new Set(types);
  throw new NboxError('invalid_query', `types: there is no ${JSON.stringify(wrong.slice(0, 80))}; there is ${eventTypes.join(', ')}`);
}

const sinkOf = (res: ServerResponse): EventSink => ({
  write: (text) => void res.write(text),
  get waitingBytes() {
    return res.writableLength;
  },
  end: () => void res.end(),
  cut: () => void res.destroy(),
});
