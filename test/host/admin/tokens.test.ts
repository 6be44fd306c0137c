/** host/admin/tokens.ts, over HTTP. */

import assert from 'node:assert/strict';
import { AdminHost, type Answer } from './admin-host.ts';

describe('the admin API, tokens', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
  });
  afterEach(() => host.close());
  const make = (body: object, token?: string): Promise<Answer> =>
    host.ask('POST', '/v1/tokens', { body: JSON.stringify(body), ...(token === undefined ? {} : { token }) });
  const ci = { name: 'ci', scope: 'deploy', reach: 'demo/hello' };

  it('POST makes one, and tells its secret then and never again', async () => {
    const { status, json } = await make({ ...ci, expiresAt: '2030-01-01T00:00:00+01:00' });
    const { id, token, ...view } = json;
    assert.equal(status, 201);
    assert.match(token, /^nbox_[A-Za-z0-9_-]{43}$/);
    const createdAt = new Date(host.time.now).toISOString();
    const expected = { ...ci, state: 'active', createdAt, createdBy: 'admin', expiresAt: '2029-12-31T23:00:00.000Z', lastUsedAt: null };
    assert.deepEqual(view, expected);
    const one = await host.ask('GET', `/v1/tokens/${id}`);
    assert.deepEqual([one.status, one.json], [200, { id, ...expected }]);
    const { json: all, text } = await host.ask('GET', '/v1/tokens');
    assert.deepEqual(all, { tokens: [{ id, ...expected }], next: null });
    assert.ok(!text.includes(token.slice(5)));
  });

  it('lets its holder do what it may, in his name', async () => {
    const { json } = await make(ci);
    const pushed = await host.push({ source: 'one' }, { token: json.token });
    assert.equal(pushed.status, 201);
    const [deployment] = (await host.ask('GET', '/v1/plugins/demo/hello/world/deployments')).json.deployments;
    assert.equal(deployment.actor, 'ci');
    const elsewhere = await host.push({ source: 'one' }, { token: json.token, path: '/v1/plugins/demo/other/world' });
    assert.deepEqual([elsewhere.status, elsewhere.json.code], [403, 'forbidden']);
    assert.equal((await host.ask('GET', `/v1/tokens/${json.id}`)).json.lastUsedAt, new Date(host.time.now).toISOString());
  });

  it('DELETE revokes one: from then on it opens nothing', async () => {
    const { json } = await make(ci);
    assert.equal((await host.ask('DELETE', `/v1/tokens/${json.id}`)).status, 204);
    assert.equal((await host.ask('GET', '/v1/plugins', { token: json.token })).status, 401);
    for (const method of ['GET', 'DELETE']) {
      const gone = await host.ask(method, `/v1/tokens/${json.id}`);
      assert.deepEqual([gone.status, gone.json.code], [404, 'no_such_token']);
    }
  });

  it('shows one that has expired as that, and says so to whoever sends it', async () => {
    const { json } = await make({ ...ci, expiresAt: new Date(host.time.now + 1_000).toISOString() });
    host.time.now += 1_000;
    assert.equal((await host.ask('GET', `/v1/tokens/${json.id}`)).json.state, 'expired');
    const { status, json: problem } = await host.ask('GET', '/v1/plugins', { token: json.token });
    assert.deepEqual([status, problem.detail], [401, 'The token has expired']);
  });

  it('makes none that may more than the one that makes it', async () => {
    const { json } = await make({ name: 'shop', scope: 'admin', reach: 'demo' });
    const mine = (body: object) => make({ name: 'more', scope: 'admin', reach: 'demo', ...body }, json.token);
    const wider = await mine({ reach: '*' });
    assert.deepEqual([wider.status, wider.json.code, wider.json.pointer], [403, 'forbidden', '/reach']);
    assert.equal((await mine({ reach: 'other' })).status, 403);
    assert.equal((await mine({})).status, 201);
    const deploy = (await make(ci)).json.token;
    assert.equal((await make({ name: 'x', scope: 'read', reach: 'demo/hello' }, deploy)).json.code, 'forbidden');
  });

  it('made in a session lasts as long as the token of that may', async () => {
    const opened = await host.ask('POST', '/v1/session', {
      token: false,
      body: JSON.stringify({ token: (await make({ ...ci, scope: 'admin' })).json.token }),
    });
    const cookie = (opened.headers['set-cookie']?.[0] ?? '').split(';')[0] as string;
    const headers = { cookie, 'nbox-csrf': opened.json.csrf, 'sec-fetch-site': 'same-origin' };
    const { status } = await host.ask('POST', '/v1/tokens', { token: false, headers, body: JSON.stringify({ ...ci, name: 'forever' }) });
    assert.equal(status, 201);
  });

  for (const [title, body, pointer] of [
    ['no name', { scope: 'read', reach: '*' }, '/name'],
    ['an odd name', { ...ci, name: 'a b' }, '/name'],
    ['a name that looks like a number sign', { ...ci, name: '=1+1' }, '/name'],
    ['the name of the operator', { ...ci, name: 'Admin' }, '/name'],
    ['a name that is too long', { ...ci, name: 'a'.repeat(64) }, '/name'],
    ['no scope', { name: 'a', reach: '*' }, '/scope'],
    ['another scope', { ...ci, scope: 'root' }, '/scope'],
    ['no reach', { name: 'a', scope: 'read' }, '/reach'],
    ['an odd reach', { ...ci, reach: 'demo/*' }, '/reach'],
    ['a reach of four parts', { ...ci, reach: 'a/b/c/d' }, '/reach'],
    ['a time that is none', { ...ci, expiresAt: 'tomorrow' }, '/expiresAt'],
    ['a time without a zone', { ...ci, expiresAt: '2030-01-01T00:00:00' }, '/expiresAt'],
    ['a time that is over', { ...ci, expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
    ['a secret of its own', { ...ci, token: 'nbox_mine' }, '/token'],
  ] as const) {
    it(`refuses ${title}`, async () => {
      const { status, json } = await make(body);
      assert.deepEqual([status, json.code, json.pointer], [400, 'invalid_body', pointer]);
    });
  }

  it('refuses a name that is there already', async () => {
    await make(ci);
    const { status, json } = await make(ci);
    assert.deepEqual([status, json.code, json.pointer], [409, 'token_exists', '/name']);
  });
});
