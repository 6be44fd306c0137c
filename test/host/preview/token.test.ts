/** host/preview/token.ts: the token is found in a request, and nothing of it is left there. */

import assert from 'node:assert/strict';
import { takeToken, tokenName } from '../../../host/preview/token.ts';

describe('takeToken(req, path)', () => {
  for (const [title, headers, path, given, left] of [
    ['none', { cookie: 'a=1' }, '/x?y', undefined, ['/x?y', 'a=1']],
    ['of the header', { [tokenName]: 'h' }, '/', ['header', 'h'], ['/', undefined]],
    [
      'of the header before all others',
      { [tokenName]: 'h', cookie: `${tokenName}=c` },
      `/?${tokenName}=q`,
      ['header', 'h'],
      ['/', undefined],
    ],
    [
      'of the query before the cookie',
      { cookie: `a=1;${tokenName}=c` },
      `/x?b&${tokenName}=q&c=%20`,
      ['query', 'q'],
      ['/x?b&c=%20', 'a=1'],
    ],
    ['an empty one in the query', {}, `/?${tokenName}`, ['query', ''], ['/', undefined]],
    ['written in another way', {}, '/?a=1&nbox%2dpreview%2Dtoken=%71', ['query', 'q'], ['/?a=1', undefined]],
    ['twice', {}, `/?${tokenName}=q&${tokenName}=r&s`, ['query', 'q'], ['/?s', undefined]],
    ['of cookies', { cookie: ` ${tokenName} = c; b="x=y"; ${tokenName}=d=` }, '/', ['cookie', 'c', 'd='], ['/', 'b="x=y"']],
    [
      'in names that are others',
      { cookie: `x${tokenName}=1; ${tokenName}x=2` },
      `/?x${tokenName}=1#`,
      undefined,
      [`/?x${tokenName}=1#`, `x${tokenName}=1; ${tokenName}x=2`],
    ],
  ] as const) {
    it(title, () => {
      const req = { headers: { ...headers } as Record<string, string> };
      const taken = takeToken(req, path);
      assert.deepEqual(taken.given && [taken.given.from, ...taken.given.texts], given);
      assert.deepEqual([taken.path, req.headers['cookie']], left);
      assert.equal(req.headers[tokenName], undefined);
    });
  }

  it('looks at few cookies, and takes out all', () => {
    const req = { headers: { cookie: Array.from({ length: 100 }, (_, i) => `${tokenName}=${i}`).join('; ') } };
    assert.deepEqual(takeToken(req, '/').given?.texts, ['0', '1', '2', '3']);
    assert.deepEqual(req.headers, {});
  });

  it('takes it out of the address of the page before', () => {
    const req = { headers: { referer: `http://h/~preview/1/?a&${tokenName}=secret` } };
    assert.equal(takeToken(req, '/').given, undefined);
    assert.deepEqual(req.headers, { referer: 'http://h/~preview/1/?a' });
  });
});
