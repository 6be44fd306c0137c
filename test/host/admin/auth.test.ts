/** host/admin/auth.ts, and that no route is open that should not be */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { bearer, ensureAdminToken, hashToken, makeToken } from '../../../host/admin/auth.ts';
import { adminRoutes } from '../../../host/admin/server.ts';
import { AdminHost } from './admin-host.ts';

class TokenStore {
  hash: string | undefined;
  async adminTokenHash(): Promise<string | undefined> {
    return this.hash;
  }
  async setAdminTokenHash(hash: string): Promise<void> {
    this.hash = hash;
  }
}

describe('makeToken()', () => {
  it('has a prefix and 256 bits', () => {
    assert.match(makeToken(), /^nbox_[A-Za-z0-9_-]{43}$/);
    assert.notEqual(makeToken(), makeToken());
  });
});

describe('ensureAdminToken(store, config)', () => {
  it('makes one at the first start, and tells it once', async () => {
    const store = new TokenStore();
    const first = await ensureAdminToken(store, { adminToken: undefined });
    assert.equal(hashToken(first.token as string), first.hash);
    assert.equal(store.hash, first.hash);
    assert.deepEqual(await ensureAdminToken(store, { adminToken: undefined }), { hash: first.hash });
  });

  it('puts the configured one in the place of the stored, and does not tell it', async () => {
    const store = new TokenStore();
    store.hash = hashToken('old');
    assert.deepEqual(await ensureAdminToken(store, { adminToken: 'new' }), { hash: hashToken('new') });
    assert.equal(store.hash, hashToken('new'));
  });
});

describe('bearer(tokenHash)', () => {
  it('takes the token and nothing else', () => {
    const authenticate = bearer(hashToken('right'));
    assert.equal(authenticate('Bearer right').actor, 'admin');
    assert.equal(authenticate('bearer right').actor, 'admin');
    for (const wrong of [
      undefined,
      '',
      'right',
      'Bearer',
      'Bearer ',
      'Bearer wrong',
      'Bearer right ',
      'Bearer  right',
      'Basic right',
      `Bearer ${hashToken('right')}`,
    ]) {
      assert.throws(
        () => authenticate(wrong),
        (error) => isNboxError(error, 'unauthorized'),
        wrong,
      );
    }
  });

  it('fails closed without a proper hash', () => {
    assert.throws(() => bearer(''));
    assert.throws(() => bearer('abc'));
  });
});

describe('every route of the admin API', () => {
  it('but the health routes asks for the token', async () => {
    const host = await AdminHost.start();
    const routes = adminRoutes(host.parts);
    assert.deepEqual(
      routes.filter(({ access }) => access === 'none').map(({ pattern }) => pattern),
      ['/healthz', '/readyz'],
    );
    for (const { method, pattern, access } of routes) {
      const { status } = await host.ask(method, pattern.replaceAll(':', ''), { token: false });
      assert.equal(status, access === 'none' ? 200 : 401, `${method} ${pattern}`);
    }
    await host.close();
  });
});
