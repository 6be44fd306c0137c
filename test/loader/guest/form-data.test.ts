/** FormData, measured against Node's, and as a body, where the standard asks for each byte. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

const entriesAfter = (steps: string): string =>
  `(async () => { const f = new FormData(); ${steps}; return Promise.all([...f].map(async ([n, v]) => [n, typeof v === 'string' ? v : [v.constructor.name, v.name, v.type, await v.text()]])); })()`;

compareWithNode('FormData', [
  ...[
    ``,
    `f.append('a', 'b'); f.append('a', 'c'); f.append('b', 1)`,
    `f.append('a', new Blob(['x'], { type: 't/x' })); f.append('a', new Blob(['y']), 'n')`,
    `f.append('a', new File(['x'], 'n', { type: 't/x' })); f.append('a', new File(['y'], 'n'), 'm')`,
    `f.append('a', new File(['y'], 'n'), undefined)`,
    `f.append(null, undefined); f.append('\\ud800', '\\udfff')`,
    `f.append('a\\nb', 'c\\rd')`,
    `f.append('a', '1'); f.append('b', '2'); f.append('a', '3'); f.append('c', '4'); f.set('a', '5')`,
    `f.set('a', '1'); f.set('b', new Blob(['x'])); f.set('b', 'y')`,
    `f.append('a', '1'); f.append('b', '2'); f.append('a', '3'); f.delete('a'); f.delete('z')`,
    `f.append('a', {}); f.append('b', [1, 2])`,
    `for (const [n] of [['x'], ['y']]) f.append(n, n); for (const [n] of f) if (n.length < 4) f.append(n + n, '')`,
    `for (const n of 'abc') f.append(n, n); for (const [n] of f) if (n === 'a') f.delete('b')`,
  ].map(entriesAfter),
  `(() => { const f = new FormData(); f.append('a', '1'); f.append('a', '2'); return [f.get('a'), f.getAll('a'), f.get('b'), f.getAll('b'), f.has('a'), f.has('b')]; })()`,
  `(() => { const f = new FormData(); f.append('a', new Blob(['x'])); return f.get('a') === f.get('a'); })()`,
  `(() => { const f = new FormData(); const file = new File([], 'n'); f.append('a', file); return f.get('a') === file; })()`,
  `(() => { const f = new FormData(); f.append('a', '1'); f.append('b', '2'); const seen = []; f.forEach(function (v, k, p) { seen.push(v, k, p === f, this.t); }, { t: 1 }); return [seen, [...f.keys()], [...f.values()], [...f.entries()]]; })()`,
  `new FormData().forEach(1)`,
  `new FormData().append('a')`,
  `new FormData().append('a', 'b', 'c')`,
  `new FormData().append('a', 'b', undefined)`,
  `new FormData().set('a', {}, 'c')`,
  `new FormData().set('a')`,
  `new FormData().get()`,
  `new FormData().append(Symbol(), 'a')`,
  `new FormData(null)`,
  `new FormData(undefined)[Symbol.toStringTag]`,
  `new FormData({})`,
  `FormData()`,
  `FormData.prototype.get.call({}, 'a')`,
  `[FormData.length, FormData.prototype.append.length, FormData.prototype.set.length, FormData.prototype.get.length, FormData.prototype[Symbol.iterator] === FormData.prototype.entries]`,
  `Object.keys(FormData.prototype).sort()`,
  `Object.prototype.toString.call(new FormData().keys())`,
  `new Response('a=b&c=%20d+e&f', { headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } }).formData().then((f) => [...f])`,
  `new Response(new URLSearchParams([['a', 'ä&='], ['a', '']])).formData().then((f) => [...f])`,
  `new Request('http://a', { method: 'POST', body: 'a=%ff', headers: { 'content-type': 'APPLICATION/X-www-form-urlencoded' } }).formData().then((f) => [...f])`,
  `new Response(null, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }).formData().then((f) => [...f])`,
  `new Response('x').formData()`,
  `new Response(new Uint8Array(1)).formData()`,
  `new Response(null, { headers: { 'content-type': 'multipart/form-data; boundary=x' } }).formData()`,
  `(async () => { const r = new Response(new FormData()); await r.formData(); return [r.bodyUsed, await r.formData().catch((error) => error.name)]; })()`,
  `Response.prototype.formData.call({})`,
]);

/** The body of a form as bytes of its own text, its boundary replaced. */
const written = (steps: string): string => `(async () => {
  const f = new FormData(); ${steps};
  const r = new Response(f);
  const [type, boundary] = r.headers.get('content-type').split('; boundary=');
  const text = Array.from(await r.bytes(), (byte) => String.fromCharCode(byte)).join('');
  return [type, text.replaceAll(boundary, 'B')];
})()`;

const part = (disposition: string, content: string, type?: string): string =>
  `--B\r\nContent-Disposition: form-data; ${disposition}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n${content}\r\n`;

describe('a FormData as a body', () => {
  let realm: Realm;
  before(async () => {
    realm = await openRealm();
  });
  after(() => realm[Symbol.dispose]());

  const cases: Record<string, string> = {
    '': '',
    "f.append('a', '1'); f.append('a', '2')": part('name="a"', '1') + part('name="a"', '2'),
    "f.append('a\\nb\\r\"\\r\\n%\\'\\\\é', 'c\\nd\\re\\r\\nf\"')": part('name="a%0D%0Ab%0D%0A%22%0D%0A%\'\\Ã©"', 'c\r\nd\r\ne\r\nf"'),
    "f.append('a', new File(['x\\ny', new Uint8Array([0, 255])], 'b\\nc\\rd\"e\\\\é', { type: 'T/x' }))": part(
      'name="a"; filename="b%0Ac%0Dd%22e\\Ã©"',
      'x\ny\0ÿ',
      't/x',
    ),
    "f.append('a', new Blob(['x'])); f.append('b', new Blob([]), '')":
      part('name="a"; filename="blob"', 'x', 'application/octet-stream') + part('name="b"; filename=""', '', 'application/octet-stream'),
  };
  for (const [steps, parts] of Object.entries(cases)) {
    it(steps === '' ? 'without entries' : steps, async () => {
      assert.deepEqual(await realm.run(written(steps)), ['multipart/form-data', `${parts}--B--\r\n`]);
    });
  }

  it('has a boundary of its own each time, and is as it was when the body was made', async () => {
    const [first, second, pattern, entries] = (await realm.run(`(async () => {
      const f = new FormData(); f.append('a', '1');
      const [r, s] = [new Response(f), new Request('http://a', { method: 'POST', body: f })];
      f.append('b', '2');
      const boundaries = [r, s].map((one) => one.headers.get('content-type').split('=')[1]);
      return [...boundaries, /^[0-9A-Za-z-]{27,70}$/.test(boundaries[0]), [...(await s.formData())]];
    })()`)) as [string, string, boolean, unknown];
    assert.notEqual(first, second);
    assert.deepEqual([pattern, entries], [true, [['a', '1']]]);
  });

  it('keeps a content type that is given', async () => {
    assert.equal(
      await realm.run(`new Response(new FormData(), { headers: { 'content-type': 'x/y' } }).headers.get('content-type')`),
      'x/y',
    );
  });
});
