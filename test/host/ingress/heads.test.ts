import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { readReplyHead } from '../../../host/ingress/reply-head.ts';
import { requestHead } from '../../../host/ingress/request-head.ts';

const request = (headers: Record<string, string | string[]>, method = 'GET') => ({ method, headers }) as unknown as IncomingMessage;

describe('requestHead(req, path)', () => {
  it('is method, URL and headers, a line each', () => {
    const head = requestHead(request({ host: 'api.example:8080', accept: '*/*' }, 'POST'), '/x?y=1');
    assert.equal(head, 'POST\nhttp://api.example:8080/x?y=1\nhost\napi.example:8080\naccept\n*/*');
  });

  it('keeps the connection’s headers to itself', () => {
    const head = requestHead(request({ host: 'a', connection: 'x', 'transfer-encoding': 'chunked', upgrade: 'h2c', 'x-a': '1' }), '/');
    assert.equal(head, 'GET\nhttp://a/\nhost\na\nx-a\n1');
  });

  for (const [path, host, url] of [
    ['/a/../b', 'h', 'http://h/b'],
    ['//evil.example/x', 'h', 'http://h//evil.example/x'],
    ['/x', 'H.Example:80', 'http://h.example/x'],
    ['/x', 'evil/../', 'http://evil/x'],
    ['/x', 'a b', 'http://localhost/x'],
    ['/x', '127.1', 'http://127.0.0.1/x'],
    ['/%7Bx%7D', 'h', 'http://h/%7Bx%7D'],
    ['/"<>', 'h', 'http://h/%22%3C%3E'],
  ] as const) {
    it(`${path} on ${host} is ${url}, as the URL parser has it`, () => {
      assert.equal(requestHead(request({ host }), path)?.split('\n')[1], url);
    });
  }
});

describe('readReplyHead(head)', () => {
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

  for (const head of ['99\n', '600\n', 'x\n', '200\n\nbad name\nx', '200\n\nx\nbad\rvalue', '200\nbad\rtext']) {
    it(`refuses ${JSON.stringify(head)}`, () => assert.throws(() => readReplyHead(head)));
  }
});
