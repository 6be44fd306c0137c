/** Request, measured against Node's; and the request that the host brings. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

const read = (request: string): string =>
  `(() => { const r = ${request}; return [r.method, r.url, [...r.headers], r.mode, r.credentials, r.cache, r.redirect, r.referrer, r.referrerPolicy, r.integrity, r.keepalive, r.destination, r.duplex, r.bodyUsed, r.body === null, r.signal.aborted]; })()`;
const post = (body: string): string => `new Request('http://a/', { method: 'POST', body: ${body} })`;

compareWithNode('Request', [
  ...[
    `{ window: 'http://a' }`,
    `{ window: null }`,
    `{ mode: 'navigate' }`,
    `{ referrer: 'http://:not a URL' }`,
    `{ referrer: '' }`,
    `{ referrer: 'about:client' }`,
    `{ method: 'IN VALID' }`,
    `{ method: 'trace' }`,
    `{ method: 'head' }`,
    `{ method: 'pAtCh2' }`,
    `{ mode: 'no-cors', method: 'PUT' }`,
    `{ mode: 'no-cors', method: 'POST' }`,
    `{ mode: 'cors', cache: 'only-if-cached' }`,
    `{ mode: 'no-cors', cache: 'only-if-cached' }`,
    `{ mode: 'same-origin', cache: 'only-if-cached' }`,
    ...['referrerPolicy', 'mode', 'credentials', 'cache', 'redirect', 'duplex', 'priority'].map((name) => `{ ${name}: 'BAD' }`),
    `{ keepalive: 1, integrity: 5, priority: 'high', referrerPolicy: 'origin' }`,
    `{ signal: {} }`,
    `{ method: undefined, body: undefined, headers: undefined, cache: undefined }`,
    `{ body: 'x' }`,
    `{ body: null, method: 'GET' }`,
    `{ method: 'HEAD', body: '' }`,
  ].map((init) => read(`new Request('http://a', ${init})`)),
  read(
    `new Request(new Request('http://a', { cache: 'no-store', redirect: 'manual', credentials: 'omit', integrity: 'x', keepalive: true }))`,
  ),
  read(`new Request(new Request('http://a', { referrer: '', cache: 'no-store' }))`),
  read(`new Request(new Request('http://a', { referrer: '', cache: 'no-store' }), {})`),
  read(`new Request('http://a')`),
  read(`new Request('http://A/../b?c#d')`),
  read(`new Request(new URL('http://a/b'))`),
  read(
    `new Request('http://a', { method: 'post', headers: { A: 'b' }, mode: 'same-origin', credentials: 'omit', cache: 'no-store', redirect: 'manual', referrer: '', referrerPolicy: 'origin', integrity: 'x', keepalive: true })`,
  ),
  read(`new Request(new Request('http://a', { method: 'PUT', headers: { A: 'b' }, cache: 'reload' }), { headers: { c: 'd' } })`),
  read(`new Request(new Request('http://a', { headers: { A: 'b' } }))`),
  read(post(`'x'`)),
  read(post(`new URLSearchParams('a=b')`)),
  read(post(`new Uint8Array([1])`)),
  read(post(`new ArrayBuffer(2)`)),
  read(post(`1`)),
  read(post(`({})`)),
  read(`new Request('http://a', { method: 'POST', body: 'x', headers: { 'content-type': 'y' } })`),
  ...['get', 'Head', 'options', 'patch', 'Delete', 'pUt', 'custom', 'a b', '', 'connect', 'TRACE', 'track', 'ä'].map(
    (method) => `new Request('http://a', { method: '${method}' }).method`,
  ),
  ...['mode', 'credentials', 'cache', 'redirect', 'referrerPolicy'].map((name) => `new Request('http://a', { ${name}: 'bad' })`),
  `new Request('http://a', { mode: 'navigate' })`,
  `new Request('http://a', { cache: 'only-if-cached' })`,
  `new Request('http://a', { window: 1 })`,
  `new Request('http://a', { window: null }).url`,
  `new Request('http://a', { signal: 1 })`,
  `new Request('http://a', { signal: null }).signal.aborted`,
  `new Request('http://a', { signal: AbortSignal.abort('x') }).signal.reason`,
  `(() => { const c = new AbortController(); const r = new Request('http://a', { signal: c.signal }); const s = new Request(r); c.abort('x'); return [r.signal.aborted, s.signal.reason, r.signal === c.signal, r.clone().signal.aborted]; })()`,
  `new Request('/x')`,
  `new Request('http://u:p@a/')`,
  `new Request()`,
  `new Request('http://a', 1)`,
  `new Request('http://a', { body: 'x' })`,
  `new Request('http://a', { method: 'HEAD', body: '' })`,
  `new Request(new Request('http://a', { method: 'POST', body: 'x' }), { method: 'GET' })`,
  `${post(`'x'`)}.text()`,
  `${post(`'{"a":1}'`)}.json()`,
  `${post(`'{'`)}.json()`,
  `${post(`new Uint16Array([1, 2])`)}.arrayBuffer()`,
  `${post(`new DataView(new ArrayBuffer(4), 1, 2)`)}.bytes()`,
  `${post(`'ä\\0\\ud800'`)}.bytes()`,
  `${post(`'\\ufeffx'`)}.text()`,
  `${post(`new URLSearchParams({ a: 'b c' })`)}.text()`,
  `new Request('http://a').text()`,
  `new Request('http://a').json()`,
  `new Request('http://a').arrayBuffer()`,
  `(async () => { const r = ${post(`'x'`)}; const c = r.clone(); return [await r.text(), r.bodyUsed, c.bodyUsed, await c.text()]; })()`,
  `(async () => { const r = ${post(`'x'`)}; await r.text(); return r.text(); })()`,
  `(async () => { const r = ${post(`'x'`)}; await r.text(); return r.clone(); })()`,
  `(async () => { const r = ${post(`'x'`)}; const s = new Request(r); return [r.bodyUsed, await s.text()]; })()`,
  `(async () => { const r = ${post(`'x'`)}; const s = new Request(r, { body: 'y' }); return [r.bodyUsed, await s.text()]; })()`,
  `(async () => { const r = ${post(`'x'`)}; await r.text(); return new Request(r); })()`,
  `(async () => { const bytes = new Uint8Array([1, 2]); const r = ${post('bytes')}; bytes[0] = 9; return r.bytes(); })()`,
  `Request.prototype.text.call({})`,
  `Object.prototype.toString.call(new Request('http://a'))`,
  `Request.length`,
]);

describe('new Request(input, init)', () => {
  it('reads each member once, in the order of their names', async () => {
    using realm = await openRealm();
    const seen = await realm.run(`(() => {
      const seen = [];
      const values = { method: 'POST', body: 'x', headers: {} };
      new Request('http://a', new Proxy({}, { get(_, name) { seen.push(name); return values[name]; } }));
      return seen;
    })()`);
    assert.deepEqual(seen, [
      ...['body', 'cache', 'credentials', 'duplex', 'headers', 'integrity', 'keepalive', 'method', 'mode', 'priority', 'redirect'],
      ...['referrer', 'referrerPolicy', 'signal', 'window'],
    ]);
  });

  it('takes over who refers only where the init says nothing', async () => {
    using realm = await openRealm();
    const of = (init: string) =>
      realm.run(
        `(() => { const r = new Request(new Request('http://a', { referrer: '', referrerPolicy: 'origin' }), ${init}); return [r.referrer, r.referrerPolicy]; })()`,
      );
    assert.deepEqual(await of('undefined'), ['', 'origin']);
    assert.deepEqual(await of('{ cache: undefined }'), ['', 'origin']);
    assert.deepEqual(await of(`{ cache: 'no-store' }`), ['about:client', '']);
  });
});

describe('the request that the host brings', () => {
  let realm: Realm;
  before(async () => {
    realm = await openRealm();
  });
  after(() => realm[Symbol.dispose]());

  const incoming = `prelude.requestFromHost('POST\\nhttp://a/b?c\\nhost\\na\\nx-y\\n1', 'body')`;

  it('has the host’s method, URL, headers and body', async () => {
    assert.deepEqual(
      await realm.run(
        `(async () => { const r = ${incoming}; return [r.method, r.url, [...r.headers], await r.text(), r instanceof Request]; })()`,
      ),
      [
        'POST',
        'http://a/b?c',
        [
          ['host', 'a'],
          ['x-y', '1'],
        ],
        'body',
        true,
      ],
    );
  });

  it('may have no headers and no body', async () => {
    assert.deepEqual(
      await realm.run(
        `(() => { const r = prelude.requestFromHost('GET\\nhttp://a/'); return [r.method, r.url, [...r.headers], r.body]; })()`,
      ),
      ['GET', 'http://a/', [], null],
    );
  });

  it('has immutable headers, and copies that are not', async () => {
    assert.equal(await realm.run(`${incoming}.headers.set('a', 'b')`), 'throws TypeError');
    assert.equal(await realm.run(`${incoming}.clone().headers.set('a', 'b')`), 'throws TypeError');
    assert.equal(
      await realm.run(
        `(() => { const r = new Request(${incoming}); r.headers.set('a', 'b'); return r.headers.get('x-y') + r.headers.get('a'); })()`,
      ),
      '1b',
    );
    assert.equal(await realm.run(`(() => { const h = new Headers(${incoming}.headers); h.set('x-y', '2'); return h.get('x-y'); })()`), '2');
  });

  it('gives its bytes away only once', async () => {
    assert.deepEqual(
      await realm.run(
        `(async () => { const r = prelude.requestFromHost('PUT\\nhttp://a/', new Uint8Array([1, 2]).buffer); const c = r.clone(); (await c.bytes())[0] = 9; return [await r.bytes(), await r.bytes().catch((error) => error.name)]; })()`,
      ),
      [{ '[object Uint8Array]': [1, 2] }, 'TypeError'],
    );
  });

  it('stays behind a door that plugin code cannot open', async () => {
    assert.equal(await realm.run(`new Request(Symbol('internal'), undefined, { url: 'x' })`), 'throws TypeError');
  });
});
