/** jose in a plugin: JSON Web Tokens, signed and verified by the guest's `crypto.subtle`. */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

const source = `
  import { createLocalJWKSet, decodeProtectedHeader, errors, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
  const secret = new TextEncoder().encode('a secret that is long enough for HS256');
  const sign = (alg: string, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT({ role: 'buyer' }).setProtectedHeader({ alg, kid: 'one' }).setIssuer('nbox').setSubject('me').setIssuedAt().setExpirationTime('2h').sign(key);
  export default async () => {
    const hs = await sign('HS256', secret);
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const es = await sign('ES256', privateKey);
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] });
    const [head, body, signature] = hs.split('.');
    const refused = async (token: string, options = {}) => jwtVerify(token, secret, options).then(() => 'accepted', (error: unknown) => error instanceof errors.JOSEError ? error.code : String(error));
    const late = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(1).sign(secret);
    return {
      hs: (await jwtVerify(hs, secret, { issuer: 'nbox' })).payload.role,
      es: (await jwtVerify(es, publicKey)).payload.sub,
      set: (await jwtVerify(es, keys)).protectedHeader.kid,
      head: decodeProtectedHeader(es),
      forged: await refused([head, body, (signature![0] === 'A' ? 'B' : 'A') + signature!.slice(1)].join('.')),
      issuer: await refused(hs, { issuer: 'other' }),
      late: await refused(late),
    };
  };`;

describe('jose', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  it('signs and verifies HS256 and ES256', async () => {
    await host.push('libraries/used/jose', { source, manifest: { limits: { cpuMs: 2_000, deadlineMs: 5_000 } } });
    assert.deepEqual(JSON.parse(await host.text('libraries/used/jose/')), {
      hs: 'buyer',
      es: 'me',
      set: 'one',
      head: { alg: 'ES256', kid: 'one' },
      forged: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      issuer: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
      late: 'ERR_JWT_EXPIRED',
    });
  });
});
