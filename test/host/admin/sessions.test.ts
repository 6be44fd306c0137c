/** host/admin/sessions.ts and what cookies may do, over HTTP. */

import assert from 'node:assert/strict';
import { sessionTimes } from '../../../host/access/sessions.ts';
import { AdminHost, type Answer, token } from './admin-host.ts';

const sameOrigin = { 'sec-fetch-site': 'same-origin' };

describe('the admin API, sessions', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
  });
  afterEach(() => host.close());

  const open = (headers: Record<string, string> = {}, body: unknown = { token }) =>
    host.ask('POST', '/v1/session', { token: false, headers, body: JSON.stringify(body) });
  const cookieOf = ({ headers }: Answer) => (headers['set-cookie']?.[0] ?? '').split(';')[0] as string;
  const ask = (method: string, path: string, headers: Record<string, string>, body?: string) =>
    host.ask(method, path, { token: false, headers, ...(body === undefined ? {} : { body }) });
  async function opened() {
    const answer = await open();
    return { cookie: cookieOf(answer), csrf: answer.json.csrf as string, answer };
  }
  const budget = '{"window":"1h","calls":1}';

  it('POST opens one: who it is, until when, and a cookie that no page can read', async () => {
    const { status, json, headers } = await open();
    const { csrf, ...rest } = json;
    const expiresAt = new Date(host.time.now + sessionTimes.wholeMs).toISOString();
    assert.deepEqual([status, rest], [200, { actor: 'admin', tokenId: 'admin', scope: 'admin', reach: '*', expiresAt }]);
    assert.match(csrf, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(headers['set-cookie']?.length, 1);
    const [pair, ...attributes] = String(headers['set-cookie']?.[0]).split('; ');
    assert.match(pair as string, /^nbox_session=nboxs_[A-Za-z0-9_-]{43}$/);
    assert.deepEqual(
      attributes.map((one) => one.toLowerCase()).sort(),
      [`expires=${new Date(expiresAt).toUTCString()}`.toLowerCase(), 'httponly', 'path=/', 'samesite=strict'].sort(),
    );
    assert.ok(!JSON.stringify(json).includes('nboxs_'));
  });

  it('has a cookie that goes over TLS alone where the browser came by that', async () => {
    const { headers } = await open({ 'x-forwarded-proto': 'https' });
    assert.match(headers['set-cookie']?.[0] as string, /; secure/i);
  });

  it('GET tells whose it is; 401 without one', async () => {
    const { cookie, answer } = await opened();
    const { status, json } = await ask('GET', '/v1/session', { cookie });
    assert.deepEqual([status, json], [200, answer.json]);
    for (const headers of [
      {},
      { cookie: 'nbox_session=x' },
      { cookie: `${cookie}x` },
      { cookie: cookie.replace('nbox_session', 'other') },
    ]) {
      const { status: refused, json: problem } = await ask('GET', '/v1/session', headers as Record<string, string>);
      assert.deepEqual([refused, problem.code], [401, 'unauthorized'], JSON.stringify(headers));
    }
  });

  it('GET with a token tells whose that is, without anything for a page', async () => {
    const { status, json } = await host.ask('GET', '/v1/session');
    assert.deepEqual([status, json], [200, { actor: 'admin', tokenId: 'admin', scope: 'admin', reach: '*', expiresAt: null, csrf: null }]);
  });

  it('DELETE ends it', async () => {
    const { cookie, csrf } = await opened();
    const ended = await ask('DELETE', '/v1/session', { cookie, 'nbox-csrf': csrf, ...sameOrigin });
    assert.equal(ended.status, 204);
    assert.match(ended.headers['set-cookie']?.[0] as string, /^nbox_session=; .*expires=Thu, 01 Jan 1970/i);
    assert.equal((await ask('GET', '/v1/session', { cookie })).status, 401);
    assert.equal((await host.ask('DELETE', '/v1/session')).status, 404);
  });

  it('reads with the cookie alone, and changes nothing by it', async () => {
    const { cookie, csrf } = await opened();
    assert.equal((await ask('GET', '/v1/plugins', { cookie })).status, 200);
    const origin = `http://127.0.0.1:${host.port}`;
    for (const headers of [
      {},
      { 'nbox-csrf': csrf },
      sameOrigin,
      { origin },
      { ...sameOrigin, 'nbox-csrf': `${csrf}x` },
      { ...sameOrigin, 'nbox-csrf': '' },
      { origin: 'http://evil.example', 'nbox-csrf': csrf },
      { origin: 'null', 'nbox-csrf': csrf },
      { origin: `http://127.0.0.1:${host.port + 1}`, 'nbox-csrf': csrf },
    ] as Record<string, string>[]) {
      const { status, json } = await ask('PUT', '/v1/budgets/demo', { cookie, ...headers }, budget);
      assert.ok((status === 403 && json.code === 'csrf_refused') || status === 401, `${status} ${JSON.stringify(headers)}`);
    }
    assert.deepEqual(host.budgets.list(), []);
    const right = await ask('PUT', '/v1/budgets/demo', { cookie, 'nbox-csrf': csrf, origin }, budget);
    assert.equal(right.status, 201);
    assert.equal((await ask('PUT', '/v1/budgets/demo', { cookie, 'nbox-csrf': csrf, ...sameOrigin }, budget)).status, 200);
  });

  it('counts for nothing beside another one, which a script of another port may have put there', async () => {
    const [{ cookie }, other] = [await opened(), await opened()];
    for (const both of [`${cookie}; ${other.cookie}`, `${cookie}; nbox_session=x`, `nbox_session; ${cookie}`, `${cookie};${cookie}`]) {
      assert.equal((await ask('GET', '/v1/plugins', { cookie: both })).status, 401, both);
    }
    assert.equal((await ask('GET', '/v1/plugins', { cookie: `a=1; ${cookie}; my_nbox_session=x` })).status, 200);
  });

  it('counts for nothing in what pages of other origins send, those of the same machine included', async () => {
    const { cookie, csrf } = await opened();
    for (const site of ['same-site', 'cross-site', 'odd']) {
      assert.equal((await ask('GET', '/v1/plugins', { cookie, 'sec-fetch-site': site })).status, 401, site);
      const { status } = await ask('PUT', '/v1/budgets/demo', { cookie, 'nbox-csrf': csrf, 'sec-fetch-site': site }, budget);
      assert.equal(status, 401, site);
    }
  });

  it('has the csrf of one session open no other', async () => {
    const [a, b] = [await opened(), await opened()];
    assert.notEqual(a.csrf, b.csrf);
    const { json } = await ask('PUT', '/v1/budgets/demo', { cookie: a.cookie, 'nbox-csrf': b.csrf, ...sameOrigin }, budget);
    assert.equal(json.code, 'csrf_refused');
  });

  it('needs none of that where a token is sent, which goes before the cookie', async () => {
    const { cookie } = await opened();
    const put = await host.ask('PUT', '/v1/budgets/demo', { headers: { cookie }, body: budget });
    assert.equal(put.status, 201);
    assert.equal((await host.ask('GET', '/v1/plugins', { headers: { cookie }, token: 'wrong' })).status, 401);
  });

  it('is a new one each time, whatever cookie somebody comes with, and ends that', async () => {
    const planted = `nbox_session=nboxs_${'p'.repeat(43)}`;
    const first = await open({ cookie: planted });
    assert.notEqual(cookieOf(first), planted);
    assert.equal((await ask('GET', '/v1/session', { cookie: planted })).status, 401);
    const second = await open({ cookie: cookieOf(first) });
    assert.notEqual(cookieOf(second), cookieOf(first));
    assert.equal((await ask('GET', '/v1/session', { cookie: cookieOf(first) })).status, 401);
    assert.equal((await ask('GET', '/v1/session', { cookie: cookieOf(second) })).status, 200);
  });

  it('is opened by no page of another origin', async () => {
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'cross-site' }]) {
      const { status, json, headers: answered } = await open(headers as Record<string, string>);
      assert.deepEqual([status, json.code, answered['set-cookie']], [403, 'csrf_refused', undefined]);
    }
    assert.equal((await open({ origin: `http://127.0.0.1:${host.port}` })).status, 200);
  });

  it('is opened under no name but those that the API answers to', async () => {
    const { status, json } = await open({ host: 'evil.example' });
    assert.deepEqual([status, json.code], [421, 'host_not_allowed']);
  });

  for (const [title, body, code] of [
    ['a wrong token', { token: 'wrong' }, 'unauthorized'],
    ['none', {}, 'invalid_body'],
    ['an empty one', { token: '' }, 'invalid_body'],
    ['a token that is none', { token: 7 }, 'invalid_body'],
    ['one that is too long', { token: 'x'.repeat(513) }, 'invalid_body'],
    ['more than it takes', { token, remember: true }, 'invalid_body'],
    ['a body that is too long', { token: 'x'.repeat(5_000) }, 'request_too_large'],
  ] as const) {
    it(`refuses ${title}, and sets no cookie`, async () => {
      const { json, headers } = await open({}, body);
      assert.deepEqual([json.code, headers['set-cookie']], [code, undefined]);
    });
  }

  it('has what it does in the audit by its token, and is there itself', async () => {
    const { cookie, csrf } = await opened();
    await ask('PUT', '/v1/budgets/demo', { cookie, 'nbox-csrf': csrf, ...sameOrigin }, budget);
    const rows = await host.access.audit.rows({ limit: 10 });
    assert.deepEqual(
      rows.map(({ method, route, actor, tokenId, outcome }) => [method, route, actor, tokenId, outcome]),
      [
        ['PUT', '/v1/budgets/:domain', 'admin', 'admin', 'ok'],
        ['POST', '/v1/session', 'admin', 'admin', 'ok'],
      ],
    );
  });
});
