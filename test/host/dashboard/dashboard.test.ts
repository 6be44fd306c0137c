/** The dashboard on the admin port: what is answered to whom, and with which headers. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import type { Credential } from '../../../host/access/credential.ts';
import { problems } from '../../../host/admin/problem.ts';
import { Assets } from '../../../host/dashboard/assets.ts';
import type { BundleState } from '../../../host/dashboard/bundle-source.ts';
import { dashboard } from '../../../host/dashboard/dashboard.ts';
import { appPage } from '../../../host/dashboard/page.ts';
import { quietLog, TempDir } from '../doubles.ts';
import { writeBundle } from './bundled.ts';

describe('dashboard(parts)', () => {
  let temp: TempDir;
  let server: Server;
  let ready: BundleState;
  let state: BundleState;
  const config = { adminHost: '127.0.0.1', adminHosts: [], oidcIssuer: undefined as string | undefined };
  before(async () => {
    temp = new TempDir();
    writeBundle(temp);
    ready = { kind: 'ready', assets: await Assets.read(temp.path) };
    const app = new Koa();
    app.use(problems(quietLog));
    const sessions = { find: (secret: string) => (secret === 'x' ? ({} as Credential) : 'unknown') };
    app.use(dashboard({ bundle: { state: async () => state }, sessions, config }));
    app.use((ctx) => {
      ctx.status = 418;
    });
    server = createServer(app.callback());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    state = ready;
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    temp[Symbol.dispose]();
  });

  /** The path goes out as it is written. */
  async function ask(
    path: string,
    { method = 'GET', headers = {} }: { readonly method?: string; readonly headers?: Record<string, string> } = {},
  ): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }> {
    const sent = request({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, path, method, headers, agent: false });
    sent.end();
    const [response] = await once(sent, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
  }

  it('has the page under each view, with a policy that lets nothing in from elsewhere and a nonce of its own', async () => {
    const nonces = new Set<string>();
    for (const path of [
      '/',
      '/plugins',
      '/plugins/shop/detail/price',
      '/editor',
      '/releases',
      '/hygiene',
      '/audit',
      '/tokens',
      '/settings',
      '/?range=6h',
    ]) {
      const { status, headers, body } = await ask(path);
      assert.equal(status, 200, path);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(headers['cache-control'], 'no-store');
      const policy = headers['content-security-policy'] as string;
      assert.match(policy, /^default-src 'none'; script-src 'self' 'sha256-[\w+/]{43}=';/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] as string;
      assert.ok(body.includes(`content="${nonce}"`));
      nonces.add(nonce);
      assert.ok(
        body.includes('src="/assets/main-1.js"') &&
          body.includes('href="/assets/chunk-1.js"') &&
          body.includes('href="/assets/styles-1.css"'),
      );
      assert.ok(body.includes('format=/assets/format.worker-1.js'));
    }
    assert.equal(nonces.size, 10);
  });

  it('has no style in the page, and no script but the one that its policy names by what it is', async () => {
    const { body, headers } = await ask('/');
    const [, text = ''] = /<script>(.*?)<\/script>/s.exec(body) ?? [];
    assert.equal(text, 'theme()');
    const hash = createHash('sha256').update(text).digest('base64');
    assert.ok((headers['content-security-policy'] as string).includes(`script-src 'self' 'sha256-${hash}';`));
    assert.doesNotMatch(body.replace(`<script>${text}</script>`, ''), /<script(?![^>]*\ssrc=)|\son\w+=|style=|<style/);
  });

  it('says where people log in, where there is an identity provider', async () => {
    assert.ok(!(await ask('/')).body.includes('/login/oidc'));
    const { html } = appPage((ready as { assets: Assets }).assets, { loginAt: '/login/oidc', isSignedOut: false, questions: [] });
    assert.ok(html.includes('<meta name="nbox-login" content="/login/oidc">'));
  });

  it('says that nobody is signed in where that is certain, so that the page need not ask', async () => {
    const says = async (headers: Record<string, string>) =>
      (await ask('/', { headers })).body.includes('<meta name="nbox-session" content="none">');
    assert.equal(await says({ 'sec-fetch-site': 'none' }), true);
    assert.equal(await says({ 'sec-fetch-site': 'same-origin' }), true);
    assert.equal(await says({ 'sec-fetch-site': 'none', cookie: 'nbox_session=x' }), false);
    // It is over.
    assert.equal(await says({ 'sec-fetch-site': 'none', cookie: 'nbox_session=y' }), true);
    assert.equal(await says({ cookie: 'nbox_session=y' }), true);
    // Another site's link: its request has no cookie in any case.
    assert.equal(await says({ 'sec-fetch-site': 'cross-site' }), false);
    assert.equal(await says({}), false);
  });

  it('has browsers with a session ask at once for what the page asks first', async () => {
    const asked = async (path: string, cookie: string | undefined) => {
      const { body } = await ask(path, { headers: cookie === undefined ? {} : { cookie } });
      return [...body.matchAll(/<link rel="preload" as="fetch" crossorigin href="([^"]*)">/g)].map(([, href = '']) => href);
    };
    assert.deepEqual(await asked('/', undefined), []);
    assert.deepEqual(await asked('/', 'other=x'), []);
    assert.deepEqual(await asked('/', 'nbox_session=y'), [], 'it is over');
    assert.deepEqual(await asked('/plugins', 'nbox_session=x'), ['/v1/session']);
    const [session, top = '', traffic = ''] = await asked('/', 'nbox_session=x');
    assert.equal(session, '/v1/session');
    const times = 'from=\\d{13}&amp;to=\\d{13}&amp;step=1m';
    assert.match(top, new RegExp(`^/v1/usage/top\\?${times}&amp;by=osCpuUs&amp;count=8$`));
    assert.match(traffic, new RegExp(`^/v1/usage\\?${times}$`));
    assert.match((await asked('/?range=30d', 'nbox_session=x'))[2] ?? '', /step=1h$/);
    assert.deepEqual(await asked('/?range=5m', 'nbox_session=x'), ['/v1/session'], 'of seconds it would be another question by then');
    for (const evil of ['/?range=%22%3E%3Cscript%3E', '/?from=%22%3E&to=%3Cscript', '/?from=1e400&to=9&__proto__=1', '/?%E0%A4%A']) {
      assert.match((await asked(evil, 'nbox_session=x'))[2] ?? '', new RegExp(`^/v1/usage\\?${times}$`), evil);
    }
  });

  it('leaves to others what is no view, and whatever changes something', async () => {
    for (const path of ['/v1/plugins', '/docs', '/openapi.json', '/metrics', '/healthz', '/pluginsx', '//plugins', '/assets']) {
      assert.equal((await ask(path)).status, 418, path);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      assert.equal((await ask('/', { method })).status, 418, method);
      assert.equal((await ask('/assets/main-1.js', { method })).status, 418, method);
    }
  });

  it('answers only to names of its own', async () => {
    for (const path of ['/', '/assets/main-1.js']) {
      assert.equal((await ask(path, { headers: { host: 'evil.example' } })).status, 421, path);
      assert.equal((await ask(path, { headers: { host: 'localhost:8081' } })).status, 200, path);
    }
  });

  it('serves assets for good, in the encoding that is liked best', async () => {
    const { status, headers, body } = await ask('/assets/main-1.js', { headers: { 'accept-encoding': 'gzip, br' } });
    assert.equal(status, 200);
    assert.equal(headers['content-encoding'], 'br');
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['vary'], 'accept-encoding');
    assert.equal(body, 'compressed by br');
    const plain = await ask('/assets/main-1.js');
    assert.deepEqual([plain.headers['content-encoding'], plain.body], [undefined, 'main()']);
  });

  it('answers 304 to who has it in that encoding, and only then', async () => {
    const br = { 'accept-encoding': 'br' };
    const etag = (await ask('/assets/main-1.js', { headers: br })).headers['etag'] as string;
    const again = await ask('/assets/main-1.js', { headers: { ...br, 'if-none-match': `"x", W/${etag}` } });
    assert.deepEqual([again.status, again.body, again.headers['etag']], [304, '', etag]);
    assert.equal((await ask('/assets/main-1.js', { headers: { 'if-none-match': etag } })).status, 200);
  });

  it('answers HEAD with the heads and nothing else', async () => {
    for (const path of ['/', '/assets/main-1.js']) {
      const { status, headers, body } = await ask(path, { method: 'HEAD' });
      assert.equal(status, 200);
      assert.ok(Number(headers['content-length']) > 0);
      assert.equal(body, '');
    }
  });

  it('finds no file but its assets, by whatever path', async () => {
    for (const path of [
      '/assets/',
      '/assets/../package.json',
      '/assets/%2e%2e/package.json',
      '/assets//etc/passwd',
      '/assets/index.json',
      '/assets/main-1.js%00',
      '/assets/x',
    ]) {
      const { status, body } = await ask(path);
      assert.equal(status, 404, path);
      assert.equal(JSON.parse(body).code, 'not_found');
    }
  });

  it('says so while it is put together, and when it could not be', async () => {
    state = { kind: 'making' };
    const making = await ask('/plugins');
    assert.deepEqual([making.status, making.headers['retry-after']], [503, '1']);
    assert.match(making.body, /being put together/);
    assert.equal((await ask('/assets/main-1.js')).status, 404);
    state = { kind: 'failed' };
    const failed = await ask('/');
    assert.equal(failed.status, 503);
    assert.match(failed.body, /log of the host says why/);
    assert.match(failed.headers['content-security-policy'] as string, /script-src 'self'/);
  });
});
