/** host/access/tokens.ts */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { mostTokens } from '../../../host/access/access-token.ts';
import type { Credential, Found } from '../../../host/access/credential.ts';
import { hashSecret } from '../../../host/access/secret.ts';
import { AccessHost, operatorToken } from './access-host.ts';

const terms = { name: 'ci', scope: 'deploy', reach: 'shop/cart', expiresAt: undefined } as const;

describe('Tokens', () => {
  let host: AccessHost;
  beforeEach(async () => {
    host = await AccessHost.start();
  });
  afterEach(() => host.close());
  const tokens = () => host.access.tokens;
  const principalOf = (found: Found) => (found as Credential).principal;
  const made = async (more: object = {}, by = host.operator) => tokens().create(by, { ...terms, ...more });
  const found = (secret: string) => tokens().find(secret) as Credential;

  it('lets the operator in by his own token, and nobody by anything else', () => {
    assert.deepEqual(principalOf(tokens().find(operatorToken)), { actor: 'admin', tokenId: 'admin', scope: 'admin', reach: '*' });
    for (const text of ['', 'x', `${operatorToken} `, hashSecret(operatorToken)]) assert.equal(tokens().find(text), 'unknown');
  });

  it('create(by, terms) tells the secret once, and keeps its hash', async () => {
    const { token, secret } = await made();
    assert.match(secret, /^nbox_[A-Za-z0-9_-]{43}$/);
    assert.deepEqual(token, { ...terms, id: token.id, createdAt: host.now, createdBy: 'admin', usedAt: undefined });
    assert.deepEqual(principalOf(tokens().find(secret)), { actor: 'ci', tokenId: token.id, scope: 'deploy', reach: 'shop/cart' });
    const [stored] = await host.store.tokens();
    assert.equal(stored?.hash, hashSecret(secret));
    assert.ok(!JSON.stringify(stored).includes(secret.slice(5)));
    assert.deepEqual(tokens().get(host.operator.principal, token.id), { ...token, usedAt: host.now });
  });

  it('makes none that may more, reaches further or lasts longer than whoever asks', async () => {
    const by = found((await made({ name: 'by', scope: 'admin', reach: 'shop', expiresAt: host.now + 1_000 })).secret);
    const within = { scope: 'read', reach: 'shop/cart', expiresAt: host.now + 1_000 };
    await made({ ...within, name: 'ok' }, by);
    for (const beyond of [{ reach: '*' }, { reach: 'pay' }, { reach: 'sho' }, { expiresAt: undefined }, { expiresAt: host.now + 1_001 }]) {
      await assert.rejects(
        made({ ...within, ...beyond, name: 'no' }, by),
        (error) => isNboxError(error, 'forbidden'),
        JSON.stringify(beyond),
      );
    }
    const lesser = found((await made({ name: 'lesser' })).secret);
    await assert.rejects(made({ scope: 'admin', name: 'no' }, lesser), (error) => isNboxError(error, 'forbidden'));
    await assert.rejects(made({ name: 'no', expiresAt: host.now }), (error) => isNboxError(error, 'invalid_body'));
    assert.deepEqual(
      tokens()
        .list(host.operator.principal)
        .map(({ name }) => name),
      ['by', 'lesser', 'ok'],
    );
  });

  it('has each name once, and as many as there may be', async () => {
    await made();
    await assert.rejects(made(), (error) => isNboxError(error, 'token_exists'));
    const token = { ...terms, createdAt: 1, createdBy: 'x', usedAt: undefined };
    for (let i = 1; i < mostTokens; i++) {
      await host.store.addToken({ ...token, id: `t${i}`, name: `t${i}`, hash: hashSecret(`t${i}`) }, mostTokens);
    }
    await assert.rejects(made({ name: 'more' }), (error) => isNboxError(error, 'too_many_tokens'));
  });

  it('shows and revokes only what is within the reach of whoever asks', async () => {
    const shop = found((await made({ name: 'shop', scope: 'admin', reach: 'shop' })).secret).principal;
    const pay = (await made({ name: 'pay', reach: 'pay' })).token;
    const cart = (await made({ name: 'cart' })).token;
    assert.deepEqual(
      tokens()
        .list(shop)
        .map(({ name }) => name),
      ['cart', 'shop'],
    );
    assert.throws(
      () => tokens().get(shop, pay.id),
      (error) => isNboxError(error, 'no_such_token'),
    );
    await assert.rejects(tokens().revoke(shop, pay.id), (error) => isNboxError(error, 'no_such_token'));
    await tokens().revoke(shop, cart.id);
    await assert.rejects(tokens().revoke(shop, cart.id), (error) => isNboxError(error, 'no_such_token'));
    await assert.rejects(tokens().revoke(host.operator.principal, 'admin'), (error) => isNboxError(error, 'no_such_token'));
  });

  it('revoke(by, id) ends what goes on with it at once, and after a restart', async () => {
    const { token, secret } = await made();
    const { ending } = found(secret);
    await tokens().revoke(host.operator.principal, token.id);
    assert.deepEqual([ending.isOver, tokens().find(secret)], [true, 'unknown']);
    host = await host.restarted();
    assert.equal(tokens().find(secret), 'unknown');
    // Its name is free again.
    await made();
  });

  it('lets nobody in by one that has expired, ends what goes on with it, and lists it for a while', async () => {
    const { secret, token } = await made({ expiresAt: host.now + 5_000 });
    const { ending } = found(secret);
    host.now += 4_999;
    tokens().sweep();
    assert.deepEqual([ending.isOver, typeof tokens().find(secret)], [false, 'object']);
    host.now += 1;
    assert.equal(tokens().find(secret), 'expired');
    tokens().sweep();
    assert.ok(ending.isOver);
    assert.equal(tokens().list(host.operator.principal)[0]?.id, token.id);
    host.now += 30 * 86_400_000;
    tokens().sweep();
    assert.deepEqual([tokens().list(host.operator.principal), await host.store.tokens()], [[], []]);
  });

  it('goes on after a restart, and knows to a minute when each was used', async () => {
    const { secret, token } = await made();
    const createdAt = host.now;
    host.now += 10_000;
    tokens().find(secret);
    host.now += 59_999;
    tokens().find(secret);
    host = await host.restarted();
    const [listed] = tokens().list(host.operator.principal);
    assert.deepEqual(listed, { ...token, usedAt: createdAt + 10_000 });
    host.now += 1;
    tokens().find(secret);
    await tokens().save();
    assert.equal((await host.store.tokens())[0]?.usedAt, createdAt + 70_000);
  });

  it('writes nothing where nothing was used, and tries again what could not be written', async () => {
    const { secret } = await made();
    tokens().find(secret);
    let writes = 0;
    const { saveTokenUses } = host.store;
    host.store.saveTokenUses = async () => {
      writes += 1;
      throw new Error('the disk is full');
    };
    await tokens().save();
    host.store.saveTokenUses = saveTokenUses;
    await tokens().save();
    assert.deepEqual([writes, (await host.store.tokens())[0]?.usedAt], [1, host.now]);
    host.store.saveTokenUses = async () => {
      writes += 1;
    };
    await tokens().save();
    assert.equal(writes, 1);
    host.store.saveTokenUses = saveTokenUses;
  });
});
