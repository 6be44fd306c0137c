/** The breaker routes of the admin API: what is held against which plugin, and forgetting it. */

import type { BreakerView } from '../../guards/breaker.ts';
import { getBreaker, listBreakers, resetBreaker } from '../api/operations/breakers.ts';
import type { LiveRelease } from '../release/release.ts';
import { within } from './access.ts';
import { liveRelease } from './plugins.ts';
import { type Route, route } from './route.ts';

export interface BreakerRouteParts {
  /** In order of the plugins' ids. */
  readonly list: () => readonly LiveRelease[];
  readonly find: (plugin: string) => LiveRelease | undefined;
  readonly view: (live: LiveRelease) => BreakerView;
  /** Nothing is held against the release any more. */
  readonly reset: (live: LiveRelease) => void;
}

/** `GET …/breaker`, and an item of `GET /v1/breakers`. */
export interface PluginBreakerView extends BreakerView {
  readonly plugin: string;
  readonly release: number;
}

export function breakerRoutes({ list, find, view, reset }: BreakerRouteParts): Route[] {
  const viewOf = (live: LiveRelease): PluginBreakerView => ({
    plugin: live.release.plugin,
    release: live.release.number,
    ...view(live),
  });
  return [
    route(listBreakers, (ctx) => {
      const isVisible = within(ctx);
      ctx.body = {
        breakers: list()
          .filter(({ release }) => isVisible(release.plugin))
          .map(viewOf)
          .filter(({ state }) => state !== 'closed'),
      };
    }),
    route(getBreaker, (ctx, params) => {
      ctx.body = viewOf(liveRelease(find, params));
    }),
    route(resetBreaker, (ctx, params) => {
      reset(liveRelease(find, params));
      ctx.status = 204;
    }),
  ];
}
