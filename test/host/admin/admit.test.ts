/** host/admin/admit.ts, over HTTP: every route of the table, asked by those who may and by those who may not. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { TokenTerms } from '../../../host/access/access-token.ts';
import { type Scope, scopes } from '../../../host/access/scope.ts';
import type { Route } from '../../../host/admin/route.ts';
import { adminRoutes } from '../../../host/admin/server.ts';
import { AdminHost, token as operatorToken } from './admin-host.ts';

const values: Readonly<Record<string, string>> = { domain: 'shop', group: 'cart', name: 'price', number: '1', lane: 'standard', id: 'x' };
const pathOf = ({ pattern }: Route) => pattern.replace(/:(\w+)/g, (_, name: string) => values[name] as string);
/** However it comes to that. */
const closed = (one: IncomingMessage) => new Promise<void>((resolve) => one.once('close', () => resolve()));
/** Has no end: HEAD asks whether it would begin. */
const isStream = ({ pattern }: Route) => pattern === '/v1/events';

describe('every route of the admin API, over HTTP', () => {
  let host: AdminHost;
  let routes: readonly Route[];
  let made = 0;
  before(async () => {
    host = await AdminHost.start();
    routes = adminRoutes(host.parts);
  });
  after(() => host.close());

  async function tokenOf(more: Partial<TokenTerms>): Promise<{ readonly id: string; readonly secret: string }> {
    made += 1;
    const terms = { name: `t${made}`, scope: 'admin', reach: '*', expiresAt: undefined, ...more } as const;
    const operator = host.access.tokens.find(operatorToken);
    const { token, secret } = await host.access.tokens.create(operator as never, terms);
    return { id: token.id, secret };
  }

  async function ask(route: Route, token: string | false): Promise<{ readonly status: number; readonly code: string | undefined }> {
    const { status, json } = await host.ask(isStream(route) ? 'HEAD' : route.method, pathOf(route), { token });
    return { status, code: json?.code };
  }

  const shut = () => routes.filter(({ access }) => access !== 'none');
  const label = ({ method, pattern }: Route) => `${method} ${pattern}`;

  it('answers whoever has no token only where it is open', async () => {
    assert.deepEqual(routes.filter(({ access }) => access === 'none').map(label), [
      'POST /v1/session',
      // What the package says of itself.
      ...['GET /openapi.json', 'GET /docs', 'GET /docs/:page'],
      ...['GET /healthz', 'GET /readyz'],
    ]);
    assert.deepEqual(routes.filter(({ isProbe }) => isProbe === true).map(label), ['GET /healthz', 'GET /readyz']);
    for (const route of shut()) {
      const { status } = await ask(route, false);
      assert.equal(status, 401, label(route));
    }
  });

  it('refuses each scope below its own, and lets the others in', async () => {
    for (const scope of scopes) {
      const { secret } = await tokenOf({ scope });
      for (const route of shut()) {
        const { status, code } = await ask(route, secret);
        if (scopes.indexOf(scope) < scopes.indexOf(route.access as Scope)) {
          assert.equal(status, 403, `${scope}: ${label(route)}`);
          if (!isStream(route)) assert.equal(code, 'forbidden', label(route));
        } else assert.ok(status !== 401 && code !== 'forbidden', `${scope}: ${label(route)} ${status} ${code}`);
      }
    }
  });

  it('refuses a reach that is elsewhere what is of a plugin, and a limited one what is of the host', async () => {
    const elsewhere = (await tokenOf({ reach: 'pay' })).secret;
    const near = (await tokenOf({ reach: 'shop/cart/price' })).secret;
    for (const route of shut()) {
      const far = await ask(route, elsewhere);
      if (route.of === 'reach') assert.ok(far.code !== 'forbidden' && far.status !== 401, label(route));
      else assert.deepEqual([far.status, far.code], [403, 'forbidden'], label(route));
      const isBudget = route.pattern.startsWith('/v1/budgets/');
      if (route.of === 'plugin' && !isBudget) assert.notEqual((await ask(route, near)).code, 'forbidden', label(route));
    }
  });

  it('refuses tokens that have expired or were revoked', async () => {
    const expired = await tokenOf({ expiresAt: host.time.now + 1_000 });
    const revoked = await tokenOf({});
    host.time.now += 1_000;
    await host.access.tokens.revoke(host.access.tokens.find(operatorToken) && ({ reach: '*' } as never), revoked.id);
    for (const route of shut()) {
      assert.equal((await ask(route, expired.secret)).status, 401, label(route));
      // Each of them is a wrong token now: what they cost the address is another test's.
      const { status } = await ask(route, revoked.secret);
      assert.ok(status === 401 || status === 429, label(route));
    }
  });

  for (const [title, end] of [
    ['is revoked', async (id: string) => void (await host.access.tokens.revoke({ reach: '*' } as never, id))],
    [
      'expires',
      async () => {
        host.time.now += 60_000;
        host.access.tokens.sweep();
      },
    ],
  ] as const) {
    it(`cuts open streams when their token ${title}, and none of others`, async () => {
      await host.push({ source: 'one' }, { path: '/v1/plugins/shop/cart/price' });
      const { id, secret } = await tokenOf({ scope: 'read', expiresAt: host.time.now + 60_000 });
      const streams = await Promise.all([
        stream('/v1/events', secret),
        stream('/v1/plugins/shop/cart/price/logs', secret),
        stream('/v1/events', operatorToken),
      ]);
      const cut = Promise.all(streams.slice(0, 2).map(closed));
      await end(id);
      await cut;
      const [, , other] = streams;
      assert.equal(other?.closed, false);
      other?.destroy();
    });
  }

  async function stream(path: string, token: string): Promise<IncomingMessage> {
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const sent = request({ host: '127.0.0.1', port: host.port, path, agent: false, headers });
    sent.end();
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    assert.equal(reply.statusCode, 200);
    // Cut off on purpose.
    reply.on('error', () => undefined);
    sent.on('error', () => undefined);
    reply.resume();
    return reply;
  }
});

