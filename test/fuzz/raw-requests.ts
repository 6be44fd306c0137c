/** Generated requests as bytes: most are HTTP with something odd about it, some are none. */

import fc from 'fast-check';

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  /** Its bytes, in Latin-1. */
  readonly text: string;
  /** Whether the server can tell where it ends: if not, its client must leave. */
  readonly whole: boolean;
  /**
   * Whether what follows it on its connection is sure to be answered: where garbage follows, Node drops answers that are due,
   * and after a request for another protocol, which it does not grant, the bytes that came with it.
   */
  readonly clean: boolean;
}

/** What a request is made of beside its framing. */
interface Parts {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly host: readonly string[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly framing: Framing;
}

/** The headers that say how long the body is, and the body; in Latin-1. */
type Framing = (body: string) => { readonly headers: readonly string[]; readonly body: string; readonly whole: boolean };

const chunked = (body: string): string => `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`;
const fixed =
  (...headers: string[]): Framing =>
  (body) => ({ headers, body, whole: true });

/** The first so many are as clients send them. */
const plainFramings = 3;
const framings: readonly Framing[] = [
  () => ({ headers: [], body: '', whole: true }),
  (body) => ({ headers: [`Content-Length: ${body.length}`], body, whole: true }),
  (body) => ({ headers: ['Transfer-Encoding: chunked'], body: chunked(body), whole: true }),
  (body) => ({
    headers: ['transfer-encoding: Chunked'],
    body: `1;a=b;c="\\""\r\nx\r\n00000\r\n`.concat(body === '' ? '\r\n' : 'X-Trailer: y\r\n\r\n'),
    whole: true,
  }),
  (body) => ({ headers: [`Content-Length: ${body.length + 1_000}`], body, whole: false }),
  (body) => ({ headers: ['Content-Length: 200000'], body: body.padEnd(199_999, 'x'), whole: false }),
  (body) => ({ headers: ['Transfer-Encoding: chunked'], body: `fff\r\n${body.slice(0, 4_094)}`, whole: false }),
  (body) => ({ headers: ['Content-Length: 0'], body, whole: true }),
  (body) => ({ headers: [`Content-Length: ${body.length}`, `Content-Length: ${body.length + 1}`], body, whole: true }),
  (body) => ({ headers: [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'], body: chunked(body), whole: true }),
  (body) => ({ headers: ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], body: chunked(body), whole: true }),
  (body) => ({ headers: ['Transfer-Encoding: gzip, chunked'], body: chunked(body), whole: true }),
  (body) => ({ headers: ['Transfer-Encoding: gzip'], body, whole: true }),
  fixed('Transfer-Encoding:\x0bchunked'),
  fixed('Content-Length: -1'),
  fixed('Content-Length: 0x5'),
  fixed('Content-Length: 99999999999999999999999'),
  (body) => ({ headers: ['Transfer-Encoding: chunked'], body: `g\r\n${body}`, whole: true }),
  (body) => ({ headers: ['Transfer-Encoding: chunked'], body: `ffffffffffffffffffff\r\n${body}`, whole: true }),
  (body) => ({ headers: ['Transfer-Encoding: chunked'], body: `5\r\n${body.padEnd(9, 'x')}`, whole: true }),
];

const methods = [
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
  'QUERY',
  'get',
  'BREW',
  'CONNECT',
];

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 20 });

/** After a plugin's path, or an API's. */
const pathEnds = [
  '',
  '/',
  '//',
  '/./../..//x',
  '/%2e%2e/%2E/x',
  '/..%2f..%2fetc/passwd',
  '/%00',
  '/%ff%fe',
  '/%',
  '/%zz',
  '/\\..\\x',
  '/a;b=c',
  '/a b',
  '/\x80\xff',
  '/"<>`{}|^[]',
  '?',
  '??a=b#c',
  '?a=%ff&a&&=&__proto__=1',
  '/x#fragment',
  '/@a:b@c',
  '/:80',
  `/${'a'.repeat(7_000)}`,
  `/${'a'.repeat(17_000)}`,
  `?${'a=b&'.repeat(1_500)}`,
];

export const pathEnd: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...pathEnds),
  fc.webPath(),
  fc
    .array(fc.constantFrom('/', '.', '%2e', '%2F', 'a', '?', '#', '%', ':', '@', '\\', '\t', '\xe9', '[', '%C3%A9', '%E9'), {
      maxLength: 8,
    })
    .map((all) => all.join('')),
);

const oddTargets = [
  '*',
  '',
  '/',
  'x',
  '//',
  '///a/b',
  'http://',
  'http://a:b@c/d/e/f',
  'ftp://a/b/c/d',
  '../a',
  'a:80',
  '[::1]:80',
  '\\',
  '?',
  '#',
];

