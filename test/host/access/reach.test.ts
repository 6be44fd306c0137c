/** host/access/reach.ts and host/access/scope.ts */

import assert from 'node:assert/strict';
import { covers, isReach } from '../../../host/access/reach.ts';
import { allows, scopes } from '../../../host/access/scope.ts';

describe('isReach(text)', () => {
  it('takes everything, a domain, a group and a plugin, and nothing else', () => {
    for (const text of ['*', 'shop', 'shop/cart', 'shop/cart/price', '-', `${'a'.repeat(63)}/b`]) assert.ok(isReach(text), text);
    const wrong = ['', '**', '*/a', 'shop/', '/shop', 'shop//price', 'a/b/c/d', 'Shop', 'shop/*', ' shop', 'shop\n', 'a'.repeat(64)];
    for (const text of wrong) assert.ok(!isReach(text), JSON.stringify(text));
  });
});

describe('covers(reach, inner)', () => {
  for (const [reach, inner, expected] of [
    ['*', 'shop/cart/price', true],
    ['*', '*', true],
    ['*', '', true],
    ['shop', 'shop', true],
    ['shop', 'shop/cart/price', true],
    ['shop/cart', 'shop/cart', true],
    ['shop/cart/price', 'shop/cart/price', true],
    ['shop', '*', false],
    ['shop', '', false],
    ['shop', 'shop2/cart/price', false],
    ['shop/cart', 'shop', false],
    ['shop/cart', 'shop/cart2/price', false],
    ['shop/cart/price', 'shop/cart/price2', false],
    ['shop/cart/price', 'shop/cart', false],
  ] as const) {
    it(`is ${expected} of ${JSON.stringify(inner)} for ${reach}`, () => assert.equal(covers(reach, inner), expected));
  }
});

describe('allows(has, needed)', () => {
  it('has each scope do what those before it do', () => {
    const all = scopes.map((has) => scopes.map((needed) => allows(has, needed)));
    assert.deepEqual(all, [
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
  });
});
