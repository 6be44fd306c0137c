/** The health routes, which Kubernetes asks by the pod's address and without a token. */

import type { Route } from './route.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in words that anyone may read. */
  readonly reason?: string;
}

export function healthRoutes(ready: () => Readiness): Route[] {
  return [
    {
      ...{ method: 'GET', pattern: '/healthz', access: 'none', of: 'host', isProbe: true, query: [] },
      handle(ctx) {
        ctx.body = { status: 'ok' };
      },
    },
    {
      ...{ method: 'GET', pattern: '/readyz', access: 'none', of: 'host', isProbe: true, query: [] },
      handle(ctx) {
        const state = ready();
        ctx.status = state.ready ? 200 : 503;
        ctx.body = state;
      },
    },
  ];
}