const hosts: readonly (readonly string[])[] = [
  ['localhost'],
  ['127.0.0.1:80'],
  ['LOCALHOST:00080'],
  ['[::1]:65535'],
  ['localhost:65536'],
  ['localhost:'],
  [':80'],
  ['a.example', 'b.example'],
  [''],
  [],
  ['a/b'],
  ['user@localhost'],
  ['%6cocalhost'],
  ['xn--a'],
  ['b\xfccher.example'],
  ['0x7f.1'],
  ['1.2.3.4.5'],
  ['[::1'],
  ['localhost\\'],
  ['localhost#'],
  ['a'.repeat(5_000)],
  ['-'],
  ['..'],
  ['%00'],
  ['256.256.256.256'],
];

const headerNames = [
  ...['accept', 'cookie', 'content-type', 'content-encoding', 'x-forwarded-for', 'connection', 'upgrade', 'expect', 'te', 'trailer'],
  ...['keep-alive', 'proxy-connection', 'if-match', 'range', 'date', 'nbox-release', '__proto__', 'constructor', 'x-empty', 'set-cookie'],
  ...['authorization', 'max-forwards', 'http2-settings', 'origin', 'referer', 'x_under', "!#$%&'*+.^`|~"],
];
const badNames = ['', ' ', 'a b', 'a\x00', 'a\x80', 'a(b)', '\tx'];
const headerValues = [
  ...[
    '',
    'x',
    '*/*',
    'close',
    'keep-alive, x-empty, host',
    'upgrade',
    'websocket',
    'h2c',
    '100-continue',
    'nothing',
    'trailers',
    'a=b; c="d',
    '\xe9\xff',
  ],
  ...[
    'application/json; charset=utf-16',
    'multipart/form-data; boundary=',
    'gzip',
    'bytes=0-,-1',
    ',,,',
    'x'.repeat(3_000),
    'x'.repeat(18_000),
    'Bearer ',
    '1, 1',
  ],
];
const badValues = ['a\x00b', 'a\x7fb', 'a\x0bb', 'a\rb', 'a\nb', 'a\r\n b'];

const header: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(fc.constantFrom(...headerNames), fc.constantFrom(...headerValues)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...headerNames, ...badNames), fc.oneof(fc.constantFrom(...badValues), latin1)) },
);

const mostly = <T>(usual: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });

/**
 * @param target the usual ones
 * @param usual headers that every request has
 * @param body those that are not just any bytes
 */
export function rawRequests(target: fc.Arbitrary<string>, usual: readonly string[], body: fc.Arbitrary<string>): fc.Arbitrary<RawRequest> {
  return fc
    .record({
      method: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom(...methods.slice(0, 4)) },
        { weight: 1, arbitrary: fc.constantFrom(...methods) },
      ),
      target: fc.oneof({ weight: 10, arbitrary: target }, { weight: 1, arbitrary: fc.constantFrom(...oddTargets) }),
      version: mostly('HTTP/1.1', fc.constantFrom('HTTP/1.0', 'HTTP/1.0', 'HTTP/1.9', 'HTTP/2.0', 'HTTP/9', 'http/1.1', '')),
      host: mostly(['localhost'] as readonly string[], fc.constantFrom(...hosts)),
      headers: fc.array(header, { maxLength: 4 }),
      body: fc.oneof(fc.constantFrom('', 'x', 'a=b&c', '{}'), body, latin1, fc.constant('x'.repeat(70_000))),
      framing: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...framings.slice(0, plainFramings)) },
        { weight: 1, arbitrary: fc.constantFrom(...framings) },
      ),
    })
    .map((parts) => message(parts, usual));
}

function message({ method, target, version, host, headers, body, framing }: Parts, usual: readonly string[]): RawRequest {
  const framed = framing(body);
  const lines = [
    `${method} ${target}${version === '' ? '' : ` ${version}`}`,
    ...host.map((one) => `Host: ${one}`),
    ...usual,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...framed.headers,
  ];
  const text = `${lines.join('\r\n')}\r\n\r\n${framed.body}`;
  const upgrades = headers.some(([name]) => name === 'upgrade');
  return { method, target, text, whole: framed.whole, clean: framings.indexOf(framing) < plainFramings && !upgrades };
}

/** Several requests on one connection, the bytes cut off anywhere, or none of it. */
export interface Conversation {
  readonly requests: readonly RawRequest[];
  /** The bytes that are left out at the end. */
  readonly cut: number;
  /** Whether the client leaves without waiting for the answers. */
  readonly leaves: boolean;
}

export const conversations = (requests: fc.Arbitrary<RawRequest>): fc.Arbitrary<Conversation> =>
  fc.record({
    requests: fc.array(requests, { minLength: 1, maxLength: 3 }),
    cut: mostly(0, fc.integer({ min: 1, max: 200 })),
    leaves: fc.constantFrom(false, false, false, false, true),
  });
