/** A session as it is stored: what a browser shows in place of a token. */

import type { Actor } from './principal.ts';
import type { Reach } from './reach.ts';
import type { Scope } from './scope.ts';

/** Of the admin port; the traffic's keeps it from plugins, since to browsers all ports of a machine are one place. */
export const sessionCookie = 'nbox_session';
/** The same of a login that is under way. */
export const flowCookie = 'nbox_login';

/** Of somebody whom an identity provider has named. */
export interface Member {
  readonly actor: Actor;
  readonly scope: Scope;
  readonly reach: Reach;
}

export interface StoredSession {
  readonly id: string;
  /** SHA-256 of its secret, in hex. */
  readonly hash: string;
  /** Of the token that it was opened with, and ends with; or who it is of. */
  readonly of: { readonly tokenHash: string } | Member;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  /** Exact to a minute. */
  readonly seenAt: number;
  /** However much it is used. */
  readonly expiresAt: number;
}
