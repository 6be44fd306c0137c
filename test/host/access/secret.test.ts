/** host/access/secret.ts */

import assert from 'node:assert/strict';
import { hashSecret, isMadeForm, makeSecret, sameHash, secretCheck } from '../../../host/access/secret.ts';

describe('makeSecret()', () => {
  it('has a prefix and 256 bits', () => {
    assert.match(makeSecret(), /^nbox_[A-Za-z0-9_-]{43}$/);
    assert.match(makeSecret('nboxs'), /^nboxs_[A-Za-z0-9_-]{43}$/);
    assert.notEqual(makeSecret(), makeSecret());
  });
});

describe('isMadeForm(text)', () => {
  it('is true of tokens that were made, and of nothing that somebody has thought up', () => {
    assert.ok(isMadeForm(makeSecret()));
    for (const text of ['', 'nbox_', 'secret', makeSecret('nboxp'), `${makeSecret()}x`, ` ${makeSecret()}`, `${makeSecret()}\n`]) {
      assert.ok(!isMadeForm(text), text);
    }
  });
});

describe('secretCheck(hash)', () => {
  it('takes the secret and nothing else', () => {
    const isRight = secretCheck(hashSecret('right'));
    assert.ok(isRight('right'));
    for (const wrong of ['', 'wrong', 'right ', ' right', 'right\n', hashSecret('right'), 'x'.repeat(600)])
      assert.ok(!isRight(wrong), wrong);
  });

  it('fails closed without a proper hash', () => {
    for (const hash of ['', 'abc', 'F'.repeat(64), `${'0'.repeat(64)}0`]) assert.throws(() => secretCheck(hash));
  });
});

describe('sameHash(a, b)', () => {
  it('is true of two that are the same, and of nothing that is no hash', () => {
    const hash = hashSecret('a');
    assert.ok(sameHash(hash, hashSecret('a')));
    assert.ok(!sameHash(hash, hashSecret('b')));
    assert.ok(!sameHash('', ''));
    assert.ok(!sameHash('00', '00'));
    assert.ok(!sameHash(hash, hash.slice(0, 62)));
  });
});
