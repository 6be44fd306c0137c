/** The breaker routes of the admin API: what is held against which plugin, and forgetting it. */

import type { BreakerView } from '../../guards/breaker.ts';
import { NboxError } from '../../guards/errors.ts';
import { getBreaker, listBreakers, resetBreaker } from '../api/operations/breakers.ts';
import type { LiveRelease } from '../release/release.ts';
import { within } from './access.ts';
import { noteChange } from './audited.ts';
import { expectedVersion, tag } from './if-match.ts';
import { pageOf } from './page.ts';
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
    route(listBreakers, (ctx, _, { query }) => {
      const isVisible = within(ctx);
      const seen = list()
        .filter(({ release }) => isVisible(release.plugin))
        .map(viewOf)
        .filter(({ state }) => state !== 'closed');
      const { rows, next } = pageOf('listBreakers', seen, ({ plugin }) => plugin, query);
      ctx.body = { breakers: rows, next };
    }),
    route(getBreaker, (ctx, params) => {
      const live = liveRelease(find, params);
      tag(ctx, live.release.number);
      ctx.body = viewOf(live);
    }),
    route(resetBreaker, (ctx, params) => {
      const expected = expectedVersion(ctx, 'the number of a release');
      const live = liveRelease(find, params);
      if (expected !== undefined && expected !== live.release.number) {
        throw new NboxError('precondition_failed', `Release ${expected} was to be live, but ${live.release.number} is`);
      }
      const before = viewOf(live);
      reset(live);
      noteChange(ctx, { before, after: viewOf(live) });
      ctx.status = 204;
    }),
  ];
}
