/**
 * The tokens of a host. All of them are in memory, so that no request waits for the store to be let in; what is written of their use
 * is written once a minute. Making and revoking one is stored before it is told.
 */

import { randomBytes } from 'node:crypto';
import { NboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import { type AccessToken, mostTokens, type StoredToken, type TokenTerms } from './access-token.ts';
import type { Credential, Found } from './credential.ts';
import { Ending } from './ending.ts';
import { operator, type Principal } from './principal.ts';
import { covers } from './reach.ts';
import { allows } from './scope.ts';
import { hashSecret, makeSecret, secretCheck } from './secret.ts';

export interface TokensParts {
  readonly store: Pick<Store, 'tokens' | 'addToken' | 'removeToken' | 'saveTokenUses'>;
  /** SHA-256 in hex. */
  readonly operatorHash: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  /** Does the work every so often. @returns what ends that */
  readonly every: (ms: number, work: () => void) => () => void;
}

interface Kept {
  readonly token: StoredToken;
  readonly credential: Credential;
  usedAt: number | undefined;
  isSaved: boolean;
}

/** How exactly it is known when a token was last used. */
const useMs = 60_000;
const sweepMs = 1_000;
/** For so long those that are over are listed. */
const listedMs = 30 * 86_400_000;

export class Tokens {
  readonly #parts: TokensParts;
  readonly #isOperators: (text: string) => boolean;
  readonly #operator: Credential = Object.freeze({
    principal: operator,
    ending: new Ending(),
    expiresAt: undefined,
    tokenExpiresAt: undefined,
  });
  readonly #byHash = new Map<string, Kept>();
  readonly #byId = new Map<string, Kept>();
  #stops: readonly (() => void)[] = [];

  constructor(parts: TokensParts) {
    this.#parts = parts;
    this.#isOperators = secretCheck(parts.operatorHash);
  }

  /** Once. */
  async restore(): Promise<void> {
    const { store, every } = this.#parts;
    for (const token of await store.tokens()) this.#keep(token);
    this.#stops = [every(sweepMs, () => this.sweep()), every(useMs, () => void this.save())];
  }

  /**
   * Whose a token is. The text is hashed before anything is compared, and looked up by the hash: how long that takes tells
   * of the hash, which nobody can choose, and nothing of the token. The operator's own, which may be short, is compared in
   * constant time.
   */
  find(text: string): Found {
    return this.#made(hashSecret(text)) ?? (this.#isOperators(text) ? this.#operator : 'unknown');
  }

  /** @returns `undefined` where the text is no token, or none any more */
  principalOf(text: string): Principal | undefined {
    const found = this.find(text);
    return typeof found === 'string' ? undefined : found.principal;
  }

  /** Of a token whose hash is known from a session. @returns `undefined` where there is none, or it was revoked */
  byHash(hash: string): Credential | 'expired' | undefined {
    return hash === this.#parts.operatorHash ? this.#operator : this.#made(hash);
  }

  #made(hash: string): Credential | 'expired' | undefined {
    const kept = this.#byHash.get(hash);
    if (kept === undefined) return undefined;
    const now = this.#parts.clock.now();
    if (isOver(kept, now)) return 'expired';
    if (kept.usedAt === undefined || now - kept.usedAt >= useMs) {
      kept.usedAt = now;
      kept.isSaved = false;
    }
    return kept.credential;
  }

  /** In order of names; only those within the reach of whoever asks. */
  list({ reach }: Principal): AccessToken[] {
    return [...this.#byId.values()]
      .filter(({ token }) => covers(reach, token.reach))
      .map(shown)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws NboxError `no_such_token`, also where it is out of the reach of whoever asks */
  get(by: Principal, id: string): AccessToken {
    return shown(this.#kept(by, id));
  }

  /**
   * Nobody makes a token that may more, reaches further or lasts longer than his own.
   * @returns the secret too, which nobody can ask for again
   * @throws NboxError `forbidden`, `invalid_body`, `token_exists`, `too_many_tokens`, `publish_failed`
   */
  async create(by: Credential, terms: TokenTerms): Promise<{ readonly token: AccessToken; readonly secret: string }> {
    const { store, clock, log } = this.#parts;
    const createdAt = clock.now();
    checkTerms(by, terms, createdAt);
    const secret = makeSecret();
    const id = randomBytes(8).toString('hex');
    const createdBy = by.principal.actor;
    const token = Object.freeze({ ...terms, id, createdAt, createdBy, usedAt: undefined, hash: hashSecret(secret) });
    await store.addToken(token, mostTokens);
    const kept = this.#keep(token);
    log.info({ tokenId: id, name: terms.name, scope: terms.scope, reach: terms.reach, actor: createdBy }, 'a token was made');
    return { token: shown(kept), secret };
  }

  /** What goes on with it, and its sessions, end. @throws NboxError `no_such_token`, `publish_failed` */
  async revoke(by: Principal, id: string): Promise<AccessToken> {
    const kept = this.#kept(by, id);
    await this.#parts.store.removeToken(id);
    this.#forget(kept);
    this.#parts.log.info({ tokenId: id, name: kept.token.name, actor: by.actor }, 'a token was revoked');
    return shown(kept);
  }

  /** To be called now and then: what goes on with a token ends when that expires. */
  sweep(): void {
    const now = this.#parts.clock.now();
    for (const kept of this.#byId.values()) {
      if (!isOver(kept, now)) continue;
      kept.credential.ending.end();
      if (now - (kept.token.expiresAt ?? now) < listedMs) continue;
      this.#forget(kept);
      this.#parts.store.removeToken(kept.token.id).catch((err: unknown) => {
        this.#parts.log.warn({ err, tokenId: kept.token.id }, 'a token that expired long ago could not be dropped');
      });
    }
  }

  /** When they were last used. Never rejects: what cannot be written now is written the next time. */
  async save(): Promise<void> {
    const changed = [...this.#byId.values()].filter(({ isSaved }) => !isSaved);
    if (changed.length === 0) return;
    for (const kept of changed) kept.isSaved = true;
    try {
      await this.#parts.store.saveTokenUses(changed.map(({ token, usedAt = 0 }) => ({ id: token.id, usedAt })));
    } catch (err) {
      for (const kept of changed) kept.isSaved = false;
      this.#parts.log.warn({ err }, 'when tokens were used could not be stored; it is tried again');
    }
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.save();
  }

  #kept({ reach }: Principal, id: string): Kept {
    const kept = this.#byId.get(id);
    if (kept !== undefined && covers(reach, kept.token.reach)) return kept;
    throw new NboxError('no_such_token', `There is no token ${JSON.stringify(id.slice(0, 80))} within the reach of this one`);
  }

  #keep(token: StoredToken): Kept {
    const { id, name: actor, scope, reach, expiresAt, usedAt } = token;
    const principal = Object.freeze({ actor, tokenId: id, scope, reach });
    const credential = Object.freeze({ principal, ending: new Ending(), expiresAt, tokenExpiresAt: expiresAt });
    const kept = { token, credential, usedAt, isSaved: true };
    this.#byHash.set(token.hash, kept);
    this.#byId.set(id, kept);
    return kept;
  }

  #forget({ token, credential }: Kept): void {
    this.#byHash.delete(token.hash);
    this.#byId.delete(token.id);
    credential.ending.end();
  }
}

function isOver({ token: { expiresAt } }: Kept, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

function shown({ token: { hash: _, ...token }, usedAt }: Kept): AccessToken {
  return { ...token, usedAt };
}

function checkTerms({ principal, tokenExpiresAt }: Credential, terms: TokenTerms, now: number): void {
  if (!allows(principal.scope, terms.scope)) {
    throw new NboxError('forbidden', { detail: `A token with ${principal.scope} makes none with ${terms.scope}`, pointer: '/scope' });
  }
  if (!covers(principal.reach, terms.reach)) {
    const detail = `A token that reaches ${principal.reach} makes none that reaches ${terms.reach}`;
    throw new NboxError('forbidden', { detail, pointer: '/reach' });
  }
  if (terms.expiresAt !== undefined && terms.expiresAt <= now) {
    throw new NboxError('invalid_body', { detail: 'A token must expire after now', pointer: '/expiresAt' });
  }
  if (tokenExpiresAt !== undefined && (terms.expiresAt ?? Infinity) > tokenExpiresAt) {
    const detail = `It must expire by ${new Date(tokenExpiresAt).toISOString()}, when the token does that makes it`;
    throw new NboxError('forbidden', { detail, pointer: '/expiresAt' });
  }
}
