import assert from 'node:assert/strict';
import { EgressGuard, parseAllowance } from '../../guards/egress.ts';
import { type EgressCode, EgressError } from '../../guards/egress-error.ts';
import { formatHostPattern, type HostPattern, parseHostPattern } from '../../guards/host-pattern.ts';

function guard(allow: readonly string[] = [], more: { enabled?: boolean; ownPorts?: number[]; local?: string[] } = {}): EgressGuard {
  return new EgressGuard({
    enabled: more.enabled ?? true,
    allow: allow.map((text) => parseAllowance(text) ?? assert.fail(`${text} is no allowance`)),
    ownPorts: new Set(more.ownPorts ?? []),
    localAddresses: () => more.local ?? [],
  });
}

const grants = (...texts: string[]): HostPattern[] => texts.map((text) => parseHostPattern(text) ?? assert.fail(`${text} is no host`));

function codeOf(act: () => void): EgressCode | 'ok' {
  try {
    act();
    return 'ok';
  } catch (error) {
    if (error instanceof EgressError) return error.code;
    throw error;
  }
}

describe('parseHostPattern(text)', () => {
  for (const [text, written] of [
    ['api.example.com', 'api.example.com'],
    ['API.Example.COM.', 'api.example.com'],
    ['api.example.com:8443', 'api.example.com:8443'],
    ['api.example.com:80', 'api.example.com:80'],
    ['*.example.com', '*.example.com'],
    ['*.Example.com:81', '*.example.com:81'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['127.0.0.1:9000', '127.0.0.1:9000'],
    ['0x7f.1', '127.0.0.1'],
    ['[::1]:9000', '[::1]:9000'],
    ['[0:0:0:0:0:0:0:1]', '[::1]'],
    ['::1', '[::1]'],
    ['localhost', 'localhost'],
    ['my_service', 'my_service'],
  ] as const) {
    it(`takes ${text}`, () => assert.equal(formatHostPattern(parseHostPattern(text) as HostPattern), written));
  }

  for (const text of [
    '',
    '*',
    '*.',
    '*.com',
    '*.127.0.0.1',
    'a.*.com',
    '*example.com',
    '**.example.com',
    'http://a.example',
    'a.example/x',
  ].concat(
    [
      'a.example:',
      'a.example:0',
      'a.example:65536',
      'a.example:http',
      'user@a.example',
      'a b',
      'a.example?x',
      '[::1',
      '256.1.1.1',
      '%61.example',
    ],
    ['a.example:80:80', '[fe80::1%eth0]', '.', '\0', 'a\\b', '<a>'],
  )) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseHostPattern(text), undefined));
  }
});

describe('parseAllowance(text)', () => {
  for (const text of ['10.0.0.0/33', 'fd00::/129', 'x/8', '10.0.0/8', '10.0.0.0/', '10.0.0.0/8:80', '*']) {
    it(`refuses ${text}`, () => assert.equal(parseAllowance(text), undefined));
  }
});