describe('wrong tokens', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
  });
  afterEach(() => host.close());
  const ask = (token: string) => host.ask('GET', '/v1/plugins', { token });

  it('slow an address down, more with each, and nothing that it sends meanwhile is looked at', async () => {
    for (let i = 0; i < 6; i++) assert.equal((await ask('wrong')).status, 401);
    const waits: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const { status, json, headers } = await ask('wrong');
      assert.deepEqual([status, json.code], [429, 'too_many_guesses']);
      waits.push(headers['retry-after']);
      host.time.elapsed += Number(headers['retry-after']) * 1_000;
      assert.equal((await ask('wrong')).status, 401);
    }
    assert.deepEqual(waits, ['1', '2', '4']);
  });

  it('lock out no one who has a token that a host has made, from the same address even', async () => {
    for (let i = 0; i < 20; i++) await ask('wrong');
    assert.equal((await ask('wrong')).status, 429);
    assert.equal((await ask(operatorToken)).status, 200);
    const made = `nbox_${'x'.repeat(43)}`;
    const { status, json } = await ask(made);
    assert.deepEqual([status, json.code], [429, 'too_many_guesses'], 'a wrong one of that form is refused as any other');
  });

  it('are no requests without a token, and the open routes go on', async () => {
    for (let i = 0; i < 20; i++) assert.equal((await host.ask('GET', '/v1/plugins', { token: false })).status, 401);
    assert.equal((await ask('wrong')).status, 401);
    assert.equal((await host.ask('GET', '/healthz', { token: false })).status, 200);
  });

  it('are counted where they open sessions, too', async () => {
    const open = () => host.ask('POST', '/v1/session', { token: false, body: '{"token":"wrong"}' });
    for (let i = 0; i < 6; i++) assert.equal((await open()).status, 401);
    assert.equal((await open()).status, 429);
  });
});

describe('the rate of requests', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start({ adminRate: 3 });
  });
  afterEach(() => host.close());

  it('is told with each answer, and bounded by token', async () => {
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await host.ask('GET', '/v1/plugins'));
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers['ratelimit-policy'], headers['ratelimit'], headers['retry-after']]),
      [
        [200, '"token";q=3;w=60', '"token";r=2;t=20', undefined],
        [200, '"token";q=3;w=60', '"token";r=1;t=40', undefined],
        [200, '"token";q=3;w=60', '"token";r=0;t=60', undefined],
        [429, '"token";q=3;w=60', '"token";r=0;t=60', '20'],
      ],
    );
    assert.equal(answers[3]?.json.code, 'rate_limited');
    host.time.elapsed += 20_000;
    assert.equal((await host.ask('GET', '/v1/plugins')).status, 200);
  });

  it('is bounded by address, for those who show nothing, too, but not for probes', async () => {
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await host.ask('GET', '/v1/plugins', { token: false })).status);
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 401, 429]);
    for (let i = 0; i < 20; i++) assert.equal((await host.ask('GET', '/healthz', { token: false })).status, 200);
  });
});
