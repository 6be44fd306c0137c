/** Tokens, sessions and the audit of a whole host, over restarts, and over TLS. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { TempDir } from '../host/doubles.ts';
import { token as operatorToken, RunningHost } from '../support/running-host.ts';

interface Asked {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read by name
  readonly json: any;
  readonly cookie: string;
}

describe('access to a host', () => {
  let temp: TempDir;
  let host: RunningHost;
  before(async () => {
    temp = new TempDir();
    host = await RunningHost.start([], temp.path);
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  async function ask(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Asked> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${host.adminUrl}${path}`, { method, headers: { 'content-type': 'application/json', ...headers }, ...sent });
    const text = await answer.text();
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    return { status: answer.status, json: text === '' ? undefined : JSON.parse(text), cookie };
  }
  const by = (token: string) => ({ authorization: `Bearer ${token}` });
  const make = async (name: string, scope: string, reach: string): Promise<{ id: string; token: string }> =>
    (await ask('POST', '/v1/tokens', by(operatorToken), { name, scope, reach })).json;

  it('is by what a token may, also after a restart, and over at once where it is revoked', async () => {
    const ci = await make('ci', 'deploy', 'demo/access');
    const source = "export default () => 'hello';";
    const push = (plugin: string) => ask('PUT', `/v1/plugins/${plugin}`, by(ci.token), { source });
    assert.equal((await push('demo/access/one')).status, 201);
    assert.equal((await push('demo/other/one')).json.code, 'forbidden');
    assert.equal(await host.text('demo/access/one'), '"hello"');
    const { json, cookie } = await ask('POST', '/v1/session', {}, { token: ci.token });
    assert.equal(json.actor, 'ci');

    await host.close();
    host = await RunningHost.start([], temp.path);
    assert.equal((await ask('GET', '/v1/plugins', by(ci.token))).json.plugins.length, 1);
    assert.deepEqual((await ask('GET', '/v1/session', { cookie })).json, json);

    const events = await fetch(`${host.adminUrl}/v1/events`, { headers: { cookie } });
    const reading = events.body?.getReader();
    const read = (async () => {
      while ((await reading?.read())?.done === false);
    })().catch(() => undefined);
    assert.equal((await ask('DELETE', `/v1/tokens/${ci.id}`, by(operatorToken))).status, 204);
    await read;
    assert.equal((await push('demo/access/one')).status, 401);
    assert.equal((await ask('GET', '/v1/session', { cookie })).status, 401);
  });

  it('is told by the audit, whose chain goes on over restarts', async () => {
    const { json } = await ask('GET', '/v1/audit', by(operatorToken));
    assert.deepEqual(
      json.rows.map(({ actor, method, plugin, outcome }: Record<string, string>) => [actor, method, plugin, outcome]),
      [
        ['admin', 'DELETE', 'demo/access', 'ok'],
        ['ci', 'POST', null, 'ok'],
        ['ci', 'PUT', 'demo/other/one', 'forbidden'],
        ['ci', 'PUT', 'demo/access/one', 'ok'],
        ['admin', 'POST', 'demo/access', 'ok'],
      ],
    );
    assert.equal((await ask('GET', '/v1/audit/verify', by(operatorToken))).json.ok, true);
  });

  it('does not give plugins the cookie of a session, nor let them set it', async () => {
    const { cookie } = await ask('POST', '/v1/session', {}, { token: operatorToken });
    await host.push('demo/access/thief', {
      source: `export default (request) => new Response(request.headers.get('cookie'), {
        headers: [['set-cookie', 'nbox_session=mine; Path=/'], ['set-cookie', 'a=1']] });`,
    });
    const seen = await host.call('demo/access/thief', { headers: { cookie: `b=2; ${cookie}` } });
    assert.deepEqual([await seen.text(), seen.headers.getSetCookie()], ['b=2', ['a=1']]);
  });

  it('logs no token and no secret of a session', async () => {
    const ci = await make('logged', 'read', '*');
    const { cookie } = await ask('POST', '/v1/session', {}, { token: ci.token });
    await ask('GET', '/v1/plugins', { cookie });
    await ask('GET', `/v1/plugins?token=${ci.token}`, by(ci.token));
    const lines = JSON.stringify(host.lines);
    for (const secret of [ci.token, cookie.split('=')[1] as string, operatorToken]) assert.ok(!lines.includes(secret));
  });

  it('is over TLS on both ports where there is a certificate', async () => {
    const [cert, key] = [join(temp.path, 'cert.pem'), join(temp.path, 'key.pem')];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', ...made, ...names, '-keyout', key, '-out', cert], { stdio: 'pipe' });
    const secure = await RunningHost.start(['--tls-cert', cert, '--tls-key', key]);
    const get = (port: number, path: string, method = 'GET', body = '') =>
      new Promise<{ status: number | undefined; text: string; cookie: string }>((resolve, reject) => {
        const headers = { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' };
        const sent = request({ host: '127.0.0.1', port, path, method, headers, ca: readFileSync(cert), agent: false }, async (reply) => {
          let text = '';
          for await (const chunk of reply.setEncoding('utf8')) text += chunk;
          resolve({ status: reply.statusCode, text, cookie: reply.headers['set-cookie']?.[0] ?? '' });
        });
        sent.on('error', reject).end(body);
      });
    const { traffic, admin } = secure.host;
    const source = 'export default (request) => new URL(request.url).protocol;';
    assert.equal((await get(admin.port, '/v1/plugins/demo/tls/one', 'PUT', JSON.stringify({ source }))).status, 201);
    assert.equal((await get(traffic.port, '/demo/tls/one')).text, '"https:"');
    const { cookie } = await get(admin.port, '/v1/session', 'POST', JSON.stringify({ token: operatorToken }));
    assert.match(cookie, /; secure/i);
    await assert.rejects(fetch(secure.adminUrl));
    await secure.close();
  });
});
