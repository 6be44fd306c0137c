/** A token as it is listed and stored: never with its secret. */

import type { Actor } from './principal.ts';
import type { Reach } from './reach.ts';
import type { Scope } from './scope.ts';

/** As somebody asks for it. */
export interface TokenTerms {
  /** What its holder is called wherever it is told who did something. Of no two tokens. */
  readonly name: string;
  readonly scope: Scope;
  readonly reach: Reach;
  /** Milliseconds since the epoch, as all times here; `undefined`: never. */
  readonly expiresAt: number | undefined;
}

export interface AccessToken extends TokenTerms {
  readonly id: string;
  readonly createdAt: number;
  readonly createdBy: Actor;
  /** Exact to a minute; `undefined`: not yet. */
  readonly usedAt: number | undefined;
}

export interface StoredToken extends AccessToken {
  /** SHA-256 in hex. */
  readonly hash: string;
}

/** Each is in the host's memory. */
export const mostTokens = 1_000;
