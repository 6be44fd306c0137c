/** The parser of multipart/form-data: what it takes, what it refuses, and that no body costs more than its length. */

import assert from 'node:assert/strict';
import { openRealm, type Realm } from './realm.ts';

const lines = (...all: string[]): string => all.join('\r\n');
const one = (disposition: string, ...rest: string[]): string =>
  lines('--b', `Content-Disposition: ${disposition}`, ...rest, '', 'value', '--b--', '');
const named = 'form-data; name="a"';
const file = 'form-data; name="a"; filename="f"';

type Entry = [name: string, value: string | [name: string, type: string, content: string]];

const textual: Entry[] = [['a', 'value']];
const asFile = (name: string, type = 'text/plain'): Entry[] => [['a', [name, type, 'value']]];

describe('formData() of multipart/form-data', () => {
  let realm: Realm;
  before(async () => {
    realm = await openRealm();
  });
  after(() => realm[Symbol.dispose]());

  const parse = (body: string, type = 'multipart/form-data; boundary=b') =>
    realm.run(`(async () => {
      const form = await new Response(${body}, { headers: { 'content-type': ${JSON.stringify(type)} } }).formData();
      return Promise.all([...form].map(async ([name, value]) => [name, typeof value === 'string' ? value : [value.name, value.type, await value.text()]]));
    })()`);
  const text = (body: string, type?: string) => parse(JSON.stringify(body), type);

  const taken: [what: string, body: string, entries: Entry[]][] = [
    ['a text', one(named), textual],
    ['a file', one(file), asFile('f')],
    ['a file with a type', one(file, 'Content-Type: image/png'), asFile('f', 'image/png')],
    [
      'a type before the name',
      lines('--b', 'content-TYPE: x/y', `CONTENT-disposition: ${file}`, '', 'value', '--b--', ''),
      asFile('f', 'x/y'),
    ],
    ['a type that is none', one(file, 'Content-Type: text'), asFile('f', '')],
    ['a type in need of tidying', one(file, 'Content-Type: \t TEXT/html;;x="y" \t'), asFile('f', 'text/html;x=y')],
    ['types, of which the last valid one counts', one(file, 'Content-Type: a/b, c/d', 'Content-Type: e'), asFile('f', 'c/d')],
    ['an empty type', one(file, 'Content-Type:'), asFile('f', '')],
    ['a type beyond ASCII', one(file, 'Content-Type: text/é'), asFile('f', '')],
    ['an empty file name', one('form-data; name="a"; filename=""'), asFile('')],
    ['a file name before the name', one('form-data; filename="f"; name="a"'), asFile('f')],
    ['names beyond ASCII', one('form-data; name="é"; filename="中.txt"'), [['é', ['中.txt', 'text/plain', 'value']]]],
    [
      'percent sequences, as they stand',
      one('form-data; name="a%0Ab%22%2F"; filename="%0D%25"'),
      [['a%0Ab%22%2F', ['%0D%25', 'text/plain', 'value']]],
    ],
    ['backslashes, as they stand', one('form-data; name="C:\\a"'), [['C:\\a', 'value']]],
    ['control characters in a name', one('form-data; name="a\u0001b"'), [['a\u0001b', 'value']]],
    ['an empty name', one('form-data; name=""'), [['', 'value']]],
    ['names without quotes', one('form-data; name=a; filename=f'), asFile('f')],
    ['any case, white space and further parameters', one('Form-Data ;\tx=y; NAME="a"; z="; name=q" ;'), textual],
    ['other headers', one(named, 'X-Other: 1', 'Content-Transfer-Encoding: base64'), textual],
    ['white space around a header’s name', lines('--b', ` Content-Disposition \t: ${named}`, '', 'value', '--b--', ''), textual],
    ['an empty content', lines('--b', `Content-Disposition: ${named}`, '', '', '--b--', ''), [['a', '']]],
    ['an empty file', lines('--b', `Content-Disposition: ${file}`, '', '', '--b--', ''), [['a', ['f', 'text/plain', '']]]],
    [
      'line breaks in a content',
      lines('--b', `Content-Disposition: ${named}`, '', '\r\n', '-', '-b', '--b--', ''),
      [['a', '\r\n\r\n-\r\n-b']],
    ],
    ['a boundary within a line', lines('--b', `Content-Disposition: ${named}`, '', 'x--b', '--b--', ''), [['a', 'x--b']]],
    ['padding behind boundaries', lines('--b \t', `Content-Disposition: ${named}`, '', 'value', '--b-- \t', ''), textual],
    ['an end without a line break', lines('--b', `Content-Disposition: ${named}`, '', 'value', '--b-- '), textual],
    ['an epilogue', lines('--b', `Content-Disposition: ${named}`, '', 'value', '--b--', 'more', '--b', ''), textual],
    ['a line break at the start', `\r\n${one(named)}`, textual],
    ['nothing but the end', '--b--', []],
    [
      'a byte order mark, as part of a value',
      lines('--b', `Content-Disposition: ${named}`, '', '\ufeffx', '--b--', ''),
      [['a', '\ufeffx']],
    ],
    [
      'parts of one name',
      lines(
        '--b',
        `Content-Disposition: ${named}`,
        '',
        '1',
        '--b',
        `Content-Disposition: ${file}`,
        '',
        '2',
        '--b',
        `Content-Disposition: ${named}`,
        '',
        '3',
        '--b--',
      ),
      [
        ['a', '1'],
        ['a', ['f', 'text/plain', '2']],
        ['a', '3'],
      ],
    ],
  ];
  for (const [what, body, entries] of taken) {
    it(`takes ${what}`, async () => assert.deepEqual(await text(body), entries));
  }

  const refused: [what: string, body: string][] = [
    ['nothing', ''],
    ['a preamble', `x\r\n${one(named)}`],
    ['a boundary alone', '--b'],
    ['a boundary and a line break', '--b\r\n'],
    ['another boundary', one(named).replaceAll('--b', '--c')],
    ['something behind the end', lines('--b', `Content-Disposition: ${named}`, '', 'value', '--b--x', '')],
    ['something behind a boundary', one(named).replace('--b', '--bx')],
    ['no end', lines('--b', `Content-Disposition: ${named}`, '', 'value')],
    ['an end that is cut off', lines('--b', `Content-Disposition: ${named}`, '', 'value', '--b-')],
    ['an end within a line', lines('--b', `Content-Disposition: ${named}`, '', 'value--b--', '')],
    ['a part without headers', lines('--b', '', 'value', '--b--', '')],
    ['a part without a line for its content', lines('--b', `Content-Disposition: ${named}`, '', '--b--', '')],
    ['no disposition', lines('--b', 'Content-Type: text/plain', '', 'value', '--b--', '')],
    ['another disposition', one('attachment; name="a"')],
    ['no name', one('form-data; filename="f"')],
    ['a name that does not end', one('form-data; name="a')],
    ['something behind a name', one('form-data; name="a"x')],
    ['a parameter without a value', one('form-data; name; name="a"')],
    ['an empty parameter', one('form-data; name=')],
    ['a header without a colon', one(named, 'x')],
    ['a header whose name is no token', one(named, 'Content Type: x/y')],
    ['a folded header', lines('--b', 'Content-Disposition: form-data;', ' name="a"', '', 'value', '--b--', '')],
    ['a zero in a header', one(named, 'x: a\0b')],
    ['a bare line feed in a header', one('form-data; name="a\nb"')],
    ['a bare carriage return in a header', one('form-data; name="a\rb"')],
  ];
  for (const [what, body] of refused) {
    it(`refuses ${what}`, async () => assert.equal(await text(body), 'throws TypeError'));
  }

  it('takes what the content type says as the boundary, and refuses none', async () => {
    assert.deepEqual(await text(one(named).replaceAll('--b', '--a.b(c)'), 'multipart/form-data; boundary="a.b(c)"'), textual);
    assert.deepEqual(await text(one(named).replaceAll('--b', '--bé'), 'Multipart/Form-Data;x=y;BOUNDARY="bé"'), textual);
    assert.deepEqual(await text(one(named), 'text/plain, multipart/form-data; boundary=b'), textual);
    assert.equal(await text(one(named), 'multipart/form-data'), 'throws TypeError');
    assert.equal(await text(one(named).replaceAll('--b', '--'), 'multipart/form-data; boundary=""'), 'throws TypeError');
  });

  it('gives the bytes of a file as they are, and text as UTF-8 says', async () => {
    const bytes = [0, 0x80, 0xff, 0x0d, 0x0a, 0x2d, 0x2d, 0x0d];
    const body = (head: string) =>
      `new Blob([${JSON.stringify(`--b\r\nContent-Disposition: ${head}\r\n\r\n`)}, new Uint8Array([${bytes}]), '\\r\\n--b--'])`;
    const type = { 'content-type': 'multipart/form-data; boundary=b' };
    assert.deepEqual(
      await realm.run(
        `(async () => { const f = (await new Response(${body(file)}, { headers: ${JSON.stringify(type)} }).formData()).get('a'); return [[...await f.bytes()], f.lastModified]; })()`,
      ),
      [bytes, 0],
    );
    assert.deepEqual(await parse(body(named)), [['a', '\0\ufffd\ufffd\r\n--\r']]);
  });
});

