/** host/access/oidc-groups.ts */

import assert from 'node:assert/strict';
import { grantOf, parseGroups } from '../../../host/access/oidc-groups.ts';

describe('parseGroups(text)', () => {
  it('takes groups with a scope, and a reach or everything', () => {
    assert.deepEqual(parseGroups('ops=admin, shop-devs=deploy:shop,CN=a b=read:shop/cart'), [
      { group: 'ops', scope: 'admin', reach: '*' },
      { group: 'shop-devs', scope: 'deploy', reach: 'shop' },
      { group: 'CN=a b', scope: 'read', reach: 'shop/cart' },
    ]);
  });

  for (const text of [
    '',
    'ops',
    'ops=',
    '=admin',
    'ops=root',
    'ops=admin:',
    'ops=admin:a/b/c/d',
    'ops=admin:Shop',
    'ops=admin,',
    `${'a'.repeat(201)}=read`,
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => assert.equal(parseGroups(text), undefined));
  }
});

describe('grantOf(grants, groups)', () => {
  it('is the first in the operator’s order', () => {
    const grants = parseGroups('ops=admin,devs=deploy:shop,all=read') ?? [];
    assert.equal(grantOf(grants, ['all', 'devs'])?.group, 'devs');
    assert.equal(grantOf(grants, ['all'])?.scope, 'read');
    assert.equal(grantOf(grants, ['OPS', 'op', '']), undefined);
    assert.equal(grantOf(grants, []), undefined);
  });
});
