/** host/cli/settings.ts and admin-client.ts, as `nbox ls` shows them. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TempDir } from '../doubles.ts';
import { runCli } from './run-cli.ts';

describe('where the host is, and which token', () => {
  let server: Server;
  let url: string;
  let temp: TempDir;
  const seen: (string | undefined)[] = [];
  let answer = { status: 200, type: 'application/json', body: '{"plugins":[]}' };
  const usual = answer;

  before(async () => {
    temp = new TempDir();
    server = createServer((req, res) => {
      seen.push(`${req.url} ${req.headers.authorization}`);
      res.writeHead(answer.status, { 'content-type': answer.type, location: '/elsewhere' }).end(answer.body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen.length = 0;
    answer = usual;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    temp[Symbol.dispose]();
  });

  function configFile(content: unknown, mode = 0o600): Record<string, string> {
    const file = join(temp.path, 'nbox', 'config.json');
    mkdirSync(join(temp.path, 'nbox'), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    chmodSync(file, mode);
    return { XDG_CONFIG_HOME: temp.path };
  }

  async function tokenSent(args: string[], env: Record<string, string>): Promise<string | undefined> {
    const { code, stderr } = await runCli(['ls', ...args], { env });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    return seen.at(-1);
  }

  it('takes flags before the environment before the config file', async () => {
    const file = join(temp.path, 'token');
    writeFileSync(file, ' from-flag\n');
    const env = configFile({ url, token: 'from-config' });
    assert.equal(await tokenSent([], env), '/v1/plugins Bearer from-config');
    assert.equal(await tokenSent([], { ...env, NBOX_ADMIN_TOKEN: 'from-admin' }), '/v1/plugins Bearer from-admin');
    assert.equal(await tokenSent([], { ...env, NBOX_ADMIN_TOKEN: 'from-admin', NBOX_TOKEN: 'from-env' }), '/v1/plugins Bearer from-env');
    assert.equal(await tokenSent(['--token-file', file], { ...env, NBOX_TOKEN: 'from-env' }), '/v1/plugins Bearer from-flag');
    assert.equal(
      await tokenSent(['--url', `${url}/prefix/`], { NBOX_URL: 'http://127.0.0.1:1', NBOX_TOKEN: 'x' }),
      '/prefix/v1/plugins Bearer x',
    );
    assert.equal(await tokenSent([], { ...env, NBOX_TOKEN: '', NBOX_URL: '' }), '/v1/plugins Bearer from-config');
  });

  it('does not send the config file’s token to another host', async () => {
    const { code, stderr } = await runCli(['ls', '--url', url], {
      env: configFile({ url: 'http://nbox.example.com', token: 'from-config' }),
    });
    assert.equal(code, 1);
    assert.match(stderr, /is for http:\/\/nbox\.example\.com and is not sent to/);
    assert.deepEqual(seen, []);
  });

  it('warns of a config file whose token others can read', async () => {
    const { code, stderr } = await runCli(['ls'], { env: configFile({ url, token: 'x' }, 0o644) });
    assert.equal(code, 0);
    assert.match(stderr, /^warning: .*config\.json holds a token and can be read by others \(mode 644\): chmod 600 /);
  });

  it('says what is missing or wrong, and never shows a token', async () => {
    const token = { NBOX_TOKEN: 'secret' };
    for (const [args, env, config, pattern] of [
      [[], {}, {}, /There is no token for the admin API\n {2}Log in with `nbox login`, set NBOX_TOKEN, .*--token-file.*config\.json/],
      [[], { NBOX_TOKEN: 'sec ret' }, {}, /The token of NBOX_TOKEN is not one/],
      [['--token-file', '/nowhere'], {}, {}, /ENOENT.*\/nowhere/],
      [['--url', 'localhost:8081'], token, {}, /--url is "localhost:8081"; it may be a URL such as/],
      [['--url', 'http://u:sec@h'], token, {}, /--url is/],
      [[], {}, '{ "token": "secret', /config\.json is not JSON/],
      [[], {}, { tokn: 'secret' }, /config\.json: .*tokn.*\n.*"url", "token" and "trafficUrl"/],
    ] as const) {
      const { code, stderr } = await runCli(['ls', ...args], { env: { ...configFile(config), ...env } });
      assert.notEqual(code, 0, stderr);
      assert.match(stderr, pattern);
      assert.doesNotMatch(stderr, /secret|sec ret/);
    }
    assert.deepEqual(seen, []);
  });

  it('says when no host is there', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const { code, stderr } = await runCli(['ls', '--url', `http://127.0.0.1:${port}`], { env: { NBOX_TOKEN: 'x' } });
    assert.equal(code, 3);
    assert.equal(stderr, `nbox: No nbox host answers at http://127.0.0.1:${port}; start one with \`nbox start\`\n`);
  });

  it('shows a refusal as code, detail and pointer, and where a wrong token came from', async () => {
    answer = { status: 401, type: 'application/problem+json', body: '{"code":"unauthorized","detail":"no\\u001b[2J","pointer":"/x"}' };
    const { code, stderr } = await runCli(['ls', '--url', url], { env: { NBOX_TOKEN: 'x' } });
    assert.equal(code, 4);
    assert.equal(stderr, 'nbox: unauthorized: no\\u001b[2J (at /x)\n  The token came from NBOX_TOKEN\n');
  });

  it('knows what is no nbox host, and follows no redirect with the token', async () => {
    for (const other of [
      { status: 200, type: 'text/html', body: '<h1>hello</h1>' },
      { status: 200, type: 'application/json', body: '{"plugins":1}' },
      { status: 302, type: 'text/plain', body: '' },
      { status: 500, type: 'application/json', body: '{}' },
    ]) {
      answer = other;
      const { code, stderr } = await runCli(['ls', '--url', url], { env: { NBOX_TOKEN: 'x' } });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`is no nbox admin API: status ${other.status}`));
    }
    assert.equal(seen.length, 4);
  });
});
