/** Secrets of 256 bits: made, kept as SHA-256, and compared in constant time. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What an operator may have chosen as a token. */
const tokenForm = /^[\x21-\x7e]{1,512}$/;
const madeForm = /^nbox_[A-Za-z0-9_-]{43}$/;

/** The prefix lets secret scanners find it; `nboxp` is a preview's, `nboxs` a session's. */
export function makeSecret(prefix: 'nbox' | 'nboxp' | 'nboxs' = 'nbox'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** Whether a text has the form of a token that a host has made: one that nobody guesses. */
export function isMadeForm(text: string): boolean {
  return madeForm.test(text);
}

/** SHA-256 in hex. Fast on purpose: a secret of 256 bits cannot be guessed from its hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** @param hashes SHA-256 in hex */
export function sameHash(...hashes: readonly [string, string]): boolean {
  const [a, b] = hashes.map((hash) => Buffer.from(hash, 'hex')) as [Buffer, Buffer];
  return a.length === 32 && b.length === 32 && timingSafeEqual(a, b);
}

/**
 * Whether a text is the secret, in constant time.
 * @param hash SHA-256 in hex
 */
export function secretCheck(hash: string): (given: string) => boolean {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error('the hash of a secret is not a SHA-256 in hex');
  return (given) => tokenForm.test(given) && sameHash(hashSecret(given), hash);
}
