/** HTTP as bytes: requests that no client would send, and what comes back of them, read strictly. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';

export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Longer than any answer may take, on a busy machine. */
const answerMs = 30_000;

/**
 * Sends the bytes on a connection of their own.
 * @param leave how the client leaves once they are sent, without waiting for an answer
 * @returns all that came until the server closed the connection
 * @throws Error where it does not
 */
export function exchange(port: number, bytes: Buffer, leave?: 'end' | 'reset'): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(answerMs, () => {
      reject(new Error(`No end after ${Buffer.concat(chunks).toString('latin1').slice(0, 1_000)}`));
      socket.destroy();
    });
    // A server that refuses a request may reset the connection while the rest of it is still being sent.
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.write(bytes, () => {
      if (leave === 'reset') socket.resetAndDestroy();
      else if (leave === 'end') socket.end();
    });
  });
}

/**
 * The responses in what a server has sent, interim ones left out.
 * @param methods of the requests in their order: an answer to HEAD has no body whatever its head says
 * @throws AssertionError where the bytes are no whole responses
 */
export function readResponses(bytes: Buffer, methods: readonly string[]): RawResponse[] {
  const text = bytes.toString('latin1');
  const responses: RawResponse[] = [];
  let at = 0;
  while (at < text.length) {
    const headEnd = text.indexOf('\r\n\r\n', at);
    assert.ok(headEnd >= 0, `a head that does not end: ${text.slice(at, at + 300)}`);
    const [first = '', ...lines] = text.slice(at, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e\x80-\xff]*$/.exec(first)?.[1]);
    assert.ok(status >= 100, `no status line: ${JSON.stringify(first)}`);
    const headers = new Headers();
    for (const line of lines) {
      const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
      assert.notEqual(name, '', `no header: ${JSON.stringify(line)}`);
      headers.append(name, value);
    }
    at = headEnd + 4;
    if (status < 200) continue;
    const bodiless = methods[responses.length] === 'HEAD' || status === 204 || status === 304;
    const { body, end } = bodiless ? { body: '', end: at } : readBody(text, at, headers);
    responses.push({ status, headers, body: Buffer.from(body, 'latin1').toString() });
    at = end;
  }
  return responses;
}

function readBody(text: string, start: number, headers: Headers): { body: string; end: number } {
  const length = headers.get('content-length');
  if (length !== null) {
    const end = start + Number(length);
    assert.ok(end <= text.length, `a body of ${text.length - start} bytes where ${length} are promised`);
    return { body: text.slice(start, end), end };
  }
  if (headers.get('transfer-encoding') !== 'chunked') return { body: text.slice(start), end: text.length };
  let body = '';
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    assert.ok(lineEnd >= 0 && size >= 0, 'a chunked body that does not end');
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
    if (size === 0) return { body, end: at };
  }
}
