/**
 * The sessions of browsers: a secret in a cookie stands for a token, or for whom an identity provider has named. They are stored,
 * so that a restart throws nobody out, and end with their token, unused for long, and in any case after some days.
 */

import { createHmac, randomBytes } from 'node:crypto';
import { NboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Credential, Found } from './credential.ts';
import { Ending } from './ending.ts';
import type { Principal } from './principal.ts';
import { hashSecret, makeSecret, sameHash } from './secret.ts';
import type { Member, StoredSession } from './stored-session.ts';
import type { Tokens } from './tokens.ts';

export interface SessionsParts {
  readonly store: Pick<Store, 'sessions' | 'addSession' | 'removeSessions' | 'saveSessionUses'>;
  readonly tokens: Pick<Tokens, 'byHash'>;
  /** Whether what a provider's groups may do is still so: asked of each when the host starts. */
  readonly isGranted: (member: Member) => boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  /** Does the work every so often. @returns what ends that */
  readonly every: (ms: number, work: () => void) => () => void;
}

interface Kept {
  readonly session: StoredSession;
  readonly credential: Credential;
  /** Has the token tell it of its end no more. */
  readonly leave: () => void;
  seenAt: number;
  isSaved: boolean;
}

export const sessionTimes = Object.freeze({
  /** Unused for so long, and without a stream that is open. */
  idleMs: 12 * 3_600_000,
  wholeMs: 7 * 86_400_000,
  /** What a provider said of somebody may be true no more. */
  memberMs: 12 * 3_600_000,
});
/** With a further one the oldest ends. */
export const sessionBounds = Object.freeze({ ofOne: 50, inAll: 5_000 });
const useMs = 60_000;
const sweepMs = 1_000;
const secretForm = /^nboxs_[A-Za-z0-9_-]{43}$/;

