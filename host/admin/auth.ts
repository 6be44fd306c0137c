/** The admin token: made or given, kept as SHA-256, compared in constant time. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { NboxError } from '../../guards/errors.ts';
import { operator, type Principal } from '../access/principal.ts';
import type { Config } from '../config.ts';
import type { Store } from '../store/store.ts';

/** @throws NboxError `unauthorized` */
export type Authenticate = (authorization: string | undefined) => Principal;

const tokenForm = /^[\x21-\x7e]{1,512}$/;

/** 256 bits. The prefix lets secret scanners find it; `nboxp` is a preview's. */
export function makeToken(prefix: 'nbox' | 'nboxp' = 'nbox'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** SHA-256 in hex. Fast on purpose: a token of 256 bits cannot be guessed from its hash. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export interface AdminToken {
  readonly hash: string;
  /** Only where it was made just now: to be printed once, and nowhere kept. */
  readonly token?: string;
}

/** The configured token replaces the stored one; where there is neither, one is made. */
export async function ensureAdminToken(
  store: Pick<Store, 'adminTokenHash' | 'setAdminTokenHash'>,
  config: Pick<Config, 'adminToken'>,
): Promise<AdminToken> {
  const stored = await store.adminTokenHash();
  if (config.adminToken === undefined && stored !== undefined) return { hash: stored };
  const token = config.adminToken ?? makeToken();
  const hash = hashToken(token);
  if (hash !== stored) await store.setAdminTokenHash(hash);
  return config.adminToken === undefined ? { hash, token } : { hash };
}

/**
 * Whether a text is the token, in constant time.
 * @param tokenHash SHA-256 in hex
 */
export function tokenCheck(tokenHash: string): (given: string) => boolean {
  const expected = Buffer.from(tokenHash, 'hex');
  if (expected.length !== 32) throw new Error('the token hash is not a SHA-256 in hex');
  return (given) => tokenForm.test(given) && timingSafeEqual(Buffer.from(hashToken(given), 'hex'), expected);
}

/** @param tokenHash SHA-256 in hex */
export function bearer(tokenHash: string): Authenticate {
  const isToken = tokenCheck(tokenHash);
  return (authorization) => {
    const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) throw new NboxError('unauthorized', 'Send the admin token as "authorization: Bearer <token>"');
    if (!isToken(given)) throw new NboxError('unauthorized', 'This is not the admin token');
    return operator;
  };
}
