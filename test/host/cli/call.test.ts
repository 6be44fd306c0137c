/** host/cli/call.ts */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { callPath } from '../../../host/cli/call.ts';
import { TempDir } from '../doubles.ts';
import { type Ran, type RunOptions, runCli } from './run-cli.ts';

describe('nbox call', () => {
  let server: Server;
  let url: string;
  const run = (args: string[], { env = {}, ...options }: RunOptions = {}): Promise<Ran> =>
    runCli(['call', ...args], { ...options, env: { NBOX_TRAFFIC_URL: url, ...env } });

  before(async () => {
    server = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk);
      const status = Number(new URL(req.url ?? '/', url).searchParams.get('status') ?? 200);
      res.writeHead(status, { 'nbox-release': '7', location: '/demo/hello/world' });
      if (req.url?.endsWith('/cut') === true) res.write('half', () => res.destroy());
      else
        res.end(
          JSON.stringify({
            method: req.method,
            url: req.url,
            type: req.headers['content-type'],
            x: req.headers['x-list'],
            details: req.headers['nbox-details'],
            body: Buffer.concat(chunks).toString(),
          }),
        );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  it('prints the body and nothing else', async () => {
    const { code, stdout, stderr } = await run(['demo/hello/world/x?y=1']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(JSON.parse(stdout), { method: 'GET', url: '/demo/hello/world/x?y=1', body: '' });
  });

  it('shows status line and headers on stderr with -i', async () => {
    const { stderr } = await run(['demo/hello/world', '-i']);
    assert.match(stderr, /^HTTP\/1\.1 200 OK\nnbox-release: 7\n/);
  });

  it('sends a body, from the command line, a file or stdin, and names its type', async () => {
    const reply = async (...args: Parameters<typeof run>) => JSON.parse((await run(...args)).stdout);
    assert.deepEqual(await reply(['demo/hello/world', '-d', '{"a":1}']), {
      method: 'POST',
      url: '/demo/hello/world',
      type: 'application/json',
      body: '{"a":1}',
    });
    assert.equal((await reply(['demo/hello/world', '-d', 'ä'])).type, 'text/plain; charset=utf-8');
    assert.equal((await reply(['demo/hello/world', '-d', '@-', '-X', 'put'], { input: 'from stdin' })).body, 'from stdin');
    assert.match((await reply(['demo/hello/world', '-d', `@${import.meta.filename}`])).body, /^\/\*\* host\/cli\/call\.ts/);
    assert.equal((await reply(['demo/hello/world', '-d', '1', '-H', 'Content-Type: a/b'])).type, 'a/b');
    assert.equal((await reply(['demo/hello/world', '-H', 'x-list: 1', '-H', 'X-List: 2'])).x, '1, 2');
  });

  it('ends with 0 below 400, with 1 from there on, and follows no redirect', async () => {
    for (const [status, expected] of [
      [200, 0],
      [302, 0],
      [404, 1],
      [503, 1],
    ] as const) {
      const { code, stdout, stderr } = await run([`demo/hello/world?status=${status}`]);
      assert.equal(code, expected);
      assert.match(stdout, /"method":"GET"/);
      assert.match(stderr, status < 400 ? /^$/ : new RegExp(`^HTTP/1.1 ${status} [\\w ]+\\n$`));
    }
  });

  it('says when the reply is cut off', async () => {
    const { code, stdout, stderr } = await run(['demo/hello/world/cut']);
    assert.deepEqual([code, stdout, stderr], [1, 'half', 'nbox: The reply was cut off\n']);
  });

  it('sends the token with --details, and never else', async () => {
    const details = async (args: string[], env: Record<string, string>) => {
      const { stdout, stderr } = await run(['demo/hello/world', ...args], { env });
      return stdout === '' ? stderr : JSON.parse(stdout).details;
    };
    using temp = new TempDir();
    const file = (config: object) => {
      mkdirSync(join(temp.path, 'nbox'), { recursive: true });
      writeFileSync(join(temp.path, 'nbox', 'config.json'), JSON.stringify({ token: 'from-config', ...config }), { mode: 0o600 });
      return { XDG_CONFIG_HOME: temp.path };
    };
    writeFileSync(join(temp.path, 'token'), 'from-file\n');
    assert.equal(await details([], { NBOX_TOKEN: 'secret' }), undefined);
    assert.equal(await details(['--details'], { NBOX_TOKEN: 'secret' }), 'secret');
    assert.equal(await details(['--details', '--token-file', join(temp.path, 'token')], { NBOX_TOKEN: 'secret' }), 'from-file');
    for (const config of [{}, { url: 'http://127.0.0.1:1' }, { trafficUrl: url }, { url: 'http://elsewhere.example', trafficUrl: url }])
      assert.equal(await details(['--details'], file(config)), 'from-config', JSON.stringify(config));
    for (const config of [{ url: 'http://elsewhere.example' }, { trafficUrl: 'http://127.0.0.1:1' }, { trafficUrl: 'https://127.0.0.1' }])
      assert.match(
        await details(['--details'], file(config)),
        /^nbox: The token in .* is for .* and is not sent to /,
        JSON.stringify(config),
      );
    assert.match(await details(['--details'], { NBOX_TOKEN: 'sec ret' }), /The token of NBOX_TOKEN is not one/);
    assert.match(await details(['--details'], {}), /There is no token/);
  });

  it('says what is wrong with its arguments', async () => {
    assert.match((await run(['demo/hello'])).stderr, /invalid_plugin_id: "demo\/hello" must be domain\/group\/name/);
    assert.match((await run(['demo/hello/world', '-H', 'x'])).stderr, /-H is "x"; it may be 'name: value'/);
    assert.match((await run(['demo/hello/world', '-X', 'GE T'])).stderr, /-X is "GE T"/);
    assert.match((await run(['demo/hello/world', '--traffic-url', 'ftp://x'])).stderr, /--traffic-url is "ftp:\/\/x"/);
  });
});

describe('callPath(target)', () => {
  it('keeps what is encoded, and encodes what cannot be sent', () => {
    assert.equal(callPath('/a/b/c'), '/a/b/c');
    assert.equal(callPath('a/b/c/../d//e?x=%2f&y=1'), '/a/b/c/../d//e?x=%2f&y=1');
    assert.equal(callPath('a/b/c/ä b#c\ud800'), '/a/b/c/%C3%A4%20b%23c%EF%BF%BD');
    assert.equal(callPath('a/b/c?q'), '/a/b/c?q');
  });

  it('wants a plugin’s id in front', () => {
    for (const target of ['', '/', 'a/b', 'a/b/', 'a/../c/d', '%61/b/c', 'a/b/c d'])
      assert.throws(() => callPath(target), { code: 'invalid_plugin_id' });
  });
});