export class Sessions {
  readonly #parts: SessionsParts;
  /** The oldest first. */
  readonly #byHash = new Map<string, Kept>();
  #stops: readonly (() => void)[] = [];

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** After the tokens. Once. */
  async restore(): Promise<void> {
    const { store, every } = this.#parts;
    const gone: string[] = [];
    for (const session of await store.sessions()) {
      const token = this.#tokenOf(session);
      const isRefused = 'actor' in session.of && !this.#parts.isGranted(session.of);
      if (token === undefined || isRefused || this.#isOver(session, session.seenAt)) gone.push(session.id);
      else this.#keep(session, token);
    }
    if (gone.length > 0) await store.removeSessions(gone);
    this.#stops = [every(sweepMs, () => this.sweep()), every(useMs, () => void this.save())];
  }

  /** @returns the secret too, for the cookie alone @throws NboxError `unauthorized`, `publish_failed` */
  async open(of: StoredSession['of']): Promise<{ readonly secret: string; readonly credential: Credential }> {
    const { store, clock, log } = this.#parts;
    const secret = makeSecret('nboxs');
    const createdAt = clock.now();
    const expiresAt = createdAt + ('tokenHash' in of ? sessionTimes.wholeMs : sessionTimes.memberMs);
    const id = randomBytes(8).toString('hex');
    const session = Object.freeze({ id, hash: hashSecret(secret), of, createdAt, seenAt: createdAt, expiresAt });
    // Before the new one is stored, so that there are never more.
    await this.#end(this.#surplus(session));
    await store.addSession(session);
    // Only now: the token may have been revoked meanwhile.
    const token = this.#tokenOf(session);
    if (token === undefined) {
      await store.removeSessions([id]);
      throw new NboxError('unauthorized', 'The token was revoked, or has expired');
    }
    const { credential } = this.#keep(session, token);
    const { actor, tokenId } = credential.principal;
    log.info({ sessionId: id, actor, tokenId }, 'a session was opened');
    return { secret, credential };
  }

  /** Whose a session is: looked up by the hash of its secret, as tokens are. */
  find(secret: string): Found {
    if (!secretForm.test(secret)) return 'unknown';
    const kept = this.#byHash.get(hashSecret(secret));
    if (kept === undefined || kept.credential.ending.isOver) return 'unknown';
    if (this.#isOver(kept.session, kept.seenAt) || this.#tokenOf(kept.session) === undefined) return 'expired';
    this.#seen(kept, this.#parts.clock.now());
    return kept.credential;
  }

  /** Nothing happens where it is over. @throws NboxError `publish_failed` */
  async close(secret: string): Promise<void> {
    const kept = this.#byHash.get(hashSecret(secret));
    if (kept !== undefined) await this.#end([kept]);
  }

  /** To be called now and then. An open stream is use: whoever looks at it does nothing else. */
  sweep(): void {
    const now = this.#parts.clock.now();
    const over: Kept[] = [];
    for (const kept of this.#byHash.values()) {
      if (kept.credential.ending.isWatched) this.#seen(kept, now);
      if (this.#isOver(kept.session, kept.seenAt) || kept.credential.ending.isOver) over.push(kept);
    }
    if (over.length === 0) return;
    this.#end(over).catch((err: unknown) => this.#parts.log.warn({ err }, 'sessions that are over could not be dropped'));
  }

  /** When they were last used. Never rejects: what cannot be written now is written the next time. */
  async save(): Promise<void> {
    const changed = [...this.#byHash.values()].filter(({ isSaved }) => !isSaved);
    if (changed.length === 0) return;
    for (const kept of changed) kept.isSaved = true;
    try {
      await this.#parts.store.saveSessionUses(changed.map(({ session, seenAt }) => ({ id: session.id, seenAt })));
    } catch (err) {
      for (const kept of changed) kept.isSaved = false;
      this.#parts.log.warn({ err }, 'when sessions were used could not be stored; it is tried again');
    }
  }

  /** Of the host, not of a session: they go on when it is started again. */
  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.save();
  }

  /** They are over at once, and the streams that they have; then they are taken out of the store. */
  async #end(ended: readonly Kept[]): Promise<void> {
    if (ended.length === 0) return;
    for (const { session, credential, leave } of ended) {
      this.#byHash.delete(session.hash);
      leave();
      credential.ending.end();
    }
    await this.#parts.store.removeSessions(ended.map(({ session }) => session.id));
  }

  #surplus({ of }: StoredSession): Kept[] {
    const own = [...this.#byHash.values()].filter((one) => ownerOf(one.session.of) === ownerOf(of));
    if (own.length >= sessionBounds.ofOne) return own.slice(0, own.length - sessionBounds.ofOne + 1);
    const [oldest] = this.#byHash.values();
    return this.#byHash.size >= sessionBounds.inAll && oldest !== undefined ? [oldest] : [];
  }

  /** `undefined` where it is over; of a member's session there is none, and it cannot end. */
  #tokenOf({ of }: StoredSession): Credential | 'none' | undefined {
    if (!('tokenHash' in of)) return 'none';
    const found = this.#parts.tokens.byHash(of.tokenHash);
    return found === 'expired' ? undefined : found;
  }

  #isOver({ expiresAt }: StoredSession, seenAt: number): boolean {
    const now = this.#parts.clock.now();
    return now >= expiresAt || now - seenAt >= sessionTimes.idleMs;
  }

  #seen(kept: Kept, now: number): void {
    if (now - kept.seenAt < useMs) return;
    kept.seenAt = now;
    kept.isSaved = false;
  }

  #keep(session: StoredSession, token: Credential | 'none'): Kept {
    const ending = new Ending();
    const principal = 'tokenHash' in session.of ? (token as Credential).principal : memberOf(session.id, session.of);
    const tokenExpiresAt = token === 'none' ? undefined : token.expiresAt;
    const expiresAt = Math.min(session.expiresAt, tokenExpiresAt ?? Infinity);
    const credential = Object.freeze({ principal, ending, expiresAt, tokenExpiresAt });
    const leave = token === 'none' ? () => {} : token.ending.watch(() => ending.end());
    const kept = { session, credential, leave, seenAt: session.seenAt, isSaved: true };
    this.#byHash.set(session.hash, kept);
    return kept;
  }
}

function ownerOf(of: StoredSession['of']): string {
  return 'tokenHash' in of ? of.tokenHash : of.actor;
}

function memberOf(id: string, { actor, scope, reach }: Member): Principal {
  return Object.freeze({ actor, tokenId: `session:${id}`, scope, reach });
}

/**
 * What a page must send along with each change, beside the cookie: it follows from the secret, so that whoever cannot read that
 * cannot make it up, and nothing more has to be kept.
 */
export function csrfOf(secret: string): string {
  return createHmac('sha256', secret).update('nbox-csrf').digest('base64url');
}

export function isCsrfOf(secret: string, given: string): boolean {
  return sameHash(hashSecret(given), hashSecret(csrfOf(secret)));
}