describe('EgressGuard', () => {
  it('checkUrl(url, grants) refuses everything where the operator has turned fetch off', () => {
    const off = guard(['10.0.0.0/8'], { enabled: false });
    assert.equal(
      codeOf(() => off.checkUrl(new URL('https://a.example/'), grants('a.example'))),
      'off',
    );
  });

  for (const [url, code] of [
    ['https://a.example/x?y', 'ok'],
    ['http://a.example/', 'ok'],
    ['https://A.EXAMPLE./', 'ok'],
    ['https://a.example:443/', 'ok'],
    ['http://a.example:443/', 'not_granted'],
    ['https://a.example:8443/', 'not_granted'],
    ['https://b.example:8443/', 'ok'],
    ['http://b.example:8443/', 'ok'],
    ['https://b.example/', 'not_granted'],
    ['https://x.c.example/', 'ok'],
    ['https://x.y.c.example/', 'ok'],
    ['https://c.example/', 'not_granted'],
    ['https://xc.example/', 'not_granted'],
    ['https://c.example.evil.example/', 'not_granted'],
    ['https://a.example@evil.example/', 'not_granted'],
    ['https://d.example:443/', 'ok'],
    ['ftp://a.example/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['blob:https://a.example/x', 'scheme'],
  ] as const) {
    it(`checkUrl(${url}) is ${code} by a.example, b.example:8443, *.c.example, d.example:443`, () => {
      const granted = grants('a.example', 'b.example:8443', '*.c.example', 'd.example:443');
      assert.equal(
        codeOf(() => guard().checkUrl(new URL(url), granted)),
        code,
      );
    });
  }

  for (const port of [0, 1, 22, 25, 6000, 10_080]) {
    it(`checkUrl of port ${port} is refused, whatever is granted and allowed: it is another protocol's`, () => {
      assert.equal(
        codeOf(() => guard(['a.example']).checkUrl(new URL(`http://a.example:${port}/`), [{ host: 'a.example', subdomains: false, port }])),
        'port',
      );
    });
  }

  // The URL parser reads each of these as an address.
  for (const host of [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '017700000001',
    '0177.0.0.1',
    '１２７.0.0.1',
    '127.0.0.1.',
    '[::ffff:127.0.0.1]',
  ].concat(['[::1]', '0', '[::]', '169.254.169.254', '[::ffff:a9fe:a9fe]', '[64:ff9b::a9fe:a9fe]', '10.0.0.1', '[fd00::1]'])) {
    it(`checkUrl(http://${host}/) is not_public, though granted`, () => {
      const url = new URL(`http://${host}/`);
      assert.equal(
        codeOf(() => guard().checkUrl(url, grants(url.hostname))),
        'not_public',
      );
    });
  }

  it('checkUrl of an address takes a public one that is granted', () => {
    assert.equal(
      codeOf(() => guard().checkUrl(new URL('http://8.8.8.8/'), grants('8.8.8.8'))),
      'ok',
    );
  });

  const check = (allow: string[], url: string, ...addresses: string[]) =>
    codeOf(() => guard(allow).checkAddresses(new URL(url), addresses));

  it('checkAddresses refuses all where any is not public', () => {
    assert.equal(check([], 'http://a.example', '8.8.8.8'), 'ok');
    assert.equal(check([], 'http://a.example', '8.8.8.8', '10.0.0.1'), 'not_public');
    assert.equal(check([], 'http://a.example', '10.0.0.1', '8.8.8.8'), 'not_public');
    assert.equal(check([], 'http://a.example'), 'unresolved');
  });

  it('checkAddresses takes what the operator allows: by name, by address, by network, each with or without a port', () => {
    const tries: readonly [string[], string, string, EgressCode | 'ok'][] = [
      [['a.example'], 'http://a.example:81', '10.0.0.1', 'ok'],
      [['a.example:81'], 'http://a.example:81', '10.0.0.1', 'ok'],
      [['a.example:82'], 'http://a.example:81', '10.0.0.1', 'not_public'],
      [['a.example:443'], 'https://a.example', '10.0.0.1', 'ok'],
      [['b.example'], 'http://a.example', '10.0.0.1', 'not_public'],
      [['*.example.com'], 'http://a.example.com', '10.0.0.1', 'ok'],
      [['10.0.0.0/8'], 'http://a.example:81', '10.255.0.1', 'ok'],
      [['10.0.0.0/8'], 'http://a.example', '::ffff:10.0.0.1', 'ok'],
      [['10.0.0.0/8'], 'http://a.example', '11.0.0.1', 'ok'],
      [['10.0.0.0/16'], 'http://a.example', '10.1.0.1', 'not_public'],
      [['127.0.0.1:9000'], 'http://127.0.0.1:9000', '127.0.0.1', 'ok'],
      [['127.0.0.1:9000'], 'http://127.0.0.1:9001', '127.0.0.1', 'not_public'],
      [['127.0.0.1:9000'], 'http://a.example:9000', '127.0.0.1', 'ok'],
      [['127.0.0.1'], 'http://a.example:9000', '127.0.0.2', 'not_public'],
      [['[::1]:9000'], 'http://[::1]:9000', '::1', 'ok'],
      [['fd00::/8'], 'http://a.example', 'fd12::1', 'ok'],
      [['fd00::/8'], 'http://a.example', 'fe80::1%eth0', 'not_public'],
    ];
    for (const [allow, url, address, expected] of tries) assert.equal(check(allow, url, address), expected, `${allow} ${url} ${address}`);
  });

  it("checkAddresses refuses nbox's own ports on every address of the machine, whatever is allowed", () => {
    const own = guard(['a.example', '0.0.0.0/0', '::/0'], { ownPorts: [8080], local: ['198.51.100.7', 'fe80::7%eth0', '2001:db8::7'] });
    for (const address of [
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '::',
      '0.0.0.0',
      '::ffff:127.0.0.1',
      '198.51.100.7',
      '::ffff:198.51.100.7',
      '2001:db8::7',
    ]) {
      assert.equal(
        codeOf(() => own.checkAddresses(new URL('http://a.example:8080'), [address])),
        'own_port',
        address,
      );
      assert.equal(
        codeOf(() => own.checkAddresses(new URL('http://a.example:8082'), [address])),
        'ok',
        address,
      );
    }
    assert.equal(
      codeOf(() => own.checkAddresses(new URL('http://a.example:8080'), ['198.51.100.8'])),
      'ok',
    );
  });

  it('tells which host, and no address that the plugin did not name', () => {
    assert.throws(
      () => guard().checkAddresses(new URL('http://a.example'), ['10.1.2.3']),
      (error: Error) => {
        assert.match(error.message, /a\.example/);
        assert.doesNotMatch(error.message, /10\.1/);
        return true;
      },
    );
  });
});
