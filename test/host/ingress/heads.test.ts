import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { readReplyHead } from '../../../host/ingress/reply-head.ts';
import { requestHead } from '../../../host/ingress/request-head.ts';

const request = (headers: Record<string, string | string[]>, method = 'GET') => ({ method, headers }) as unknown as IncomingMessage;

describe('requestHead(req, host, path)', () => {
  const urlOf = (host: string, path: string) => requestHead(request({ host }), host, path)?.split('\n')[1];

  it('is method, URL and headers, a line each', () => {
    const head = requestHead(request({ host: 'api.example:8080', accept: '*/*' }, 'POST'), 'api.example:8080', '/x?y=1');
    assert.equal(head, 'POST\nhttp://api.example:8080/x?y=1\nhost\napi.example:8080\naccept\n*/*');
  });

  it('has the checked host in place of the header’s', () => {
    assert.equal(requestHead(request({ host: 'A.Example:80' }), 'a.example', '/'), 'GET\nhttp://a.example/\nhost\na.example');
  });

  it('keeps the connection’s headers to itself', () => {
    const headers = { host: 'a', connection: 'x', 'transfer-encoding': 'chunked', upgrade: 'h2c', 'nbox-details': 'token', 'x-a': '1' };
    assert.equal(requestHead(request(headers), 'a', '/'), 'GET\nhttp://a/\nhost\na\nx-a\n1');
  });

  it('keeps the cookie of the admin port’s sessions from plugins, and leaves all others as they are', () => {
    const cookieOf = (cookie: string) =>
      requestHead(request({ host: 'a', cookie }), 'a', '/')
        ?.split('\n')
        .slice(4);
    for (const [sent, seen] of [
      ['a=1; b=2', 'a=1; b=2'],
      ['nbox_session=x', undefined],
      ['nbox_session=x; a=1', 'a=1'],
      ['a=1;nbox_session=x', 'a=1'],
      ['a=1; nbox_session=x;  b=nbox_session', 'a=1;  b=nbox_session'],
      ['nbox_session; a=1', 'a=1'],
      ['nbox_login=x; a=1', 'a=1'],
      ['my_nbox_session=1; nbox_session2=2', 'my_nbox_session=1; nbox_session2=2'],
      [' nbox_session = x ; nbox_session=y', undefined],
    ] as const) {
      assert.deepEqual(cookieOf(sent), seen === undefined ? [] : ['cookie', seen], sent);
    }
  });

  it('has the scheme by which it came', () => {
    const secure = { ...request({ host: 'a' }), socket: { encrypted: true } } as unknown as IncomingMessage;
    assert.equal(requestHead(secure, 'a', '/x'), 'GET\nhttps://a/x\nhost\na');
  });

  it('drops what Connection names, but the Host', () => {
    const headers = { host: 'a', connection: 'Close, X-Secret ,host', 'x-secret': '1', 'x-a': '1' };
    assert.equal(requestHead(request(headers), 'a', '/'), 'GET\nhttp://a/\nhost\na\nx-a\n1');
  });

  for (const [path, url] of [
    ['/a/../b', 'http://h/b'],
    ['/x/%2e%2e/etc', 'http://h/etc'],
    ['/x/.%2E?y', 'http://h/?y'],
    ['/%2e', 'http://h/'],
    ['/a.b/.c/...', 'http://h/a.b/.c/...'],
    ['//evil.example/x', 'http://h//evil.example/x'],
    ['/%7Bx%7D', 'http://h/%7Bx%7D'],
    ['/"<>', 'http://h/%22%3C%3E'],
    ["/x?'", 'http://h/x?%27'],
  ] as const) {
    it(`${path} is ${url}, as the URL parser has it`, () => assert.equal(urlOf('h', path), url));
  }

  it('gives 20,000 random paths as the URL parser would leave them', () => {
    const alphabet = [
      '/',
      '/',
      '.',
      '.',
      '%2e',
      '%2E',
      '%',
      '%2f',
      '%5c',
      '\\',
      '?',
      '#',
      ';',
      ':',
      '@',
      '&',
      '=',
      '+',
      '*',
      '~',
      '!',
      '$',
    ];
    alphabet.push("'", '"', '<', '>', '^', '`', '|', '{', '}', '[', ']', '(', ')', ' ', '\t', '\x7f', '\xe9', 'a', 'B', '7', '-', '_', ',');
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 8) % below;
    };
    for (let i = 0; i < 20_000; i += 1) {
      let path = '/';
      for (let left = random(12); left > 0; left -= 1) path += alphabet[random(alphabet.length)];
      const url = urlOf('h', path) as string;
      assert.equal(new URL(url).href, url, path);
      assert.equal(new URL(url).host, 'h', path);
    }
  });
});

describe('readReplyHead(head)', () => {
  it('has no plugin set the cookie of the admin port’s sessions', () => {
    const setting = (cookie: string) => readReplyHead(`200\n\nset-cookie\n${cookie}`).headers;
    for (const cookie of [
      'nbox_session=x',
      ' nbox_session=x; Path=/',
      'nbox_session =x',
      '=nbox_session=x',
      ' = nbox_session=x',
      'nbox_login=x',
    ]) {
      assert.deepEqual(setting(cookie), [], cookie);
    }
    for (const cookie of ['a=1', 'nbox_session2=x', 'a=nbox_session=x']) assert.deepEqual(setting(cookie), ['set-cookie', cookie]);
  });

  it('gives status, text and headers', () => {
    assert.deepEqual(readReplyHead('201\nMade\nlocation\n/x\nset-cookie\na=1\nset-cookie\nb=2'), {
      status: 201,
      statusText: 'Made',
      headers: ['location', '/x', 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
    });
  });

  it('drops what is the host’s to say', () => {
    const head = readReplyHead('200\n\nTransfer-Encoding\nchunked\ncontent-length\n999\nconnection\nupgrade\nnbox-release\n7\nx\ny');
    assert.deepEqual(head.headers, ['x', 'y']);
  });

  it('drops what Connection names, whoever’s connection that was', () => {
    const head = readReplyHead('200\n\nConnection\nClose, X-Hop\nx-hop\n1\nx\ny\nconnection\nx-also\nX-Also\n2');
    assert.deepEqual(head.headers, ['x', 'y']);
  });

  for (const head of [
    '99\n',
    '600\n',
    'x\n',
    '200\n\nbad name\nx',
    '200\n\nx\nbad\rvalue',
    '200\nbad\rtext',
    '200\n\nx\n\0',
    '200\n\nx\n\u20ac',
    '200\n\n\nx',
    '101\n',
  ]) {
    it(`refuses ${JSON.stringify(head)}`, () => assert.throws(() => readReplyHead(head)));
  }
});
