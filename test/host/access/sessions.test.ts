/** host/access/sessions.ts */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import type { Credential } from '../../../host/access/credential.ts';
import { hashSecret } from '../../../host/access/secret.ts';
import { csrfOf, isCsrfOf, sessionBounds, sessionTimes } from '../../../host/access/sessions.ts';
import { AccessHost, operatorToken } from './access-host.ts';

const own = { tokenHash: hashSecret(operatorToken) };
const member = { actor: 'oidc:ann', scope: 'deploy', reach: 'shop' } as const;
const terms = { name: 'ci', scope: 'deploy', reach: 'shop/cart', expiresAt: undefined } as const;

describe('Sessions', () => {
  let host: AccessHost;
  beforeEach(async () => {
    host = await AccessHost.start();
  });
  afterEach(() => host.close());
  const sessions = () => host.access.sessions;
  const found = (secret: string) => sessions().find(secret) as Credential;
  const made = (more: object = {}) => host.access.tokens.create(host.operator, { ...terms, ...more });

  it('open(of) gives whoever has the secret what its token has, and keeps the hash', async () => {
    const { secret, credential } = await sessions().open(own);
    assert.match(secret, /^nboxs_[A-Za-z0-9_-]{43}$/);
    assert.deepEqual(found(secret), credential);
    assert.deepEqual([credential.principal, credential.expiresAt], [host.operator.principal, host.now + sessionTimes.wholeMs]);
    assert.ok(!JSON.stringify(await host.store.sessions()).includes(secret.slice(6)));
    for (const text of ['', 'x', `${secret}x`, secret.toUpperCase(), operatorToken]) assert.equal(sessions().find(text), 'unknown');
  });

  it('is of whom a provider has named, for a shorter time', async () => {
    const { credential } = await sessions().open(member);
    const { tokenId, ...principal } = credential.principal;
    assert.match(tokenId, /^session:[0-9a-f]{16}$/);
    assert.deepEqual([principal, credential.expiresAt], [member, host.now + sessionTimes.memberMs]);
  });

  it('goes on after a restart, unless the token is another one then', async () => {
    const a = await sessions().open(own);
    const b = await sessions().open(member);
    host.now += 60_000;
    sessions().find(a.secret);
    host = await host.restarted();
    assert.deepEqual([found(a.secret).principal.actor, found(b.secret).principal.actor], ['admin', 'oidc:ann']);
    host = await host.restarted('another');
    assert.deepEqual([sessions().find(a.secret), found(b.secret).principal.actor], ['unknown', 'oidc:ann']);
    assert.equal((await host.store.sessions()).length, 1);
  });

  it('does not go on where nobody is granted any more what it was', async () => {
    const { secret } = await sessions().open(member);
    host = await host.restarted(operatorToken, [{ group: 'shop-devs', scope: 'read', reach: 'shop' }]);
    assert.deepEqual([sessions().find(secret), await host.store.sessions()], ['unknown', []]);
  });

  it('ends with its token: revoked, or expired', async () => {
    const revoked = await made();
    const one = await sessions().open({ tokenHash: hashSecret(revoked.secret) });
    await host.access.tokens.revoke(host.operator.principal, revoked.token.id);
    assert.deepEqual([one.credential.ending.isOver, sessions().find(one.secret)], [true, 'unknown']);
    const expiring = await made({ expiresAt: host.now + 5_000 });
    const other = await sessions().open({ tokenHash: hashSecret(expiring.secret) });
    assert.equal(other.credential.expiresAt, host.now + 5_000);
    host.now += 5_000;
    assert.equal(sessions().find(other.secret), 'expired');
    host.access.tokens.sweep();
    assert.ok(other.credential.ending.isOver);
    sessions().sweep();
    assert.deepEqual(await host.store.sessions(), []);
  });

  it('is not opened with a token that was revoked meanwhile', async () => {
    const { secret, token } = await made();
    const opening = sessions().open({ tokenHash: hashSecret(secret) });
    await host.access.tokens.revoke(host.operator.principal, token.id);
    await opening.catch((error: unknown) => assert.ok(isNboxError(error, 'unauthorized')));
    assert.deepEqual(await host.store.sessions(), []);
  });

  it('ends unused, and after its whole time however much it is used', async () => {
    const idle = await sessions().open(own);
    host.now += sessionTimes.idleMs - 1;
    const busy = await sessions().open(own);
    assert.equal(typeof sessions().find(busy.secret), 'object');
    host.now += 1;
    assert.equal(sessions().find(idle.secret), 'expired');
    for (let left = sessionTimes.wholeMs - 1; left > 1; left -= 3_600_000) {
      assert.equal(typeof sessions().find(busy.secret), 'object');
      host.now += Math.min(left, 3_600_000);
    }
    assert.equal(sessions().find(busy.secret), 'expired');
    sessions().sweep();
    assert.deepEqual(await host.store.sessions(), []);
  });

  it('does not end while a stream of it is open', async () => {
    const { secret, credential } = await sessions().open(own);
    const leave = credential.ending.watch(() => {});
    for (let passed = 0; passed < 2 * sessionTimes.idleMs; passed += 60_000) {
      host.now += 60_000;
      sessions().sweep();
    }
    leave();
    assert.equal(typeof sessions().find(secret), 'object');
  });

  it('close(secret) ends it at once', async () => {
    const { secret, credential } = await sessions().open(own);
    await sessions().close(secret);
    await sessions().close(secret);
    assert.deepEqual([sessions().find(secret), credential.ending.isOver, await host.store.sessions()], ['unknown', true, []]);
  });

  it('has the oldest of a token end where there is one too many', async () => {
    const first = await sessions().open(own);
    const others = await sessions().open(member);
    for (let i = 0; i < sessionBounds.ofOne; i++) await sessions().open(own);
    assert.deepEqual([sessions().find(first.secret), typeof sessions().find(others.secret)], ['unknown', 'object']);
    assert.equal((await host.store.sessions()).length, sessionBounds.ofOne + 1);
  });
});

describe('csrfOf(secret)', () => {
  it('follows from the secret, and tells nothing of it', () => {
    assert.equal(csrfOf('a'), csrfOf('a'));
    assert.match(csrfOf('a'), /^[A-Za-z0-9_-]{43}$/);
    assert.ok(isCsrfOf('a', csrfOf('a')));
    for (const wrong of ['', 'a', csrfOf('b'), `${csrfOf('a')}x`]) assert.ok(!isCsrfOf('a', wrong));
  });
});
