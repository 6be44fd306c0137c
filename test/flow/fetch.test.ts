/** Plugins that call other services, through a running host. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { TestServer } from '../host/egress/server.ts';
import { outcome, runInNode } from '../loader/guest/realm.ts';
import { RunningHost } from '../support/running-host.ts';

describe('fetch', () => {
  let host: RunningHost;
  let upstream: TestServer;
  before(async () => {
    upstream = await TestServer.start();
    host = await RunningHost.start(['--egress-allow', '127.0.0.1']);
  });
  after(async () => {
    await host.close();
    await upstream.close();
  });
  beforeEach(() => {
    upstream.requests.length = 0;
  });

  let pushed = 0;
  /** Pushes a plugin whose source may say `UPSTREAM`. @returns its path */
  async function push(source: string, manifest: object = {}): Promise<string> {
    pushed += 1;
    const plugin = `demo/fetch/p${pushed}`;
    const egress = [`127.0.0.1:${upstream.port}`];
    await host.push(plugin, { source: source.replaceAll('UPSTREAM', upstream.url), manifest: { egress, ...manifest } });
    return plugin;
  }

  /** The plugin's latest usage, once it has as many calls. */
  async function usage(plugin: string): Promise<{ hostCalls: number }> {
    return (await host.admin('GET', `/v1/plugins/${plugin}/usage`)).json() as never;
  }

  it('joins what several services answer in parallel', async () => {
    const held: ServerResponse[] = [];
    upstream.handle = (_req, res) => {
      held.push(res);
      // Only when all three are here, which one after the other would never be.
      if (held.length === 3) for (const one of held) one.end(JSON.stringify(one.req.url));
    };
    const plugin = await push(`export default async () => {
      const answers = await Promise.all(['/a', '/b', '/c'].map(async (path) => (await fetch('UPSTREAM' + path)).json()));
      return answers;
    };`);
    assert.equal(await host.text(plugin), '["/a","/b","/c"]');
    assert.equal((await usage(plugin)).hostCalls, 3);
  });

  it('gives a Response as the standard describes it', async () => {
    upstream.handle = (req, res) => {
      if (req.url === '/old') res.writeHead(301, { location: '/new' }).end();
      else res.writeHead(203, 'Fine', { 'x-a': '1', 'content-type': 'text/plain' }).end('body');
    };
    const plugin = await push(`export default async () => {
      const r = await fetch('UPSTREAM/old#part');
      let immutable = false;
      try { r.headers.set('x-a', '2'); } catch (error) { immutable = error instanceof TypeError; }
      const { status, statusText, ok, redirected, type, url } = r;
      return { status, statusText, ok, redirected, type, url, a: r.headers.get('x-a'), immutable, text: await r.text(), used: r.bodyUsed };
    };`);
    assert.deepEqual(JSON.parse(await host.text(plugin)), {
      ...{ status: 203, statusText: 'Fine', ok: true, redirected: true, type: 'basic', url: `${upstream.url}/new` },
      ...{ a: '1', immutable: true, text: 'body', used: true },
    });
  });

  it('passes a response on, changed or not', async () => {
    upstream.handle = (_req, res) => res.writeHead(201, { 'content-type': 'text/x', 'x-a': '1', 'set-cookie': 'a=b' }).end('body');
    const same = await host.call(await push(`export default () => fetch('UPSTREAM')`));
    assert.deepEqual(
      [same.status, same.headers.get('x-a'), same.headers.get('content-type'), await same.text()],
      [201, '1', 'text/x', 'body'],
    );
    const changed = await push(`export default async () => {
      const response = await fetch('UPSTREAM');
      const mine = new Response(response.body, response);
      mine.headers.set('x-a', '2');
      return mine;
    };`);
    const answer = await host.call(changed);
    assert.deepEqual(
      [answer.status, answer.headers.get('x-a'), answer.headers.getSetCookie(), await answer.text()],
      [201, '2', ['a=b'], 'body'],
    );
  });

  it('sends what the init says: bodies of every form', async () => {
    upstream.handle = (req, res) => {
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => res.end(JSON.stringify([req.method, req.headers['content-type'] ?? null, body])));
    };
    const plugin = await push(`export default async () => {
      const send = async (body: BodyInit | null, headers?: HeadersInit) =>
        (await fetch('UPSTREAM', { method: 'POST', body, duplex: 'half', ...(headers ? { headers } : {}) })).json();
      const stream = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('str')); c.enqueue(new TextEncoder().encode('eam')); c.close(); } });
      return [
        await send('tëxt'), await send(new Uint8Array([97, 98])), await send(new URLSearchParams({ a: '1 2' })), await send(null),
        await send('{}', { 'content-type': 'application/json' }), await send(stream),
        await (await fetch(new Request('UPSTREAM', { method: 'PUT', body: 'req' }))).json(),
        await send(new ReadableStream({ start(c) { c.enqueue('no bytes'); c.close(); } }) as never).catch(String),
      ];
    };`);
    assert.deepEqual(JSON.parse(await host.text(plugin)), [
      ['POST', 'text/plain;charset=UTF-8', 'tëxt'],
      ['POST', null, 'ab'],
      ['POST', 'application/x-www-form-urlencoded;charset=UTF-8', 'a=1+2'],
      ['POST', null, ''],
      ['POST', 'application/json', '{}'],
      ['POST', null, 'stream'],
      ['PUT', 'text/plain;charset=UTF-8', 'req'],
      'TypeError: fetch failed: a chunk of the request body is not a Uint8Array',
    ]);
  });

  it('streams a response through while it comes', async () => {
    const began = Promise.withResolvers<ServerResponse>();
    upstream.handle = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
      began.resolve(res);
    };
    const plugin = await push(`export default () => fetch('UPSTREAM')`);
    const response = await host.call(plugin);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'data: 1\n\n');
    (await began.promise).end('data: 2\n\n');
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'data: 2\n\n');
    assert.equal((await reader.read()).done, true);
  });

  it('carries large bodies whole', async () => {
    const large = Buffer.alloc(3_000_000, 'nbox');
    upstream.handle = (_req, res) => res.end(large);
    const plugin = await push(`export default async () => {
      const r = await fetch('UPSTREAM');
      return (await r.arrayBuffer()).byteLength;
    };`);
    assert.equal(await host.text(plugin), String(large.length));
    const through = await host.call(await push(`export default () => fetch('UPSTREAM')`));
    assert.ok(Buffer.from(await through.arrayBuffer()).equals(large));
  });

  const caught = `const why = async (act: () => Promise<unknown>) => {
    try { await act(); return 'nothing'; } catch (error) {
      return (error as Error).constructor.name + ' ' + (error as Error).name + ': ' + (error as Error).message; }
  };`;

  it('fails as a TypeError that says why', async () => {
    const plugin = await push(
      `${caught}
      export default async () => [
        await why(() => fetch('http://other.example/')),
        await why(() => fetch('http://127.0.0.1:${host.host.traffic.port}/')),
        await why(() => fetch('http://127.0.0.1:2/')),
        await why(() => fetch('ftp://127.0.0.1/')),
        await why(() => fetch('blob:x')),
        await why(() => fetch('/relative')),
        await why(() => fetch('http://user:password@127.0.0.1/')),
        await why(() => (fetch as Function)()),
      ];`,
      { egress: ['127.0.0.1:2', `127.0.0.1:${host.host.traffic.port}`] },
    );
    assert.deepEqual(JSON.parse(await host.text(plugin)), [
      "TypeError TypeError: fetch failed: other.example is not in the manifest's egress",
      `TypeError TypeError: fetch failed: 127.0.0.1:${host.host.traffic.port} is a port of nbox's own`,
      'TypeError TypeError: fetch failed: 127.0.0.1:2 cannot be reached: the connection was refused',
      'TypeError TypeError: fetch failed: the scheme ftp: is not supported',
      'TypeError TypeError: fetch failed: the scheme blob: is not supported',
      'TypeError TypeError: Invalid URL',
      'TypeError TypeError: The URL of a Request must hold no user and no password',
      'TypeError TypeError: fetch needs 1 argument, but got 0',
    ]);
  });

  it('is not granted by default', async () => {
    const plugin = await push(`${caught} export default () => why(() => fetch('UPSTREAM'))`, { egress: [] });
    assert.match(await host.text(plugin), /is not in the manifest's egress/);
    assert.equal(upstream.requests.length, 0);
  });

  it('is not there at the top level', async () => {
    const answer = await host.put('demo/fetch/top', { source: `const r = await fetch('${upstream.url}'); export default () => r.status;` });
    const problem = (await answer.json()) as { code: string; detail: string };
    assert.equal(problem.code, 'probe_failed');
    assert.match(problem.detail, /fetch is not available at the top level/);
  });

  it('takes limits.hostCalls, and data URLs beside them', async () => {
    upstream.handle = (_req, res) => res.end('x');
    const plugin = await push(
      `${caught} export default async () => {
        await fetch('UPSTREAM'); await fetch('data:,x'); await fetch('UPSTREAM');
        return why(() => fetch('UPSTREAM'));
      };`,
      { limits: { hostCalls: 2 } },
    );
    assert.match(await host.text(plugin), /^"Error Error: .*hostCalls is 2"$/);
    assert.equal(upstream.requests.length, 2);
  });

  it('reads data URLs without a grant', async () => {
    const plugin = await push(
      `export default async () => {
        const r = await fetch('data:text/html;charset=utf-8;base64,PGI+#x');
        const { status, statusText, type, url } = r;
        return [status, statusText, type, url, r.headers.get('content-type'), await r.text(), await (await fetch('data:,x', { method: 'HEAD' })).text()];
      };`,
      { egress: [] },
    );
    const url = 'data:text/html;charset=utf-8;base64,PGI+';
    assert.deepEqual(JSON.parse(await host.text(plugin)), [200, 'OK', 'basic', url, 'text/html;charset=utf-8', '<b>', '']);
  });

  it('does not count waiting as CPU, and ends with the deadline', async () => {
    upstream.handle = (_req, res) => void setTimeout(() => res.end('late'), 400);
    const slow = await push(`export default async () => (await fetch('UPSTREAM')).text()`, { limits: { cpuMs: 100 } });
    assert.equal(await host.text(slow), '"late"');
    const closed = Promise.withResolvers<void>();
    upstream.handle = (_req, res) => void res.on('close', () => closed.resolve());
    const late = await push(`export default async () => (await fetch('UPSTREAM')).text()`, { limits: { deadlineMs: 200 } });
    assert.equal((await host.problem(late)).code, 'deadline_exceeded');
    await closed.promise;
  });

  it('ends with the call what nobody awaits', async () => {
    const came = once(upstream.server, 'request');
    const closed = Promise.withResolvers<void>();
    upstream.handle = (_req, res) => void res.on('close', () => closed.resolve());
    const plugin = await push(`export default async () => {
      void fetch('UPSTREAM/dropped');
      await new Promise((resolve) => setTimeout(resolve, 200));
      return 'replied';
    };`);
    const replied = host.text(plugin);
    await came;
    assert.equal(await replied, '"replied"');
    await closed.promise;
  });

  it('uses connections again, and works however a plugin has changed its globals', async () => {
    upstream.handle = (_req, res) => res.end('x'.repeat(7_000));
    upstream.connections = 0;
    const plugin = await push(`
      for (const name of ['get', 'set', 'has']) { (Map.prototype as any)[name] = () => { throw new Error('patched'); }; (WeakMap.prototype as any)[name] = () => { throw new Error('patched'); }; }
      (Array.prototype as any).push = () => { throw new Error('patched'); };
      (String.prototype as any).split = () => { throw new Error('patched'); };
      (globalThis as any).Request = class {};
      (globalThis as any).Response = class {};
      export default async () => (await (await fetch('UPSTREAM')).text()).length;`);
    for (let i = 0; i < 50; i += 1) assert.equal(await host.text(plugin), '7000');
    assert.ok(upstream.connections < 10, `${upstream.connections} connections`);
  });

  it('stops asking when the client has left', async () => {
    const came = once(upstream.server, 'request');
    const closed = Promise.withResolvers<void>();
    upstream.handle = (_req, res) => void res.on('close', () => closed.resolve());
    const plugin = await push(`export default () => fetch('UPSTREAM')`, { limits: { deadlineMs: 30_000 } });
    const client = request(`${host.traffic}/${plugin}`);
    client.on('error', () => {});
    client.end();
    await came;
    client.destroy();
    await closed.promise;
  });

  it('stops asking when a client leaves in the middle of what is streamed to it', async () => {
    const closed = Promise.withResolvers<void>();
    upstream.handle = (_req, res) => {
      res.on('close', () => closed.resolve());
      res.write('x');
    };
    const response = await host.call(await push(`export default () => fetch('UPSTREAM')`));
    await response.body?.cancel();
    await closed.promise;
  });

  it('obeys its signal at every stage, with the signal’s reason', async () => {
    upstream.handle = (req, res) => {
      if (req.url === '/begun') res.write('begun');
      else if (req.url === '/whole') res.end('whole');
    };
    const plugin = await push(`
      const why = async (promise: Promise<unknown>) => { try { await promise; return 'nothing'; } catch (error) { return error instanceof Error || error instanceof DOMException ? error.name : error; } };
      export default async () => {
        const out: unknown[] = [];
        out.push(await why(fetch('UPSTREAM', { signal: AbortSignal.abort('already') })));
        const silent = new AbortController();
        const waiting = why(fetch('UPSTREAM/silent', { signal: silent.signal }));
        setTimeout(() => silent.abort('while it waits'), 20);
        out.push(await waiting);
        out.push(await why(fetch('UPSTREAM/silent', { signal: AbortSignal.timeout(20) })));
        const begun = new AbortController();
        const response = await fetch('UPSTREAM/begun', { signal: begun.signal });
        const text = why(response.text());
        begun.abort();
        out.push(await text);
        const whole = new AbortController();
        const there = await fetch('UPSTREAM/whole', { signal: whole.signal });
        whole.abort('though it is there');
        out.push(await why(there.text()));
        const late = new AbortController();
        const read = await (await fetch('UPSTREAM/whole', { signal: late.signal })).text();
        late.abort();
        out.push(read);
        let cancelled: unknown;
        const body = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)); }, cancel(reason) { cancelled = reason; } });
        const sent = fetch('UPSTREAM', { method: 'POST', body, duplex: 'half', signal: AbortSignal.abort('no') });
        out.push(cancelled, await why(sent));
        return out;
      };`);
    const expected = ['already', 'while it waits', 'TimeoutError', 'AbortError', 'though it is there', 'whole', 'no', 'no'];
    assert.deepEqual(JSON.parse(await host.text(plugin)), expected);
  });

  it('goes on after the reply for what waitUntil was given', async () => {
    const came = once(upstream.server, 'request');
    upstream.handle = (_req, res) => res.end();
    const plugin = await push(`export default {
      async fetch(_request: Request, _env: unknown, ctx: { waitUntil(promise: Promise<unknown>): void }) {
        ctx.waitUntil(fetch('UPSTREAM/beacon', { method: 'POST', body: 'x' }));
        return new Response('replied');
      },
    };`);
    assert.equal(await host.text(plugin), 'replied');
    const [req] = await came;
    assert.equal(req.url, '/beacon');
  });

  it('does as the fetch of Node does', async () => {
    upstream.handle = (req, res) => {
      const url = new URL(req.url as string, 'http://x');
      if (url.pathname === '/echo') {
        const chunks: Buffer[] = [];
        req.on('data', (chunk: Buffer) => chunks.push(chunk));
        const names = ['content-type', 'content-length', 'authorization', 'x-a', 'accept'];
        req.on('end', () =>
          res.end(JSON.stringify([req.method, req.url, ...names.map((name) => req.headers[name]), Buffer.concat(chunks).toString()])),
        );
      } else if (url.pathname === '/redirect')
        res.writeHead(Number(url.searchParams.get('status')), { location: url.searchParams.get('to') ?? '' }).end('moved');
      else if (url.pathname === '/status') res.writeHead(Number(url.searchParams.get('status')), { 'x-a': '1' }).end('body');
      else if (url.pathname === '/headers')
        res
          .writeHead(200, ['X-One', ' a ', 'x-two', '1', 'X-Two', '2', 'x-latin', 'caf\xe9', 'set-cookie', 'a=1', 'set-cookie', 'b=2'])
          .end();
      else if (url.pathname === '/gzip') res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unzipped'));
      else res.destroy();
    };
    const seen = '[r.status, r.statusText, r.ok, r.redirected, r.type, r.url, r.bodyUsed, await r.text(), r.bodyUsed]';
    const expressions = [
      ...['200', '404', '500', '204', '205', '304', '299'].map(
        (status) => `fetch('UPSTREAM/status?status=${status}').then(async (r) => ${seen})`,
      ),
      ...['301', '302', '303', '307', '308'].flatMap((status) =>
        ['GET', 'POST', 'HEAD', 'PUT'].map(
          (method) =>
            `fetch('UPSTREAM/redirect?status=${status}&to=/echo#kept', { method: '${method}', headers: { 'x-a': '1', authorization: 'x', 'content-type': 'a/b' }, body: ${method === 'GET' || method === 'HEAD' ? 'null' : "'body'"} }).then(async (r) => ${seen})`,
        ),
      ),
      `fetch('UPSTREAM/redirect?status=302&to=/echo', { redirect: 'error' })`,
      `fetch('UPSTREAM/redirect?status=302&to=/echo', { redirect: 'manual' }).then(async (r) => ${seen})`,
      `fetch('UPSTREAM/redirect?status=304&to=/echo').then(async (r) => ${seen})`,
      `fetch('UPSTREAM/redirect?status=302&to=ftp%3A%2F%2Fx%2F')`,
      `fetch('UPSTREAM/redirect?status=302&to=%23part').then(async (r) => ${seen})`,
      `fetch('UPSTREAM/headers').then((r) => [['x-one', 'x-two', 'x-latin', 'none'].map((name) => r.headers.get(name)), r.headers.getSetCookie()])`,
      `fetch('UPSTREAM/headers').then((r) => r.headers.append('a', 'b'))`,
      `fetch('UPSTREAM/gzip').then((r) => r.text())`,
      `fetch('UPSTREAM/broken')`,
      `fetch(new URL('UPSTREAM/echo?x=ü y')).then(async (r) => ${seen})`,
      `fetch(new Request('UPSTREAM/echo', { method: 'POST', body: 'a' }), { headers: { 'x-a': '2' } }).then(async (r) => ${seen})`,
      `fetch('UPSTREAM/echo', { method: 'PATCH', body: '' }).then(async (r) => ${seen})`,
      `fetch('UPSTREAM/echo', { method: 'GET', body: 'x' })`,
      `fetch('UPSTREAM/echo', { method: 'TRACE' })`,
      `fetch('UPSTREAM/echo', { headers: { 'bad name': 'x' } })`,
      `(async () => { const q = new Request('UPSTREAM/echo', { method: 'POST', body: 'a' }); await fetch(q); return q.bodyUsed; })()`,
      `(async () => { const q = new Request('UPSTREAM/echo', { method: 'POST', body: 'a' }); await q.text(); await fetch(q); })()`,
      `(async () => { const r = await fetch('UPSTREAM/echo'); const c = r.clone(); return [await r.text() === await c.text(), c.url === r.url, c.type, c.redirected]; })()`,
      `(async () => { const r = await fetch('UPSTREAM/echo'); await r.text(); await r.text(); })()`,
      `fetch('UPSTREAM/echo', { signal: AbortSignal.abort() })`,
      `fetch('UPSTREAM/echo', { method: 'POST', duplex: 'half', body: new ReadableStream({ start(c) { c.error(new RangeError('mine')); } }) })`,
      ...[
        'data:,',
        'data:text/plain,a%20b',
        'data:;base64,YQ',
        'data:x,y',
        'DATA:a/b;c=d,%ff',
        'data:text/html,<b>#f',
        'data:;base64,%',
      ].map((url) => `fetch('${url}').then(async (r) => [${seen}, r.headers.get('content-type')])`),
      `fetch('about:blank')`,
      `fetch('https:')`,
      `fetch()`,
    ].map((expression) => expression.replaceAll('UPSTREAM', upstream.url));
    const plugin = await push(
      `// @ts-nocheck
      const outcome = ${outcome};
      export default async () => {
        const all = [];
        ${expressions.map((expression) => `all.push(await outcome(() => ${expression}));`).join('\n')}
        return all;
      };`,
      { limits: { hostCalls: 200, cpuMs: 2_000, deadlineMs: 20_000 } },
    );
    const inGuest = JSON.parse(await host.text(plugin)) as string[];
    for (const [i, expression] of expressions.entries()) {
      const { value } = JSON.parse(inGuest[i] as string) as { value: unknown };
      assert.deepEqual(value, await runInNode(expression), expression);
    }
  });

  it('is off for all where the operator says so', async () => {
    const off = await RunningHost.start(['--egress', 'false', '--egress-allow', '127.0.0.1']);
    try {
      const source = `${caught} export default () => why(() => fetch('${upstream.url}'))`;
      await off.push('demo/fetch/off', { source, manifest: { egress: [`127.0.0.1:${upstream.port}`] } });
      assert.match(await off.text('demo/fetch/off'), /the operator of this host has turned fetch off/);
    } finally {
      await off.close();
    }
  });
});
