/** host/recording/redactor.ts */

import assert from 'node:assert/strict';
import { type Hiding, Redactor } from '../../../host/recording/redactor.ts';

describe('Redactor', () => {
  let noted: Set<string>;
  let hide: Hiding;
  beforeEach(() => {
    noted = new Set();
    hide = new Redactor(['x-customer', 'buyerName']).into(noted);
  });

  it('head(head) hides headers and parameters by their names, and keeps the form of what it hides', () => {
    const head =
      'POST\nhttp://a/b?email=a%40b.de&x=1&Access_Token=abc\nauthorization\nBearer ab.cd-e\ncookie\nuser=17; t=dark\nX-Customer\nMüller 7\naccept\n*/*';
    assert.equal(
      hide.head(head),
      'POST\nhttp://a/b?email=x%40x.xx&x=1&Access_Token=xxx\nauthorization\nBearer xx.xx-x\ncookie\nuser=00; t=xxxx\nX-Customer\nxxxxxxx 0\naccept\n*/*',
    );
    assert.deepEqual([...noted].toSorted(), ['access_token', 'authorization', 'cookie', 'email', 'x-customer']);
  });

  it('text(text) hides fields of JSON, which stays JSON', () => {
    const given = {
      eMail: 'jö@x.com',
      phone: 1234.5,
      nested: { first_name: 'a"b\\ü', buyer_name: 'Zoë', ok: 'stays' },
      token: null,
      list: [{ password: 'geheim' }],
    };
    assert.deepEqual(JSON.parse(hide.text(JSON.stringify(given))), {
      ...{ eMail: 'xxx@x.xxx', phone: 1111.1, token: null, list: [{ password: 'xxxxxx' }] },
      nested: { first_name: 'x"x\\xx', buyer_name: 'xxxx', ok: 'stays' },
    });
    assert.deepEqual(JSON.parse(hide.text('{"email":"\\u00e4\\n1"}')), { email: 'x\n0' });
  });

  it('text(text) hides fields of JSON within JSON, and of forms', () => {
    const inner = JSON.stringify({ email: 'a@b.c', phone: 12, n: 1 });
    const outer = JSON.parse(hide.text(JSON.stringify({ body: inner }))) as { body: string };
    assert.deepEqual(JSON.parse(outer.body), { email: 'x@x.x', phone: 11, n: 1 });
    assert.equal(hide.text('user=7&password=ge%C3%A4heim&x=1'), 'user=7&password=xx%78%78xxxx&x=1');
  });

  it('bytes(bytes) keeps the length, and leaves alone what is no text', () => {
    const given = Buffer.from('{"email":"jö@example.com"}');
    const hidden = Buffer.from(hide.bytes(given) as Uint8Array);
    assert.equal(hidden.length, given.length);
    assert.ok(!hidden.includes('example'));
    const binary = Buffer.from([0xff, 0x22, 0x00, 0xfe]);
    assert.equal(hide.bytes(binary), binary);
    assert.equal(hide.bytes(undefined), undefined);
  });

  it('bytes(bytes) hides parts of multipart forms, those with files of bytes included', () => {
    const file = Buffer.from([0xff, 0xd8, 0x0a, 0x00, 0xe9]);
    const part = (name: string, value: string) => `--b7\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const form = Buffer.concat([
      Buffer.from(part('password', 'hunter2\r\nand more') + part('user[e-mail]', 'a@b.c') + part('note', 'token=abc')),
      Buffer.from('--b7\r\ncontent-disposition: form-data; name="photo"; filename="x"\r\n\r\n'),
      file,
      Buffer.from('\r\n--b7--\r\n'),
    ]);
    const hidden = Buffer.from(hide.bytes(form) as Uint8Array);
    assert.equal(hidden.length, form.length);
    const said = hidden.toString('latin1');
    assert.ok(
      said.includes(`${part('password', 'xxxxxx0\r\nxxx xxxx')}${part('user[e-mail]', 'x@x.x')}${part('note', 'token=xxx')}`),
      said,
    );
    assert.ok(hidden.includes(file));
    const plain = Buffer.from(`${part('password', 'hunter2')}--b7--`);
    assert.ok(!Buffer.from(hide.bytes(plain) as Uint8Array).includes('hunter2'));
    for (const odd of ['--', '--\r\n', '----', '--a', '--a\n--a\n--a', '-- \n\n']) assert.equal(hide.text(odd), odd);
    assert.equal(hide.text('--x&password=ab'), '--x&password=xx');
    assert.equal(hide.text('--x&password=ab\n--x'), '--x&password=xx\n--x');
  });

  it('text(text) hides lists, and names of forms in brackets', () => {
    assert.equal(hide.text('{"email":["a@b.c", "d\\"e"],"x":["y"],"pin":[]}'), '{"email":["x@x.x", "x\\"x"],"x":["y"],"pin":[]}');
    const inner = JSON.stringify({ token: ['ab', 'c'] });
    assert.deepEqual(JSON.parse((JSON.parse(hide.text(JSON.stringify({ body: inner }))) as { body: string }).body), { token: ['xx', 'x'] });
    assert.equal(hide.text('user[password]=ab&email[]=c&x[y]=z&user%5Bpin%5D=12'), 'user[password]=xx&email[]=x&x[y]=z&user%5Bpin%5D=00');
  });

  it('op(name, json) and answer(json) look into the headers of a fetch', () => {
    const json = JSON.stringify({ fetch: 3, url: 'http://a/?sid=12', headers: 'authorization\nBasic abc=\naccept\n*/*' });
    assert.deepEqual(JSON.parse(hide.op('fetch', json)), {
      fetch: 3,
      url: 'http://a/?sid=00',
      headers: 'authorization\nBasic xxx=\naccept\n*/*',
    });
    assert.deepEqual(JSON.parse(hide.answer(JSON.stringify({ status: 200, headers: 'set-cookie\nid=ab12; Path=/' }))), {
      status: 200,
      headers: 'set-cookie\nid=xx00; Path=/',
    });
  });

  it('finds names within what looks like another name and value', () => {
    assert.equal(hide.text('"a":"pin":"12" "b": "c" : "otp":3 "token" "pin":"4"'), '"a":"pin":"00" "b": "c" : "otp":1 "token" "pin":"0"');
    assert.equal(hide.text('a[pin[otp]=1&x=?pin=2'), 'a[pin[otp]=0&x=?pin=0');
    assert.equal(hide.text(`"${'a'.repeat(300)}":1,"_pin_":"ab"`), `"${'a'.repeat(300)}":1,"_pin_":"xx"`);
  });

  it('hides the same thing the same way, and what is hidden once more stays as it is', () => {
    const text = JSON.stringify({ email: 'a@b.c', token: 'T0ken', phone: -12.5e3 });
    const once = hide.text(text);
    assert.equal(hide.text(once), once);
    assert.equal(new Redactor().into(new Set()).text(text), once);
  });

  it('takes no longer for texts that are made to be slow', () => {
    // Whatever it costs, these end: with backtracking they would not.
    for (const text of [
      `"email":"${'a\\'.repeat(200_000)}`,
      '"'.repeat(400_000),
      '\\"email\\":\\"'.repeat(40_000),
      `${'"email" '.repeat(40_000)}${' '.repeat(200_000)}`,
      `--b\n${';name=pin'.repeat(80_000)}`,
      Array.from({ length: 20_000 }, (_, i) => `--${i}\n--${i}`).join(''),
      '"pin":["'.repeat(50_000),
      '\\"pin\\":[\\"'.repeat(40_000),
      `"pin":[${'"",'.repeat(100_000)}`,
      `?${'a'.repeat(199)}`.repeat(4_000),
      `"${'a'.repeat(199)}`.repeat(4_000),
      `"a" ${' '.repeat(300_000)}`,
    ]) {
      assert.equal(typeof hide.text(text), 'string');
    }
    assert.ok(!hide.text(`"email":"${'secret '.repeat(200_000)}"`).includes('secret'), 'what is too long to look through is hidden whole');
  });
});
