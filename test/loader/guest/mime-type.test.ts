/** MIME types: what `blob()` makes of headers, by the standard's own rules. */

import assert from 'node:assert/strict';
import { MIMEType } from 'node:util';
import { extractMimeType, formatMimeType, parseMimeType } from '../../../loader/guest/mime-type.ts';
import { openRealm } from './realm.ts';

const normal = (text: string): string | undefined => {
  const type = parseMimeType(text);
  return type === undefined ? undefined : formatMimeType(type);
};
const extracted = (text: string): string | undefined => {
  const type = extractMimeType(text);
  return type === undefined ? undefined : formatMimeType(type);
};
const inNode = (text: string): string | undefined => {
  try {
    return String(new MIMEType(text));
  } catch {
    return undefined;
  }
};

describe('parseMimeType(text)', () => {
  const cases = [
    'text/html',
    ' TEXT/Html \n',
    'text/html;charset=GBK',
    'TEXT/HTML;CHARSET=GBK',
    'text/html ;charset=gbk',
    'text/html; charset =gbk',
    'text/html;charset= gbk',
    'text/html;charset=gbk;charset=windows-1255',
    'text/html;charset=();charset=GBK',
    'text/html;;;;charset=gbk',
    "text/html;charset='gbk'",
    'text/html;charset="gbk"',
    'text/html;charset="gbk',
    'text/html;charset="\\ gbk"',
    'text/html;charset="\\g\\b\\k"',
    'text/html;charset="gbk"x',
    'text/html;charset="";charset=GBK',
    'text/html;charset=";charset=foo";charset=GBK',
    'text/html;x="a;b";charset=gbk',
    'text/html;x="\\',
    'text/html;x=" "',
    'text/html;x',
    'text/html;x=',
    'text/html;=x',
    'text/html;x=\u00ff',
    'text/html;x="\u00ff"',
    'text/html;x=\u0100;y=z',
    'text/html;\u0100=x;y=z',
    'text/html;x=a\u0000b;y=z',
    'text/ html',
    '/html',
    'text/',
    'text',
    '',
    ';',
    '/',
    'te xt/html',
    'text/html,x/y',
    '*/*',
    'x/x;x="";y',
  ];
  for (const text of cases) {
    it(JSON.stringify(text), () => assert.equal(normal(text), inNode(text)));
  }

  it('takes time by the length of what it is given', () => {
    const long = `text/html${';a'.repeat(100_000)};x=y`;
    assert.equal(normal(long), 'text/html;x=y');
    const many = Array.from({ length: 50_000 }, (_, i) => `p${i}=1`).join(';');
    assert.equal(parseMimeType(`a/b;${many}`)?.parameters.size, 50_000);
  });
});

describe('extractMimeType(values)', () => {
  const cases: [string, string | undefined][] = [
    ['text/html, text/plain', 'text/plain'],
    ['text/html, nonsense', 'text/html'],
    ['text/html, */*', 'text/html'],
    ['text/html;charset=gbk, text/html', 'text/html;charset=gbk'],
    ['text/html;charset=gbk, x/x, text/html', 'text/html'],
    ['text/html;charset=gbk;a=b, text/html;x=y', 'text/html;x=y;charset=gbk'],
    ['text/html;x=",", text/plain', 'text/plain'],
    ['text/html;x=", text/plain', 'text/html;x=", text/plain"'],
    [',,text/html,,', 'text/html'],
    ['', undefined],
    [',', undefined],
  ];
  for (const [values, expected] of cases) {
    it(JSON.stringify(values), () => assert.equal(extracted(values), expected));
  }
});

describe('blob()', () => {
  it('has the type that the headers say when the body has been read', async () => {
    using realm = await openRealm();
    const type = (response: string) => realm.run(`(async () => { const r = ${response}; return (await r.blob()).type; })()`);
    assert.equal(await type(`new Response('x')`), 'text/plain;charset=utf-8');
    assert.equal(await type(`new Response(new Blob(['x'], { type: 'A/B' }))`), 'a/b');
    assert.equal(await type(`new Response(new Blob(['x'], { type: 'A/B' }), { headers: { 'content-type': 'Text/Html' } })`), 'text/html');
    assert.equal(await type(`new Response(new Uint8Array(1))`), '');
    assert.equal(await type(`new Response(null, { headers: { 'content-type': 'x' } })`), '');
    assert.equal(await type(`new Response('x', { headers: [['content-type', 'a/b'], ['content-type', 'c/d']] })`), 'c/d');
    assert.equal(
      await realm.run(
        `(async () => { const r = new Response('x'); const reading = r.blob(); r.headers.set('content-type', 'late/r'); return (await reading).type; })()`,
      ),
      'late/r',
    );
  });
});
