/** The edge as strangers meet it, byte by byte: what HTTP asks for, and what a refusal may say. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { RunningHost, token } from '../support/running-host.ts';

const echo = `export default (request: Request) =>
  Response.json({ url: request.url, host: request.headers.get('host'), secret: request.headers.get('x-secret') });`;

describe('HTTP', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
    await host.push('demo/http/echo', { source: echo });
  });
  after(() => host.close());

  /** Sends the lines as they are, and reads until the host hangs up. */
  async function raw(port: number, ...lines: string[]): Promise<{ status: number; body: string }> {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write(`${[...lines, 'Connection: close, x-secret'].join('\r\n')}\r\n\r\n`);
    await once(socket, 'close');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), body };
  }
  const traffic = (...lines: string[]) => raw(host.host.traffic.port, ...lines);
  const seen = async (...lines: string[]) => {
    const { status, body } = await traffic(...lines);
    assert.equal(status, 200, body);
    return JSON.parse(body) as { url: string; host: string; secret: string | null };
  };

  it('normalises dot segments that are percent-encoded', async () => {
    const { url } = await seen('GET /demo/http/echo/x/%2e%2e/etc HTTP/1.1', 'Host: h');
    assert.equal(url, 'http://h/etc');
  });

  it('shows the host that was checked, and no header that Connection names', async () => {
    assert.deepEqual(await seen('GET /demo/http/echo HTTP/1.1', 'Host: H.Example:80', 'X-Secret: 1'), {
      ...{ url: 'http://h.example/', host: 'h.example', secret: null },
    });
  });

  it('takes an absolute-form target, whose authority is the host', async () => {
    const { url, host: named } = await seen('GET http://any:81/demo/http/echo/x?y HTTP/1.1', 'Host: other');
    assert.deepEqual([url, named], ['http://any:81/x?y', 'any:81']);
  });

  for (const hosts of [['a', 'b'], ['a b/../c'], ['a/evil?x#y'], ['user@h'], ['']]) {
    it(`refuses Host ${JSON.stringify(hosts)}`, async () => {
      const { status, body } = await traffic('GET /demo/http/echo HTTP/1.1', ...hosts.map((one) => `Host: ${one}`));
      assert.equal(status, 400);
      assert.equal(JSON.parse(body).code, 'bad_request');
    });
  }

  it('refuses HTTP/1.1 without a Host', async () => assert.equal((await traffic('GET /demo/http/echo HTTP/1.1')).status, 400));

  it('serves HTTP/1.0 without a Host', async () => {
    assert.equal((await seen('GET /demo/http/echo HTTP/1.0')).url, 'http://localhost/');
  });

  it('checks the authority of an absolute-form target on the admin port', async () => {
    const ask = (target: string, named: string) =>
      raw(host.host.admin.port, `GET ${target} HTTP/1.1`, `Host: ${named}`, `Authorization: Bearer ${token}`);
    assert.equal((await ask('http://evil.example/v1/plugins', '127.0.0.1')).status, 421);
    assert.equal((await ask('http://localhost@evil.example/v1/plugins', '127.0.0.1')).status, 421);
    assert.equal((await ask('http://localhost/v1/plugins', '127.0.0.1')).status, 200);
    assert.equal((await ask('/v1/plugins', 'evil.example')).status, 421);
  });

  it('answers a push with little of what it was sent', async () => {
    const limits = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key-${i}`, 1]));
    for (const manifest of [
      { limits },
      { limits: { ['x'.repeat(1e5)]: 1 } },
      limits,
      { lane: 'x'.repeat(1e5) },
      { entry: '\u0001'.repeat(200) },
    ]) {
      const answer = await host.put('demo/http/big', { source: echo, manifest });
      const text = await answer.text();
      assert.equal(answer.status, 422, text.slice(0, 500));
      assert.ok(text.length < 1_000, `${text.length} characters`);
    }
    const files = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${'x'.repeat(300)}${i}`, 1]));
    const answer = await host.put('demo/http/big', { files } as never);
    assert.equal(answer.status, 400);
    assert.ok((await answer.text()).length < 1_000);
  });

  it('keeps its files to itself', () => {
    for (const name of ['lock.db', 'nbox.db']) assert.equal(statSync(join(host.data, name)).mode & 0o777, 0o600);
  });
});
