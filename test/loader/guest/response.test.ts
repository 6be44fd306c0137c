/** Response, measured against Node's; bodies handed on; and what the host is given. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

const read = (response: string): string =>
  `(async () => { const r = ${response}; return [r.status, r.statusText, r.ok, r.type, r.url, r.redirected, [...r.headers], r.bodyUsed, r.body === null, await r.text()]; })()`;

compareWithNode('Response', [
  read(`new Response()`),
  read(`new Response(null)`),
  read(`new Response('x')`),
  read(`new Response('')`),
  read(`new Response('x', { status: 404, statusText: 'Nope', headers: { A: 'b' } })`),
  read(`new Response('x', { headers: { 'Content-Type': 'y' } })`),
  read(`new Response(new URLSearchParams('a=b'))`),
  read(`new Response(new Uint8Array([104, 105]))`),
  read(`new Response({ toString: () => 'hi' })`),
  read(`new Response(1)`),
  read(`new Response(null, { status: 204 })`),
  read(`new Response(undefined, { status: 304 })`),
  ...[0, 100, 101, 199, 200, 599, 600, 1000, -1, NaN].map((status) => `new Response(null, { status: ${status} }).status`),
  `new Response(null, { status: '201' }).status`,
  `new Response('x', { status: 204 })`,
  `new Response('', { status: 205 })`,
  `new Response('x', { status: 304 })`,
  `new Response(null, { statusText: 'a\\nb' })`,
  `new Response(null, { statusText: '\\u0100' })`,
  `new Response(null, { statusText: 'é\\t' }).statusText`,
  `new Response(null, { headers: { 'a b': 'c' } })`,
  `new Response(null, 1)`,
  `new Response(Symbol())`,
  read(`Response.json({ a: [1, null] })`),
  read(`Response.json('x', { status: 201, headers: { 'content-type': 'application/problem+json' } })`),
  read(`Response.json(null, { headers: { a: 'b' } })`),
  `Response.json(undefined)`,
  `Response.json(Symbol())`,
  `Response.json()`,
  `Response.json(1n)`,
  `Response.json(1, { status: 204 })`,
  `Response.json({ get a() { throw new RangeError(); } })`,
  `(() => { const r = Response.redirect('http://a/b', 301); return [r.status, [...r.headers], r.type]; })()`,
  `Response.redirect('http://a').status`,
  `Response.redirect('/x')`,
  `Response.redirect('http://a', 200)`,
  `Response.redirect('http://a').headers.set('a', 'b')`,
  `(() => { const r = Response.error(); return [r.status, r.type, r.ok, [...r.headers], r.body]; })()`,
  `Response.error().headers.append('a', 'b')`,
  `new Response('{"a":1}').json()`,
  `new Response('').json()`,
  `new Response('ä\\0').arrayBuffer()`,
  `new Response(new Uint8Array([0xef, 0xbb, 0xbf, 0x78, 0, 0xff])).text()`,
  `new Response().bytes()`,
  `(async () => { const r = new Response('x'); const c = r.clone(); c.headers.set('a', 'b'); return [await r.text(), await c.text(), r.headers.has('a')]; })()`,
  `(async () => { const r = new Response('x'); await r.text(); return [r.bodyUsed, await r.text().catch((error) => error.name), await r.json().catch((error) => error.name)]; })()`,
  `(async () => { const r = new Response('x'); await r.text(); r.clone(); })()`,
  `(async () => { const r = new Response(); return [await r.text(), await r.text(), r.bodyUsed]; })()`,
  `(async () => { const r = new Response('xy', { status: 201, headers: { a: 'b' } }); const s = new Response(r.body, r); return [s.status, [...s.headers], await s.text(), r.bodyUsed]; })()`,
  `(async () => { const r = new Response('xy'); return [r.body === r.body, await new Response(r.body, { headers: { a: 'b' } }).text(), await new Response(r.body).text()]; })()`,
  `(async () => { const r = new Response('xy'); const s = new Request('http://a', { method: 'POST', body: r.body, duplex: 'half' }); return [await s.text(), [...s.headers]]; })()`,
  `Response.prototype.json.call({})`,
  `Response.prototype.json.call(1)`,
  `Object.prototype.toString.call(new Response())`,
  `[Response.length, Response.json.length, Response.redirect.length, Response.error.length]`,
  `(() => { class Mine extends Response { get ok() { return 'mine'; } } return new Mine('x').ok; })()`,
]);

describe('a response for the host', () => {
  let realm: Realm;
  beforeEach(async () => {
    realm = await openRealm();
  });
  afterEach(() => realm[Symbol.dispose]());

  it('is a head and a body', async () => {
    assert.deepEqual(
      await realm.run(`prelude.encodeResponse(new Response('x', { status: 201, statusText: 'Made', headers: { B: '1', A: '2' } }))`),
      {
        head: '201\nMade\nb\n1\na\n2\ncontent-type\ntext/plain;charset=UTF-8',
        body: 'x',
      },
    );
    assert.deepEqual(await realm.run(`prelude.encodeResponse(new Response(null, { status: 204 }))`), {
      head: '204\n',
      body: '<undefined>',
    });
    assert.deepEqual(await realm.run(`prelude.encodeResponse(new Response(new Uint8Array([1, 2])))`), {
      head: '200\n',
      body: { buffer: [1, 2] },
    });
  });

  it('is sent once', async () => {
    assert.equal(
      await realm.run(`(() => { const r = new Response('x'); prelude.encodeResponse(r); prelude.encodeResponse(r); })()`),
      'throws TypeError',
    );
    assert.equal(await realm.run(`prelude.encodeResponse(Response.error())`), 'throws TypeError');
  });

  it('is known by its slot', async () => {
    assert.deepEqual(
      await realm.run(`[new Response(), Object.create(Response.prototype), {}, null, 1].map((value) => prelude.isResponse(value))`),
      [true, false, false, false, false],
    );
  });

  it('does not depend on what plugin code has made of the prototypes', async () => {
    assert.deepEqual(
      await realm.run(`(() => {
        const boom = () => { throw new Error('patched'); };
        const response = new Response('x', { headers: { a: 'b' } });
        const before = [String.prototype, Array.prototype, RegExp.prototype, Map.prototype, Headers.prototype, Response.prototype].map((prototype) =>
          Object.getOwnPropertyNames(prototype).filter((name) => typeof Object.getOwnPropertyDescriptor(prototype, name).value === 'function' && name !== 'constructor').map((name) => [prototype, name, prototype[name]]));
        const define = Object.defineProperty;
        for (let i = 0; i < before.length; i++) for (let j = 0; j < before[i].length; j++) before[i][j][0][before[i][j][1]] = boom;
        let encoded;
        try { encoded = prelude.encodeResponse(response); } finally { for (let i = 0; i < before.length; i++) for (let j = 0; j < before[i].length; j++) before[i][j][0][before[i][j][1]] = before[i][j][2]; }
        return encoded;
      })()`),
      { head: '200\n\na\nb\ncontent-type\ntext/plain;charset=UTF-8', body: 'x' },
    );
  });
});
