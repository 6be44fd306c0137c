/** Headers that are good for one connection only, and what is none, byte by byte: in the way in, and in the way out. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { TestServer } from '../host/egress/server.ts';
import { RunningHost } from '../support/running-host.ts';

/** Answers with what it was sent, or with what the path says. */
const source = (upstream: string) => `
export default (request: Request) => {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === '/pass') return fetch('${upstream}');
  if (pathname === '/reply') {
    const [name, value] = [searchParams.get('name'), searchParams.get('value')];
    try { return new Response('body', { headers: [[name as string, value as string]] }); } catch (error) { return (error as Error).name; }
  }
  if (pathname === '/status') {
    try { return new Response(null, { statusText: searchParams.get('text') as string }); } catch (error) { return (error as Error).name; }
  }
  return Response.json([request.method, ...[...request.headers].map(([name]) => name)]);
};`;

describe('headers', () => {
  let host: RunningHost;
  let upstream: TestServer;
  before(async () => {
    upstream = await TestServer.start();
    host = await RunningHost.start(['--egress-allow', '127.0.0.1']);
    await host.push('demo/headers/echo', { source: source(upstream.url), manifest: { egress: [`127.0.0.1:${upstream.port}`] } });
  });
  after(async () => {
    await host.close();
    await upstream.close();
  });

  /** Sends the bytes as they are, and reads until the host hangs up. */
  async function raw(text: string): Promise<{ status: number; head: string; body: string; whole: string }> {
    const socket = connect(host.host.traffic.port, '127.0.0.1');
    let whole = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      whole += chunk;
    });
    socket.on('error', () => {});
    socket.write(text, 'latin1');
    await once(socket, 'close');
    whole = whole.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
    const end = whole.indexOf('\r\n\r\n');
    return { status: Number(whole.split(' ')[1]), head: whole.slice(0, end).toLowerCase(), body: whole.slice(end + 4), whole };
  }

  const get = (path: string, ...lines: string[]) =>
    raw([`GET /demo/headers/echo${path} HTTP/1.1`, 'Host: h', 'Connection: close', ...lines, '', ''].join('\r\n'));

  describe('of requests', () => {
    it('that are the connection’s do not reach the plugin', async () => {
      const lines = [
        'Keep-Alive: 5',
        'TE: trailers',
        'Trailer: x-a',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABk',
        'Proxy-Connection: close',
      ];
      const more = ['Proxy-Authorization: Basic eA==', 'Proxy-Authenticate: Basic', 'Expect: 100-continue', 'NBOX-Details: no'];
      assert.equal((await get('', ...more)).status, 403);
      const { status, body } = await get(
        '',
        ...lines,
        ...more.slice(0, 3),
        'Connection: X-One,x-two',
        'X-One: 1',
        'X-Two: 2',
        'X-Three: 3',
      );
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body), ['GET', 'host', 'x-three']);
    });

    it('an upgrade is answered as if it had not been asked for', async () => {
      const lines = [
        'Connection: upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Version: 13',
      ];
      const { status, body } = await get('', ...lines);
      assert.equal(status, 200);
      assert.ok(!body.includes('upgrade'));
    });

    it('CONNECT is a tunnel nowhere', async () => {
      const { whole } = await raw('CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n');
      assert.doesNotMatch(whole, /^HTTP\/1\.1 2/);
    });

    for (const [what, line] of Object.entries({
      'a NUL': 'X-A: a\0b',
      'a bare CR': 'X-A: a\rX-B: b',
      'a name with a space': 'X A: a',
      'a space before the colon': 'X-A : a',
      'no colon': 'X-A',
      'no name': ': a',
      'a folded value': 'X-A: a\r\n b',
      'a control character': 'X-A: a\x01b',
      'a length twice': 'Content-Length: 1\r\nContent-Length: 2',
      'a length and chunks': 'Content-Length: 1\r\nTransfer-Encoding: chunked',
      'chunks that are not last': 'Transfer-Encoding: chunked, gzip',
      'a length that is none': 'Content-Length: +1',
    })) {
      it(`with ${what} are refused`, async () => assert.equal((await get('', line)).status, 400));
    }

    it('a bare LF ends a line, and hides none', async () => {
      const { status, body } = await get('', 'X-A: a\nX-B: b');
      assert.ok(status === 400 || JSON.parse(body).includes('x-b'), body);
    });

    it('trailers are no headers', async () => {
      const chunked = ['POST /demo/headers/echo HTTP/1.1', 'Host: h', 'Connection: close', 'Transfer-Encoding: chunked', 'Trailer: x-late'];
      const { status, body } = await raw([...chunked, '', '1', 'x', '0', 'X-Late: 1', 'Host: evil', '', ''].join('\r\n'));
      assert.deepEqual([status, JSON.parse(body)], [200, ['POST', 'host']]);
    });
  });

  describe('of replies', () => {
    const reply = (name: string, value: string) => get(`/reply?name=${encodeURIComponent(name)}&value=${encodeURIComponent(value)}`);

    for (const [name, value] of [
      ['connection', 'upgrade, x-a'],
      ['keep-alive', 'timeout=9999'],
      ['transfer-encoding', 'chunked'],
      ['content-length', '1'],
      ['upgrade', 'h2c'],
      ['te', 'trailers'],
      ['trailer', 'x-late'],
      ['proxy-authenticate', 'Basic'],
      ['proxy-connection', 'keep-alive'],
      ['http2-settings', 'AAMAAABk'],
      ['nbox-release', '999'],
    ] as const) {
      it(`${name} is not the plugin's to set`, async () => {
        const { status, head, body } = await reply(name, value);
        assert.deepEqual([status, body], [200, 'body']);
        assert.ok(!head.includes(`${name}: ${value}`), head);
        assert.match(head, /content-length: 4\r\n.*connection: close|connection: close\r\n.*content-length: 4/s);
        assert.match(head, /nbox-release: 1/);
      });
    }

    for (const bad of ['a\r\nx-smuggled: 1', 'a\rb', 'a\nb', 'a\0b', '\u20ac']) {
      it(`with the value ${JSON.stringify(bad)} cannot be made`, async () => {
        const { head, body } = await reply('x-a', bad);
        assert.equal(body, '"TypeError"');
        assert.doesNotMatch(head, /smuggled/);
      });
      it(`with the status text ${JSON.stringify(bad)} cannot be made`, async () => {
        const { head, body } = await get(`/status?text=${encodeURIComponent(bad)}`);
        assert.equal(body, '"TypeError"');
        assert.doesNotMatch(head, /smuggled/);
      });
    }

    it('with the name a b cannot be made', async () => assert.equal((await reply('a b', 'x')).body, '"TypeError"'));

    it('that another server meant for its connection are not passed on', async () => {
      upstream.handle = (_req, res) =>
        res
          .writeHead(200, [
            ...['connection', 'keep-alive, X-Hop', 'x-hop', '1', 'keep-alive', 'timeout=99', 'proxy-authenticate', 'Basic'],
            ...['trailer', 'x-late', 'x-kept', '1', 'transfer-encoding', 'chunked', 'nbox-release', '77'],
          ])
          .end('passed');
      const { status, head, body } = await get('/pass');
      assert.deepEqual([status, body.includes('passed')], [200, true]);
      assert.match(head, /x-kept: 1/);
      assert.doesNotMatch(head, /x-hop|timeout=99|proxy-authenticate|x-late|nbox-release: 77/);
    });
  });
});
