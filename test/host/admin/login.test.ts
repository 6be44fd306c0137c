/** host/admin/login.ts and host/access/oidc.ts, with a real provider on the loopback. */

import assert from 'node:assert/strict';
import { sessionTimes } from '../../../host/access/sessions.ts';
import { AdminHost } from './admin-host.ts';
import { IdentityProvider } from './identity-provider.ts';

/** Keeps cookies by name for each origin, as far as this takes. */
class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  async get(
    url: string,
  ): Promise<{ readonly status: number; readonly location: string | null; readonly set: readonly string[]; readonly text: string }> {
    const jar = this.jar(new URL(url).origin);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    const set = answer.headers.getSetCookie();
    for (const one of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get('location');
    return { status: answer.status, location: location && new URL(location, url).href, set, text: await answer.text() };
  }

  jar(origin: string): Map<string, string> {
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    return jar;
  }
}

describe('logging in by an identity provider', () => {
  let host: AdminHost;
  let provider: IdentityProvider;
  let browser: Browser;
  let admin: string;
  before(async () => {
    provider = await IdentityProvider.start(() => `${admin}/login/oidc/callback`);
    host = await AdminHost.start({
      oidc: {
        ...{
          oidcIssuer: provider.issuer,
          oidcClientId: 'nbox',
          oidcClientSecret: 'the-secret-of-the-client',
          oidcScope: 'openid email groups',
        },
        oidcGroups: [
          { group: 'ops', scope: 'admin', reach: '*' },
          { group: 'shop-devs', scope: 'deploy', reach: 'shop' },
        ],
      },
    });
    admin = `http://127.0.0.1:${host.port}`;
  });
  after(async () => {
    await host.close();
    await provider.close();
  });
  beforeEach(() => {
    browser = new Browser();
    provider.account = 'ann';
    provider.refuses = false;
    provider.claims = { groups: ['everybody', 'shop-devs'], email: 'ann@example.com', email_verified: true };
  });

  /** As far as the address that the provider sends the browser back to. */
  async function toCallback(query = ''): Promise<string> {
    let { location } = await browser.get(`${admin}/login/oidc${query}`);
    for (let i = 0; i < 6 && location !== null && !location.startsWith(`${admin}/`); i++) ({ location } = await browser.get(location));
    assert.ok(location?.startsWith(`${admin}/login/oidc/callback?`), String(location));
    return location as string;
  }

  const problemOf = ({ status, text }: { readonly status: number; readonly text: string }) => [status, JSON.parse(text).code];

  it('asks with PKCE, state and nonce, and remembers them in a cookie that is its own', async () => {
    const { status, location, set } = await browser.get(`${admin}/login/oidc`);
    const asked = new URL(location as string);
    assert.deepEqual([status, asked.origin], [303, provider.issuer]);
    const of = (name: string) => asked.searchParams.get(name);
    assert.deepEqual(['client_id', 'response_type', 'code_challenge_method', 'scope', 'redirect_uri'].map(of), [
      'nbox',
      'code',
      'S256',
      'openid email groups',
      `${admin}/login/oidc/callback`,
    ]);
    for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((of(name) as string).length >= 43, name);
    assert.equal(set.length, 1);
    assert.match(set[0] as string, /^nbox_login=[\w.-]+; path=\/login\/oidc; expires=[^;]+; samesite=lax; httponly$/i);
  });

  it('gives members of a group a session with what that may do', async () => {
    const { status, location, set } = await browser.get(await toCallback('?to=/plugins?sort=cpu'));
    assert.deepEqual([status, location], [303, `${admin}/plugins?sort=cpu`]);
    assert.match(set.find((one) => one.startsWith('nbox_session=')) as string, /; path=\/; expires=[^;]+; samesite=strict; httponly$/i);
    const { tokenId, csrf, ...session } = JSON.parse((await browser.get(`${admin}/v1/session`)).text);
    assert.deepEqual(session, {
      ...{ actor: 'oidc:ann@example.com', scope: 'deploy', reach: 'shop' },
      expiresAt: new Date(host.time.now + sessionTimes.memberMs).toISOString(),
    });
    assert.match(tokenId, /^session:/);
    const cookie = `nbox_session=${browser.jar(admin).get('nbox_session')}`;
    const headers = { cookie, 'nbox-csrf': csrf, 'sec-fetch-site': 'same-origin' };
    const push = (path: string) => host.push({ source: 'one' }, { path, token: false, headers });
    assert.equal((await push('/v1/plugins/shop/cart/price')).status, 201);
    assert.equal((await push('/v1/plugins/pay/cart/price')).json.code, 'forbidden');
    const one = '/v1/plugins/:domain/:group/:name';
    assert.deepEqual(
      (await host.access.audit.rows({ limit: 3 })).map(({ method, route, actor, outcome }) => [method, route, actor, outcome]),
      [
        ['PUT', one, 'oidc:ann@example.com', 'forbidden'],
        ['PUT', one, 'oidc:ann@example.com', 'ok'],
        ['GET', '/login/oidc/callback', 'oidc:ann@example.com', 'ok'],
      ],
    );
  });

  it('takes the first of the operator’s groups, and the provider’s own name for whom it knows no address of', async () => {
    provider.account = 'bob';
    provider.claims = { groups: ['shop-devs', 'ops'], email: 'root@example.com', email_verified: false };
    await browser.get(await toCallback());
    const { actor, scope, reach } = JSON.parse((await browser.get(`${admin}/v1/session`)).text);
    assert.deepEqual([actor, scope, reach], ['oidc:bob', 'admin', '*']);
  });

  for (const [title, claims] of [
    ['is in no group', { groups: ['everybody'] }],
    ['has no groups', {}],
    ['has groups that are none', { groups: { ops: true } }],
  ] as const) {
    it(`lets nobody in who ${title}`, async () => {
      provider.claims = claims;
      const answer = await browser.get(await toCallback());
      assert.deepEqual(problemOf(answer), [403, 'login_failed']);
      assert.equal(browser.jar(admin).get('nbox_session'), undefined);
    });
  }

  it('lets nobody in whom the provider refuses', async () => {
    provider.refuses = true;
    assert.deepEqual(problemOf(await browser.get(await toCallback())), [403, 'login_failed']);
  });

  it('takes each code once, from the browser that has begun, and within ten minutes', async () => {
    const callback = await toCallback();
    const other = new Browser();
    assert.deepEqual(problemOf(await other.get(callback)), [403, 'login_failed'], 'another browser');
    const flow = browser.jar(admin).get('nbox_login') as string;
    assert.equal((await browser.get(callback)).status, 303);
    assert.equal(browser.jar(admin).get('nbox_login'), undefined);
    browser.jar(admin).set('nbox_login', flow);
    assert.deepEqual(problemOf(await browser.get(callback)), [403, 'login_failed'], 'once more');
    const late = await toCallback();
    host.time.now += 600_000;
    assert.deepEqual(problemOf(await browser.get(late)), [403, 'login_failed'], 'late');
  });

  it('takes no flow that was changed, or begun for another login', async () => {
    const callback = await toCallback();
    const flow = browser.jar(admin).get('nbox_login') as string;
    const [text = '', mark = ''] = flow.split('.');
    const changed = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(text, 'base64url').toString()), to: '//evil' })).toString(
      'base64url',
    );
    for (const wrong of ['x', '', `${text}.`, `.${mark}`, `${changed}.${mark}`, `${text}.${mark}x`]) {
      browser.jar(admin).set('nbox_login', wrong);
      assert.deepEqual(problemOf(await browser.get(callback)), [403, 'login_failed'], wrong);
    }
    await browser.get(`${admin}/login/oidc`);
    assert.deepEqual(problemOf(await browser.get(callback)), [403, 'login_failed'], 'of a later one');
  });

  for (const to of ['//evil.example', 'https://evil.example', '/\\evil.example', 'evil', '', `/${'a'.repeat(600)}`]) {
    it(`goes on to no ${JSON.stringify(to.slice(0, 30))}`, async () => {
      const answer = await browser.get(`${admin}/login/oidc?to=${encodeURIComponent(to)}`);
      assert.deepEqual(problemOf(answer), [400, 'invalid_query']);
    });
  }

  it('says so where the provider cannot be asked, and asks again', async () => {
    const away = await AdminHost.start({
      oidc: {
        ...{ oidcIssuer: 'http://127.0.0.1:1', oidcClientId: 'nbox', oidcClientSecret: undefined, oidcScope: 'openid' },
        oidcGroups: [{ group: 'ops', scope: 'admin', reach: '*' }],
      },
    });
    for (let i = 0; i < 2; i++) {
      const { status, json, headers } = await away.ask('GET', '/login/oidc', { token: false });
      assert.deepEqual([status, json.code, headers['retry-after']], [503, 'login_unavailable', '5']);
    }
    await away.close();
  });

  it('is not there where there is no provider', async () => {
    const without = await AdminHost.start();
    assert.equal((await without.ask('GET', '/login/oidc', { token: false })).status, 401);
    assert.equal((await without.ask('GET', '/login/oidc')).status, 404);
    await without.close();
  });
});
