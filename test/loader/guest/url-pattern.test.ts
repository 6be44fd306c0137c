/** URLPattern, measured against Node's. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

const shape = `((pattern) => ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash', 'hasRegExpGroups'].map((name) => pattern[name]))`;
const patterns = [
  ``,
  `{}`,
  `undefined`,
  `null`,
  `{ pathname: '/foo/:bar' }`,
  `{ pathname: '/foo/:bar?' }`,
  `{ pathname: '/foo/:bar*' }`,
  `{ pathname: '/foo/:bar+' }`,
  `{ pathname: '/foo{/bar}*' }`,
  `{ pathname: '/foo/(.*)' }`,
  `{ pathname: '/foo/([^\\\\/]+?)' }`,
  `{ pathname: '/([[a-z]--a])' }`,
  `{ pathname: '{:foo}{(.*)bar}' }`,
  `{ pathname: '*{}**?' }`,
  `{ pathname: '/:a\\\\b' }`,
  `{ pathname: '/:café' }`,
  `{ pathname: '/(café)' }`,
  `{ pathname: '/:id/:id' }`,
  `{ pathname: '/foo/../bar' }`,
  `{ pathname: 'b', baseURL: 'https://example.com/a/c?q#h' }`,
  `{ pathname: '/foo', baseURL: '' }`,
  `{ hostname: '{:sub.}?example.com' }`,
  `{ hostname: 'bad#host' }`,
  `{ hostname: 'bad host' }`,
  `{ hostname: 'café.com' }`,
  `{ hostname: '[\\\\:\\\\:AB\\\\::num]' }`,
  `{ protocol: 'wss', port: '443' }`,
  `{ protocol: 'http{s}?' }`,
  `{ protocol: '(https?)' }`,
  `{ port: '65536' }`,
  `{ search: '?q', hash: '#h' }`,
  `'https://example.com/:a?'`,
  `'https://{:sub.}?example.com:8080/:a\\\\?q'`,
  `'data\\\\:foobar'`,
  `'/foo'`,
  `'/foo?bar', 'https://example.com:81/x'`,
  `'/foo', ''`,
  `'https://example.com/FOO', { ignoreCase: true }`,
  `'/foo', 'https://example.com', { ignoreCase: true }`,
  `{ pathname: '/foo' }, 'https://example.com'`,
];
const inputs = [
  ``,
  `{}`,
  `'https://example.com/foo/bar?q=1#h'`,
  `'https://sub.example.com/foo'`,
  `'http://u:p@localhost:8080/foo/bar/baz'`,
  `'foo', 'https://example.com/a/b'`,
  `{ pathname: '/foo/bar' }`,
  `{ pathname: '/FOO' }`,
  `{ pathname: 'b', baseURL: 'https://example.com/a/c?q#h' }`,
  `{ protocol: 'wss', hostname: 'café.com', port: '443' }`,
  `{ hostname: 'bad host' }`,
  `{ port: 'x' }`,
  `{ username: 'é', password: 'é', search: 'é', hash: 'é' }`,
  `{}, 'https://example.com'`,
];

compareWithNode('URLPattern', [
  `[URLPattern.name, URLPattern.length, Object.prototype.toString.call(new URLPattern()), Object.keys(URLPattern.prototype).filter((name) => name !== 'generate').sort()]`,
  `[URLPattern.prototype.test.length, URLPattern.prototype.exec.length]`,
  `URLPattern()`,
  `new URLPattern(Symbol())`,
  `URLPattern.prototype.exec.call({})`,
  ...patterns.map((pattern) => `${shape}(new URLPattern(${pattern}))`),
  ...patterns.map(
    (pattern) =>
      `((outcome) => [${inputs.map((input) => `outcome(() => [new URLPattern(${pattern}).test(${input}), new URLPattern(${pattern}).exec(${input})])`)}])((act) => { try { return act(); } catch (error) { return error.name; } })`,
  ),
]);

describe('URLPattern where Node differs from the standard', () => {
  let realm: Realm;
  before(async () => {
    realm = await openRealm();
  });
  after(() => realm[Symbol.dispose]());

  it('matches no relative URL that has no base', async () => {
    assert.equal(await realm.run(`new URLPattern({ pathname: '/foo' }).exec('/foo')`), null);
  });

  it('takes an opaque path as it is', async () => {
    assert.equal(
      await realm.run(`new URLPattern({ protocol: 'data' }).exec({ protocol: 'data', pathname: '/a/../b c' }).pathname.input`),
      '/a/../b c',
    );
  });

  it('converts what is no string', async () => {
    assert.equal(await realm.run(`new URLPattern({ pathname: 5 }).pathname`), '5');
    assert.equal(await realm.run(`new URLPattern({ pathname: '5' }).test({ pathname: 5 })`), true);
  });

  it('refuses a costly expression where the host would run it', async () => {
    for (const pattern of [`{ protocol: '(${'a?'.repeat(40)})' }`, `'((?:a{99}){99}):/x'`, `'{x}(?:(?:){999})://h'`]) {
      assert.equal(await realm.run(`new URLPattern(${pattern})`), 'throws TypeError', pattern);
    }
    assert.equal(await realm.run(`new URLPattern('http(s?)://h/(\\\\d{4})').test('https://h/1234')`), true);
  });
});
