import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { operator } from '../../../host/access/principal.ts';
import { hashSecret, secretCheck } from '../../../host/access/secret.ts';
import { detailsMode } from '../../../host/ingress/details.ts';

describe('detailsMode(find, now)', () => {
  let now: number;
  let looked: number;
  let details: (token?: string, address?: string, plugin?: string) => boolean;
  beforeEach(() => {
    now = 0;
    looked = 0;
    const isToken = secretCheck(hashSecret('right'));
    const mode = detailsMode(
      (token) => {
        looked += 1;
        if (token === 'reading') return { actor: 'r', tokenId: 'r', scope: 'read', reach: 'demo/hello' };
        return isToken(token) ? operator : undefined;
      },
      () => now,
    );
    details = (token, address = '192.0.2.1', plugin = 'demo/hello/world') => {
      const headers = token === undefined ? {} : { 'nbox-details': token };
      return mode({ headers, socket: { remoteAddress: address } } as unknown as IncomingMessage, plugin);
    };
  });

  it('is off without the header, on with the token', () => {
    assert.equal(details(), false);
    assert.equal(details('right'), true);
  });

  it('is on with any token that reaches the plugin, and refused with one that does not, which is no guess', () => {
    assert.equal(details('reading'), true);
    for (let i = 0; i < 20; i += 1) assert.throws(() => details('reading', '192.0.2.1', 'demo/other/world'), { code: 'details_refused' });
    assert.equal(details('reading'), true);
  });

  for (const wrong of ['', 'wrong', 'right ', 'Bearer right', 'right, right', hashSecret('right'), 'x'.repeat(600)]) {
    it(`refuses ${JSON.stringify(wrong.slice(0, 70))}`, () => assert.throws(() => details(wrong), { code: 'details_refused' }));
  }

  it('looks at no token of an address that has tried ten wrong ones, until the minute is over', () => {
    now = 61_000;
    for (let i = 0; i < 10; i += 1) assert.throws(() => details('wrong'), { code: 'details_refused' });
    for (const token of ['wrong', 'right']) {
      assert.throws(
        () => details(token),
        (error: { code: string; details: { retryAfterS: number } }) =>
          error.code === 'too_many_guesses' && error.details.retryAfterS === 59,
      );
    }
    assert.equal(looked, 10);
    assert.equal(details(), false);
    assert.equal(details('right', '192.0.2.2'), true);
    now = 120_000;
    assert.equal(details('right'), true);
  });

  it('looks at none at all after a hundred wrong ones of many addresses', () => {
    for (let i = 0; i < 100; i += 1) assert.throws(() => details('wrong', `2001:db8::${i}`), { code: 'details_refused' });
    assert.throws(() => details('right', '192.0.2.9'), { code: 'too_many_guesses' });
    assert.equal(looked, 100);
  });

  it('counts no right ones', () => {
    for (let i = 0; i < 1_000; i += 1) assert.equal(details('right'), true);
  });
});
