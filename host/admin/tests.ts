/** The route that runs a plugin's tests without publishing it. */

import { testPlugin } from '../api/operations/plugins.ts';
import type { Tester } from '../testing/tester.ts';
import { contentOf, idOf } from './plugins.ts';
import { type Route, route } from './route.ts';

export interface TestRouteParts {
  readonly tester: Pick<Tester, 'test'>;
}

export function testRoutes({ tester }: TestRouteParts): Route[] {
  return [
    route(testPlugin, async (ctx, params, { query, body }) => {
      const plugin = idOf(params);
      const push = await body();
      ctx.body = await tester.test({ plugin, ...query, ...contentOf(push) });
    }),
  ];
}
