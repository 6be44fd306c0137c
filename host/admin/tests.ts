/** The route that runs a plugin's tests without publishing it. */

import { z } from 'zod';
import type { Tester } from '../testing/tester.ts';
import { readJson } from './body.ts';
import { contentOf, hasOneSource, idOf, oneSource, pushFields, typecheckOf } from './plugins.ts';
import type { Route } from './route.ts';
import { parseBody } from './schema.ts';

export interface TestRouteParts {
  readonly tester: Pick<Tester, 'test'>;
}

/** The body of a run of tests: that of a push, without why. */
export const testSchema = z.strictObject(pushFields).refine(hasOneSource, oneSource);

export function testRoutes({ tester }: TestRouteParts): Route[] {
  return [
    {
      ...{
        method: 'POST',
        pattern: '/v1/plugins/:domain/:group/:name/tests',
        access: 'deploy',
        of: 'plugin',
        isKept: false,
        query: ['typecheck'],
      },
      async handle(ctx, params) {
        const plugin = idOf(params);
        const typecheck = typecheckOf(ctx);
        const body = parseBody(testSchema, await readJson(ctx.req), 'a run of tests: there are source, files and manifest');
        ctx.body = await tester.test({ plugin, typecheck, ...contentOf(body) });
      },
    },
  ];
}
