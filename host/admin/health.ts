/** The health routes, which Kubernetes asks by the pod's address and without a token. */

import { getHealth, getReadiness } from '../api/operations/health.ts';
import { type Route, route } from './route.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in words that anyone may read. */
  readonly reason?: string;
}

export function healthRoutes(ready: () => Readiness): Route[] {
  return [
    route(getHealth, (ctx) => {
      ctx.body = { status: 'ok' };
    }),
    route(getReadiness, (ctx) => {
      const state = ready();
      ctx.status = state.ready ? 200 : 503;
      ctx.body = state;
    }),
  ];
}
