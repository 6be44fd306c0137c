/** What somebody is let in by: who that is, and until when. */

import type { Ending } from './ending.ts';
import type { Principal } from './principal.ts';

export interface Credential {
  readonly principal: Principal;
  /** Of the token or the session, whichever was shown: a session ends with its token. */
  readonly ending: Ending;
  /** Milliseconds since the epoch; `undefined`: it has no end of its own. */
  readonly expiresAt: number | undefined;
  /** The same of the token, also where a session was shown that is over sooner. */
  readonly tokenExpiresAt: number | undefined;
}

/** What a secret leads to. */
export type Found = Credential | 'unknown' | 'expired';
