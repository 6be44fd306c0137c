/** host/access/operator-token.ts */

import assert from 'node:assert/strict';
import { ensureOperatorToken } from '../../../host/access/operator-token.ts';
import { hashSecret } from '../../../host/access/secret.ts';

class TokenStore {
  hash: string | undefined;
  async adminTokenHash(): Promise<string | undefined> {
    return this.hash;
  }
  async setAdminTokenHash(hash: string): Promise<void> {
    this.hash = hash;
  }
}

describe('ensureOperatorToken(store, config)', () => {
  it('makes one at the first start, and tells it once', async () => {
    const store = new TokenStore();
    const first = await ensureOperatorToken(store, { adminToken: undefined });
    assert.equal(hashSecret(first.token as string), first.hash);
    assert.equal(store.hash, first.hash);
    assert.deepEqual(await ensureOperatorToken(store, { adminToken: undefined }), { hash: first.hash });
  });

  it('puts the configured one in the place of the stored, and does not tell it', async () => {
    const store = new TokenStore();
    store.hash = hashSecret('old');
    assert.deepEqual(await ensureOperatorToken(store, { adminToken: 'new' }), { hash: hashSecret('new') });
    assert.equal(store.hash, hashSecret('new'));
  });
});
