/** Who is let in: by a token in the authorization header, or by a session's cookie. */

import { NboxError } from '../../guards/errors.ts';
import type { Credential, Found } from './credential.ts';
import type { LockOut } from './lock-out.ts';
import { isMadeForm } from './secret.ts';
import type { Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';

export interface EntranceParts {
  readonly tokens: Pick<Tokens, 'find'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly lockOut: Pick<LockOut, 'waitS' | 'note'>;
}

export interface Shown {
  readonly authorization: string | undefined;
  /** The session's secret. */
  readonly cookie: string | undefined;
  readonly address: string;
}

export interface Entered {
  readonly credential: Credential;
  /** The session's secret; `undefined` where it was a token. */
  readonly session: string | undefined;
}

const longest = 512;

export class Entrance {
  readonly #parts: EntranceParts;

  constructor(parts: EntranceParts) {
    this.#parts = parts;
  }

  /** A token goes before a cookie: it was sent on purpose. @throws NboxError `unauthorized`, `too_many_guesses` */
  enter({ authorization, cookie, address }: Shown): Entered {
    if (authorization !== undefined) {
      const given = /^Bearer (.+)$/i.exec(authorization)?.[1];
      if (given === undefined) throw new NboxError('unauthorized', 'Send a token as "authorization: Bearer <token>"');
      return { credential: this.token(given, address), session: undefined };
    }
    if (cookie === undefined) throw new NboxError('unauthorized', 'Send a token as "authorization: Bearer <token>", or open a session');
    const found = this.#parts.sessions.find(cookie);
    // No guess: a session's secret has 256 bits, and pages go on asking when it is over.
    if (typeof found === 'string') throw new NboxError('unauthorized', 'The session is over: open another one');
    return { credential: found, session: cookie };
  }

  /**
   * Whoever has been wrong too often waits, and nothing that he sends meanwhile is looked at, right or wrong. Tokens that a host
   * has made are: with their 256 bits nobody guesses them, so that no one who shares an address with somebody who tries is
   * locked out with him.
   * @throws NboxError `unauthorized`, `too_many_guesses`
   */
  token(text: string, address: string): Credential {
    const { tokens, lockOut } = this.#parts;
    const waitS = lockOut.waitS(address);
    if (waitS > 0 && !isMadeForm(text)) throw tooMany(waitS);
    const found: Found = text.length > longest ? 'unknown' : tokens.find(text);
    if (found === 'expired') throw new NboxError('unauthorized', 'The token has expired');
    if (found !== 'unknown') return found;
    lockOut.note(address);
    if (waitS > 0) throw tooMany(lockOut.waitS(address));
    throw new NboxError('unauthorized', 'This is not a token of this host');
  }
}

function tooMany(retryAfterS: number): NboxError {
  return new NboxError('too_many_guesses', {
    detail: `Too many wrong tokens came from this address: wait for ${retryAfterS} s`,
    retryAfterS,
  });
}