describe('formData() of a hostile body', () => {
  const bodies: Record<string, (fill: (piece: string) => string) => string> = {
    'carriage returns': (fill) => `--b\r\nContent-Disposition: ${named}\r\n\r\n${fill('\r')}\r\n--b--`,
    'line breaks': (fill) => `--b\r\nContent-Disposition: ${named}\r\n\r\n${fill('\r\n')}\r\n--b--`,
    'starts of boundaries': (fill) => `--b\r\nContent-Disposition: ${named}\r\n\r\n${fill('\r\n--')}\r\n--b--`,
    parts: (fill) => `${fill(`--b\r\nContent-Disposition: ${named}\r\n\r\n\r\n`)}--b--`,
    files: (fill) => `${fill(`--b\r\nContent-Disposition: ${file}\r\n\r\n\r\n`)}--b--`,
    headers: (fill) => `--b\r\n${fill('a:\r\n')}Content-Disposition: ${named}\r\n\r\n\r\n--b--`,
    types: (fill) => `--b\r\nContent-Disposition: ${file}\r\n${fill('content-type:a/b;c=d\r\n')}\r\n\r\n--b--`,
    'a long type': (fill) => `--b\r\nContent-Disposition: ${file}\r\ncontent-type:a/b${fill(';a="\\"",')}\r\n\r\n\r\n--b--`,
    'a long header without a colon': (fill) => `--b\r\n${fill('a')}\r\n\r\n\r\n--b--`,
    parameters: (fill) => `--b\r\nContent-Disposition: form-data${fill(';a=b')};name=a\r\n\r\n\r\n--b--`,
    quotes: (fill) => `--b\r\nContent-Disposition: form-data; name="a"${fill(';a=""')}\r\n\r\n\r\n--b--`,
    'no end': (fill) => `--b\r\nContent-Disposition: ${named}\r\n\r\n${fill('\r\n--c')}`,
    padding: (fill) => `--b${fill(' ')}\r\nContent-Disposition: ${named}\r\n\r\n\r\n--b--`,
  };
  /** What the engine's natives look through is counted where they are called. */
  const counting = `
    globalThis.scanned = 0;
    for (const [prototype, name] of [[Object.getPrototypeOf(Uint8Array.prototype), 'indexOf'], [String.prototype, 'indexOf']]) {
      const native = prototype[name];
      prototype[name] = function (what, from = 0) {
        const found = native.call(this, what, from);
        if (this.length > 64) scanned += (found === -1 ? this.length : found + 1) - from;
        return found;
      };
    }`;

  let realm: Realm;
  before(async () => {
    realm = await openRealm(counting);
  });
  after(() => realm[Symbol.dispose]());

  const costs = async (body: string): Promise<{ outcome: string; scanned: number; bytes: number; polls: number }> => {
    await realm.run(`globalThis.bytes = new TextEncoder().encode(${JSON.stringify(body)})`);
    const before = realm.polls();
    const [outcome, scanned, bytes] = (await realm.run(`(async () => {
      globalThis.scanned = 0;
      const response = new Response(bytes, { headers: { 'content-type': 'multipart/form-data; boundary=b' } });
      const outcome = await response.formData().then(() => 'taken', (error) => error.name);
      return [outcome, scanned, bytes.length];
    })()`)) as [string, number, number];
    return { outcome, scanned, bytes, polls: realm.polls() - before };
  };

  for (const [what, body] of Object.entries(bodies)) {
    it(`costs by its length and no more: ${what}`, async () => {
      const [half, whole] = [
        await costs(body((piece) => piece.repeat(20_000 / piece.length))),
        await costs(body((piece) => piece.repeat(40_000 / piece.length))),
      ];
      assert.match(whole.outcome, /^(taken|TypeError)$/);
      assert.equal(half.outcome, whole.outcome);
      assert.ok(whole.scanned <= 6 * whole.bytes, `${whole.scanned} looked at of ${whole.bytes}`);
      assert.ok(whole.polls <= 3 * half.polls + 5, `${half.polls} polls for half, ${whole.polls} for the whole`);
    });
  }
});
