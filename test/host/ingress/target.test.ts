import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { requestHost, targetPath } from '../../../host/ingress/target.ts';

const request = (url: string, ...hosts: string[]) => ({
  url,
  headers: hosts[0] === undefined ? {} : { host: hosts[0] },
  rawHeaders: hosts.flatMap((host, i) => [i === 0 ? 'Host' : 'hOST', host]),
});

describe('targetPath(target)', () => {
  for (const [target, path] of [
    ['/x?y', '/x?y'],
    ['//evil/x', '//evil/x'],
    ['http://any/x/y/z?q', '/x/y/z?q'],
    ['HTTP://any:80', '/'],
    ['http://any?q', '/?q'],
    ['*', '*'],
  ] as const) {
    it(`${target} is ${path}`, () => assert.equal(targetPath(target), path));
  }
});

describe('requestHost(req)', () => {
  for (const [given, host] of [
    ['h', 'h'],
    ['H.Example:80', 'h.example'],
    ['127.1', '127.0.0.1'],
    ['127', '0.0.0.127'],
    ['a.b.c:8080', 'a.b.c:8080'],
    ['[::1]:8080', '[::1]:8080'],
  ] as const) {
    it(`${given} is ${host}, as the URL parser has it`, () => {
      assert.equal(requestHost(request('/', given)), host);
      assert.equal(new URL(`http://${host}/`).host, host);
    });
  }

  it('is localhost where HTTP/1.0 names none', () => assert.equal(requestHost(request('/')), 'localhost'));

  it('is the target’s in absolute form', () => assert.equal(requestHost(request('http://b:81/x', 'a')), 'b:81'));

  const refused = (req: Parameters<typeof requestHost>[0]) =>
    assert.throws(
      () => requestHost(req),
      (error) => isNboxError(error, 'bad_request'),
    );

  const invalid = [
    '',
    ':80',
    'a b',
    'a b/../c',
    'evil/../',
    'a/evil?x#y',
    'u@h',
    'u:p@h',
    'a:99999',
    'a:b',
    'a\\b',
    'a%2fb',
    'h\xe9',
    '[::1',
    '1.2.3.999',
  ];
  for (const host of [...invalid, 'a\tb', 'a.0x7g.09']) {
    it(`refuses ${JSON.stringify(host)}`, () => refused(request('/', host)));
  }

  it('refuses two, even of one value', () => refused(request('/', 'a', 'a')));
  it('refuses an invalid one beside an absolute target', () => refused(request('http://b/', 'a b')));
  it('refuses an absolute target with a user', () => refused(request('http://u@b/', 'b')));
  it('refuses an absolute target without a host', () => refused(request('http:///x', 'b')));
});
