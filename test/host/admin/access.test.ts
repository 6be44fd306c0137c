/** host/admin/access.ts, held against the route table: what each route takes, and what it is of. */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { everything, type Reach } from '../../../host/access/reach.ts';
import { type Scope, scopes } from '../../../host/access/scope.ts';
import { checkAccess } from '../../../host/admin/access.ts';
import type { Params, Route } from '../../../host/admin/route.ts';
import { adminRoutes } from '../../../host/admin/server.ts';
import { AdminHost } from './admin-host.ts';

const plugin = { domain: 'shop', group: 'cart', name: 'price' };

function paramsOf({ pattern }: Route): Params {
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, (plugin as Params)[name] ?? 'x']));
}

function may(route: Route, scope: Scope, reach: Reach): boolean {
  try {
    checkAccess(route, paramsOf(route), { actor: 'someone', tokenId: 'id', scope, reach });
    return true;
  } catch (error) {
    assert.ok(isNboxError(error, 'forbidden'));
    return false;
  }
}

describe('every route of the admin API', () => {
  let routes: readonly Route[];
  before(async () => {
    const host = await AdminHost.start();
    routes = adminRoutes(host.parts).filter(({ access }) => access !== 'none');
    await host.close();
  });

  it('takes its scope and those above it, and no less', () => {
    for (const route of routes) {
      const least = scopes.indexOf(route.access as Scope);
      const allowed = scopes.map((scope) => may(route, scope, everything));
      assert.deepEqual(
        allowed,
        scopes.map((_, i) => i >= least),
        `${route.method} ${route.pattern}`,
      );
    }
  });

  it('takes no more than the scope read where it reads, and more where it changes something', () => {
    const odd = routes.filter(({ method, access }) => (method === 'GET') !== (access === 'read'));
    assert.deepEqual(
      odd.map(({ method, pattern, access }) => `${method} ${pattern} ${access}`),
      [
        // What callers have sent is in it.
        'GET /v1/plugins/:domain/:group/:name/failures/:id deploy',
        // A query that has no room in a URL.
        'POST /v1/usage/cost read',
        // Everybody's sources.
        'GET /v1/export admin',
        // Who may do what, and who did.
        'GET /v1/tokens admin',
        'GET /v1/tokens/:id admin',
        // Ends what it is asked with, and nothing else.
        'DELETE /v1/session read',
        'GET /v1/audit admin',
        'GET /v1/audit/verify admin',
      ],
    );
  });

  it('of a plugin is open to reaches that the plugin is within, and closed to all others', () => {
    const named = routes.filter(({ of }) => of === 'plugin');
    assert.ok(named.length > 40);
    for (const route of named) {
      assert.match(route.pattern, /\/:domain/, route.pattern);
      const parts = Object.keys(plugin).filter((part) => route.pattern.includes(`:${part}`)).length;
      const open = ['*', 'shop', 'shop/cart', 'shop/cart/price'].slice(0, parts + 1);
      for (const reach of ['*', 'shop', 'shop/cart', 'shop/cart/price', 'sho', 'shop/car', 'shop/cart/pric', 'other', 'cart/price/shop']) {
        assert.equal(may(route, 'admin', reach), open.includes(reach), `${route.method} ${route.pattern} for ${reach}`);
      }
    }
  });

  it('that names a plugin is of that plugin', () => {
    const odd = routes.filter(({ of, pattern }) => (of === 'plugin') !== pattern.includes('/:domain'));
    assert.deepEqual(odd, []);
  });

  it('of the whole host is closed to whoever reaches less than everything', () => {
    const whole = routes.filter(({ of }) => of === 'host');
    assert.deepEqual(
      whole.map(({ method, pattern }) => `${method} ${pattern}`),
      ['GET /metrics', 'GET /v1/export', 'GET /v1/settings', 'GET /v1/audit/verify'],
    );
    for (const route of whole) {
      assert.ok(may(route, 'admin', '*'));
      for (const reach of ['shop', 'shop/cart/price']) assert.ok(!may(route, 'admin', reach), route.pattern);
    }
  });

  it('names the scope or the reach that is missing', () => {
    const route = routes.find(({ method, of }) => method === 'PUT' && of === 'plugin') as Route;
    const ask = (scope: Scope, reach: Reach) => checkAccess(route, plugin, { actor: 'a', tokenId: 'id', scope, reach });
    assert.throws(() => ask('read', '*'), /needs a token with the scope deploy; this one has read$/);
    assert.throws(() => ask('deploy', 'pay'), /needs a token that reaches "shop\/cart\/price"; this one reaches pay$/);
  });
});
