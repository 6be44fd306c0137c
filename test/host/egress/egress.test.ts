import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { ask, bytesOf, failure, openEgress, TestServer, textOf } from './server.ts';

describe('Egress', () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.close());
  beforeEach(() => {
    server.requests.length = 0;
    server.connections = 0;
  });

  it('fetch(plugin, grants, request, signal) gives the status, the headers and the body', async () => {
    const egress = openEgress();
    server.handle = (_req, res) =>
      res.writeHead(201, 'Made', ['X-A', '1', 'x-a', '2', 'Set-Cookie', 'a=b', 'set-cookie', 'c=d', 'x-b', 'caf\xe9']).end('hi');
    const response = await ask(egress, `${server.url}/x?y=1#z`);
    assert.deepEqual(
      [response.status, response.statusText, response.redirected, response.url],
      [201, 'Made', false, `${server.url}/x?y=1`],
    );
    assert.deepEqual(response.headers.slice(0, 10), ['x-a', '1', 'x-a', '2', 'set-cookie', 'a=b', 'set-cookie', 'c=d', 'x-b', 'caf\xe9']);
    assert.equal(await textOf(response), 'hi');
    assert.equal(egress.inFlight, 0);
    await egress.close();
  });

  it('sends what the plugin gave, with defaults of its own, and nothing that is HTTP’s to say', async () => {
    const egress = openEgress();
    server.handle = (req, res) => {
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => res.end(JSON.stringify({ method: req.method, headers: req.headers, body })));
    };
    const headers = [
      'x-a',
      '1',
      'x-a',
      '2',
      'cookie',
      'k=v',
      'authorization',
      'Bearer t',
      'host',
      'evil.example',
      'content-length',
      '99',
      'x-hop',
      'gone',
    ];
    headers.push(
      'connection',
      'close, X-Hop',
      'transfer-encoding',
      'chunked',
      'te',
      'trailers',
      'upgrade',
      'h2c',
      'expect',
      '100-continue',
      'keep-alive',
      '1',
      'http2-settings',
      'x',
      'proxy-connection',
      'close',
      'proxy-authenticate',
      'x',
      'trailer',
      'x-a',
    );
    const sent = JSON.parse(await textOf(await ask(egress, server.url, { method: 'PURGE', headers, body: Buffer.from('abc') })));
    assert.equal(sent.method, 'PURGE');
    assert.equal(sent.body, 'abc');
    assert.deepEqual(sent.headers, {
      host: `127.0.0.1:${server.port}`,
      connection: 'keep-alive',
      'content-length': '3',
      'x-a': '1, 2',
      cookie: 'k=v',
      authorization: 'Bearer t',
      accept: '*/*',
      'accept-encoding': 'gzip, deflate, br, zstd',
      'user-agent': 'nbox',
      'cdn-loop': 'nbox',
    });
    await egress.close();
  });

  it('sends a body that is a stream, chunk by chunk', async () => {
    const egress = openEgress();
    server.handle = (req, res) => void req.pipe(res);
    const body = Readable.from(['a', 'b', 'c'].map((text) => Buffer.from(text)));
    assert.equal(await textOf(await ask(egress, server.url, { method: 'POST', body })), 'abc');
    assert.equal(server.requests[0]?.headers['transfer-encoding'], 'chunked');
    await egress.close();
  });

  for (const [status, method] of [
    [204, 'GET'],
    [304, 'GET'],
    [200, 'HEAD'],
  ] as const) {
    it(`gives no body for ${method} ${status}, and the connection back`, async () => {
      const egress = openEgress();
      server.handle = (_req, res) => res.writeHead(status, { 'content-encoding': 'gzip' }).end();
      for (let i = 0; i < 3; i += 1) {
        const response = await ask(egress, server.url, { method });
        assert.deepEqual([response.status, response.body], [status, undefined]);
        while (egress.inFlight > 0) await new Promise(setImmediate);
      }
      // After HEAD a connection is not kept: some servers send a body all the same.
      assert.equal(server.connections, method === 'HEAD' ? 3 : 1);
      await egress.close();
    });
  }

  describe('addresses', () => {
    it('refuses what is not granted, before it resolves any name', async () => {
      const egress = openEgress({ resolve: () => assert.fail('resolved') });
      assert.equal((await failure(ask(egress, 'http://a.example/', { grants: ['b.example'] }))).code, 'not_granted');
      assert.equal((await failure(ask(egress, `${server.url}/`, { grants: [] }))).code, 'not_granted');
    });

    it('connects to the address that was checked: a name that leads elsewhere a moment later is asked once a connection', async () => {
      const answers = ['127.0.0.1', '169.254.169.254'];
      let asked = 0;
      const egress = openEgress({
        allow: ['127.0.0.1'],
        resolve: async () => [{ address: answers[asked++] as string, family: 4 }],
      });
      server.handle = (req, res) => res.setHeader('connection', 'close').end(req.headers.host);
      const url = `http://rebind.example:${server.port}/`;
      assert.equal(await textOf(await ask(egress, url)), `rebind.example:${server.port}`);
      assert.equal(asked, 1);
      assert.equal((await failure(ask(egress, url))).code, 'not_public');
      assert.equal(asked, 2);
      assert.equal(server.requests.length, 1);
      await egress.close();
    });

    it('refuses a name of which one address is not public', async () => {
      const egress = openEgress({
        resolve: async () => [
          { address: '127.0.0.1', family: 4 },
          { address: '10.0.0.1', family: 4 },
        ],
      });
      const error = await failure(ask(egress, `http://a.example:${server.port}/`));
      assert.equal(error.code, 'not_public');
      assert.match(error.message, /^a\.example leads to an address that is not public/);
      assert.equal(server.connections, 0);
      await egress.close();
    });

    it("refuses nbox's own ports, though they are granted and allowed", async () => {
      const egress = openEgress({ ownPorts: [server.port], resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
      assert.equal((await failure(ask(egress, server.url))).code, 'own_port');
      assert.equal((await failure(ask(egress, `http://a.example:${server.port}`))).code, 'own_port');
      assert.equal(server.connections, 0);
      await egress.close();
    });

    it('tells a name that does not exist, a port where nobody listens, a server that hangs up and one that talks nonsense', async () => {
      const missing = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
      const lost = openEgress({ resolve: () => Promise.reject(missing) });
      assert.match((await failure(ask(lost, 'http://a.example/'))).message, /^a\.example cannot be reached: its name does not exist$/);
      const egress = openEgress();
      assert.match(
        (await failure(ask(egress, 'http://127.0.0.1:2/'))).message,
        /^127\.0\.0\.1:2 cannot be reached: the connection was refused$/,
      );
      server.handle = (req) => req.socket.destroy();
      assert.equal((await failure(ask(egress, server.url))).code, 'unreachable');
      // A kept connection may have been closed meanwhile: what does no harm is sent twice.
      assert.equal(server.requests.length, 2);
      assert.equal((await failure(ask(egress, server.url, { method: 'POST', body: Buffer.from('x') }))).code, 'unreachable');
      assert.equal(server.requests.length, 3);
      server.handle = (req) => req.socket.end('nonsense\r\n\r\n');
      assert.match((await failure(ask(egress, server.url))).message, /its response is not HTTP$/);
      await Promise.all([lost.close(), egress.close()]);
    });
  });

  describe('redirects', () => {
    const to = (status: number, location?: string) => {
      server.handle = (req, res) => {
        if (req.url === '/end') res.end(JSON.stringify([req.method, req.headers]));
        else res.writeHead(status, location === undefined ? {} : { location }).end('moved');
      };
    };

    it('are followed, each hop checked', async () => {
      const egress = openEgress();
      to(302, '/end');
      const response = await ask(egress, `${server.url}/start#top`);
      assert.deepEqual([response.status, response.redirected, response.url], [200, true, `${server.url}/end`]);
      await bytesOf(response);
      to(302, 'http://other.example/');
      const error = await failure(ask(egress, server.url));
      assert.equal(error.code, 'not_granted');
      assert.match(error.message, /redirects: other\.example is not in the manifest's egress/);
      to(302, 'http://169.254.169.254/latest/meta-data/');
      assert.equal(
        (await failure(ask(egress, server.url, { grants: [`127.0.0.1:${server.port}`, '169.254.169.254'] }))).code,
        'not_public',
      );
      to(302, 'http://[::ffff:7f00:1]:1/');
      assert.equal((await failure(ask(egress, server.url))).code, 'not_granted');
      for (const location of ['file:///etc/passwd', 'data:,x', 'http://user@127.0.0.1/', 'http://[', 'http://a b/']) {
        to(302, location);
        assert.equal((await failure(ask(egress, server.url))).code, 'redirect', location);
      }
      await egress.close();
      assert.equal(egress.inFlight, 0);
    });

    it('to a name that leads to a private address are refused', async () => {
      const egress = openEgress({ resolve: async (name) => [{ address: name === 'inner.example' ? '10.0.0.1' : '127.0.0.1', family: 4 }] });
      to(307, 'http://inner.example/');
      const grants = [`a.example:${server.port}`, 'inner.example'];
      assert.equal((await failure(ask(egress, `http://a.example:${server.port}/`, { grants }))).code, 'not_public');
      await egress.close();
    });

    it("to a port of nbox's own are refused, whatever is granted and allowed", async () => {
      const nbox = await TestServer.start();
      const egress = openEgress({
        ...{ allow: ['127.0.0.0/8', '::/0', '0.0.0.0/0', 'a.example'], ownPorts: [nbox.port] },
        resolve: async (name) => [name === 'a.example' ? { address: '::1', family: 6 } : { address: '127.0.0.1', family: 4 }],
      });
      const hosts = ['127.0.0.1', '127.1', '2130706433', '0', '[::1]', '[::ffff:127.0.0.1]', 'a.example', 'localhost'];
      for (const host of hosts) {
        to(302, `http://${host}:${nbox.port}/v1/plugins`);
        const grants = [`127.0.0.1:${server.port}`, new URL(`http://${host}:${nbox.port}`).host];
        assert.equal((await failure(ask(egress, server.url, { grants }))).code, 'own_port', host);
      }
      assert.equal(nbox.connections, 0);
      await egress.close();
      await nbox.close();
    });

    it('are five at most', async () => {
      const egress = openEgress();
      server.handle = (req, res) => {
        const left = Number(req.url?.slice(1));
        if (left === 0) res.end('done');
        else res.writeHead(301, { location: `/${left - 1}` }).end();
      };
      assert.equal(await textOf(await ask(egress, `${server.url}/5`)), 'done');
      assert.equal((await failure(ask(egress, `${server.url}/6`))).code, 'redirect');
      assert.ok(server.connections < server.requests.length);
      await egress.close();
    });

    it("by redirect: 'manual' are the answer, by redirect: 'error' fail", async () => {
      const egress = openEgress();
      to(302, '/end');
      const response = await ask(egress, server.url, { redirect: 'manual' });
      assert.deepEqual([response.status, response.redirected, await textOf(response)], [302, false, 'moved']);
      assert.equal((await failure(ask(egress, server.url, { redirect: 'error' }))).code, 'redirect');
      to(302);
      assert.equal((await ask(egress, server.url)).status, 302);
      await egress.close();
    });

    for (const [status, method, after] of [
      [301, 'POST', 'GET'],
      [302, 'POST', 'GET'],
      [303, 'POST', 'GET'],
      [303, 'PUT', 'GET'],
      [301, 'PUT', 'PUT'],
      [307, 'POST', 'POST'],
      [308, 'POST', 'POST'],
    ] as const) {
      it(`${status} of ${method} asks by ${after}`, async () => {
        const egress = openEgress();
        to(status, '/end');
        const headers = ['content-type', 'text/plain', 'x-a', '1'];
        const [asked, sent] = JSON.parse(await textOf(await ask(egress, server.url, { method, headers, body: Buffer.from('abc') })));
        assert.deepEqual([asked, sent['x-a']], [after, '1']);
        assert.deepEqual([sent['content-type'], sent['content-length']], after === 'GET' ? [undefined, undefined] : ['text/plain', '3']);
        await egress.close();
      });
    }

    it('cannot send a stream twice', async () => {
      const egress = openEgress();
      to(307, '/end');
      const body = () => Readable.from([Buffer.from('abc')]);
      assert.equal((await failure(ask(egress, server.url, { method: 'POST', body: body() }))).code, 'redirect');
      to(303, '/end');
      assert.equal((await ask(egress, server.url, { method: 'POST', body: body() })).status, 200);
      await egress.close();
    });

    it('to another origin go without what proves who asks', async () => {
      const egress = openEgress({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
      const headers = ['authorization', 'Bearer t', 'cookie', 'k=v', 'proxy-authorization', 'p', 'x-a', '1'];
      const names = ['authorization', 'cookie', 'proxy-authorization', 'x-a'];
      const grants = [`a.example:${server.port}`, `b.example:${server.port}`];
      const seen = async () => {
        const [, sent] = JSON.parse(await textOf(await ask(egress, `http://a.example:${server.port}/`, { headers, grants })));
        return names.filter((name) => sent[name] !== undefined);
      };
      to(302, '/end');
      assert.deepEqual(await seen(), names);
      to(302, `http://b.example:${server.port}/end`);
      assert.deepEqual(await seen(), ['x-a']);
      await egress.close();
    });
  });

  describe('bodies', () => {
    const text = 'nbox '.repeat(1_000);
    const encoders = {
      gzip: gzipSync,
      'x-gzip': gzipSync,
      deflate: deflateSync,
      'Deflate ': deflateRawSync,
      br: brotliCompressSync,
      zstd: zstdCompressSync,
    };
    for (const [name, encode] of Object.entries(encoders)) {
      it(`of content-encoding ${name} are decoded`, async () => {
        const egress = openEgress();
        server.handle = (_req, res) => {
          const body = encode(Buffer.from(text));
          res.writeHead(200, { 'content-encoding': name, 'content-length': body.length });
          // In pieces, as networks do.
          for (let at = 0; at < body.length; at += 7) res.write(body.subarray(at, at + 7));
          res.end();
        };
        const response = await ask(egress, server.url);
        assert.equal(await textOf(response), text);
        assert.ok(!response.headers.includes('content-encoding') && !response.headers.includes('content-length'));
        await egress.close();
      });
    }

    it('of several encodings are decoded in their order, of an unknown one left as they are', async () => {
      const egress = openEgress();
      server.handle = (_req, res) => res.setHeader('content-encoding', 'gzip, br').end(brotliCompressSync(gzipSync(text)));
      assert.equal(await textOf(await ask(egress, server.url)), text);
      server.handle = (_req, res) => res.setHeader('content-encoding', 'rot13').end('uv');
      const response = await ask(egress, server.url);
      assert.equal(await textOf(response), 'uv');
      assert.ok(response.headers.includes('content-encoding'));
      server.handle = (_req, res) => res.setHeader('content-encoding', Array(6).fill('gzip').join()).end();
      assert.equal((await failure(ask(egress, server.url))).code, 'malformed');
      for (const encoding of ['gzip', 'deflate', 'br', 'zstd']) {
        server.handle = (_req, res) => res.setHeader('content-encoding', encoding).end();
        assert.equal(await textOf(await ask(egress, server.url)), '', encoding);
      }
      await egress.close();
    });

    for (const [name, encode] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
      ['zstd', zstdCompressSync],
      ['deflate', deflateSync],
    ] as const) {
      it(`that a ${name} bomb holds end at the cap`, async () => {
        const egress = openEgress();
        const bomb = encode(Buffer.alloc(8 * 1_048_576));
        server.handle = (_req, res) => res.setHeader('content-encoding', name).end(bomb);
        const response = await ask(egress, server.url, { mostBytes: 1_048_576 });
        assert.equal((await failure(textOf(response))).code, 'too_large');
        assert.equal(egress.inFlight, 0);
        await egress.close();
      });
    }

    it('that break off, or are no gzip, fail when they are read', async () => {
      const egress = openEgress();
      server.handle = (_req, res) => {
        res.writeHead(200, { 'content-length': 10 }).write('half');
        setImmediate(() => res.destroy());
      };
      assert.equal((await failure(textOf(await ask(egress, server.url)))).code, 'unreachable');
      server.handle = (_req, res) => res.setHeader('content-encoding', 'gzip').end('no gzip');
      assert.match((await failure(textOf(await ask(egress, server.url)))).message, /broke off: Z_DATA_ERROR/);
      assert.equal(egress.inFlight, 0);
      await egress.close();
    });

    it('come no faster than they are read', async () => {
      const egress = openEgress();
      const total = 24 * 1_048_576;
      let written = 0;
      const chunk = Buffer.alloc(65_536);
      const pump = (res: ServerResponse) => {
        while (written < total) {
          written += chunk.length;
          if (!res.write(chunk)) return void res.once('drain', () => pump(res));
        }
        res.end();
      };
      server.handle = (_req, res) => pump(res);
      const response = await ask(egress, server.url);
      let before = -1;
      // Until the sender stands still: the kernel's buffers are full.
      while (before !== written) {
        before = written;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.ok(written < total, `${written} bytes were taken unread`);
      assert.equal((await bytesOf(response)).length, total);
      await egress.close();
    });

    it('early(mostBytes) has a small one whole, and of others the beginning', async () => {
      const egress = openEgress();
      server.handle = (_req, res) => res.end('small');
      const small = await ask(egress, server.url);
      assert.deepEqual(await small.body?.early(65_536), { bytes: Buffer.from('small'), done: true });
      assert.equal(egress.inFlight, 0);
      const held = Promise.withResolvers<ServerResponse>();
      server.handle = (_req, res) => {
        res.write('begin');
        held.resolve(res);
      };
      const slow = await ask(egress, server.url);
      const early = await slow.body?.early(65_536);
      assert.deepEqual(early, { bytes: Buffer.from('begin'), done: false });
      (await held.promise).end(' end');
      assert.equal(await textOf(slow), ' end');
      await egress.close();
    });
  });

  describe('ends', () => {
    it('when its signal aborts: before it begins, while the server is slow, while the body comes', async () => {
      const egress = openEgress();
      assert.equal((await failure(ask(egress, server.url, { signal: AbortSignal.abort() }))).code, 'aborted');
      const controller = new AbortController();
      const came = once(server.server, 'request');
      let closed = Promise.withResolvers<void>();
      server.handle = (_req, res) => void res.on('close', () => closed.resolve());
      const waiting = failure(ask(egress, server.url, { signal: controller.signal }));
      await came;
      controller.abort();
      assert.equal((await waiting).code, 'aborted');
      await closed.promise;

      closed = Promise.withResolvers();
      server.handle = (_req, res) => {
        res.on('close', () => closed.resolve());
        res.write('begin');
      };
      const second = new AbortController();
      const response = await ask(egress, server.url, { signal: second.signal });
      assert.equal((await response.body?.read())?.toString(), 'begin');
      const reading = failure(response.body?.read() as Promise<unknown>);
      second.abort();
      await reading;
      await closed.promise;
      assert.equal(egress.inFlight, 0);
      await egress.close();
    });

    it('when its body is cancelled: the server learns of it', async () => {
      const egress = openEgress();
      const closed = Promise.withResolvers<void>();
      server.handle = (_req, res) => {
        res.on('close', () => closed.resolve());
        res.write('begin');
      };
      const response = await ask(egress, server.url);
      response.body?.cancel();
      await closed.promise;
      assert.equal(egress.inFlight, 0);
      await egress.close();
    });
  });

  describe('bounds', () => {
    it('refuse a plugin more requests at once than it may have, and give them back', async () => {
      const egress = openEgress({ bounds: { perPlugin: 2, inAll: 3 } });
      server.handle = (_req, res) => void res.write('x');
      const open = await Promise.all([ask(egress, server.url), ask(egress, server.url)]);
      const error = await failure(ask(egress, server.url));
      assert.equal(error.code, 'too_many');
      assert.match(error.message, /^2 requests of the plugin/);
      open.push(await ask(egress, server.url, { plugin: 'd/e/f' }));
      assert.equal((await failure(ask(egress, server.url, { plugin: 'g/h/i' }))).code, 'too_many');
      for (const { body } of open) body?.cancel();
      assert.equal(egress.inFlight, 0);
      (await ask(egress, server.url)).body?.cancel();
      await egress.close();
    });

    it('keep connections for one plugin each', async () => {
      const egress = openEgress();
      server.handle = (_req, res) => void res.end('x');
      for (const plugin of ['a/b/c', 'a/b/c', 'd/e/f', 'a/b/c']) {
        await textOf(await ask(egress, server.url, { plugin }));
        // The connection is free a moment after the body's end.
        await new Promise(setImmediate);
      }
      assert.equal(server.connections, 2);
      await egress.close();
    });

    it('close the longest idle connections when there are too many', async () => {
      const egress = openEgress({ bounds: { sockets: 2 } });
      server.handle = (_req, res) => void res.end('x');
      for (const plugin of ['a/a/a', 'b/b/b', 'c/c/c']) await textOf(await ask(egress, server.url, { plugin }));
      for (let turn = 0; turn < 200 && egress.sockets > 2; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(egress.sockets, 2);
      await textOf(await ask(egress, server.url, { plugin: 'b/b/b' }));
      assert.equal(server.connections, 3);
      await egress.close();
    });
  });
});
