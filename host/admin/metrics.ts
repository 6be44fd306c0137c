/** The metrics route of the admin API: what Prometheus scrapes, with the token. */

import { Readable } from 'node:stream';
import { getMetrics } from '../api/operations/events.ts';
import { contentTypes, formatFor } from '../telemetry/exposition.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Route, route } from './route.ts';

export interface MetricsRouteParts {
  readonly metrics: Pick<Metrics, 'render'>;
}

export function metricsRoutes({ metrics }: MetricsRouteParts): Route[] {
  return [
    route(getMetrics, async (ctx) => {
      const format = formatFor(ctx.req.headers.accept);
      const pieces = await metrics.render(format);
      ctx.set('vary', 'accept');
      ctx.set('content-type', contentTypes[format]);
      ctx.body = Readable.from(pieces, { objectMode: false });
      ctx.length = pieces.reduce((sum, { length }) => sum + length, 0);
      // Asked for every few seconds.
      ctx.state['quiet'] = true;
    }),
  ];
}
