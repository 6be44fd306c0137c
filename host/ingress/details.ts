/** The details mode: who sends a token along with a call that reaches the plugin reads its failure as its author does. */

import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';
import type { Principal } from '../access/principal.ts';
import { covers } from '../access/reach.ts';
import { GuessBudget } from './guess-budget.ts';

/** The token and nothing else. Not `authorization`, which is the plugin's. It goes no further than the host. */
export const detailsHeader = 'nbox-details';

/** The traffic port is open to everyone: tokens that people have thought up must not be guessed there. */
const guesses = { perAddress: 10, inAll: 100 };

/**
 * @returns whether the caller may read all of a failure
 * @throws NboxError `details_refused`, `too_many_guesses`
 */
export type Details = (req: Pick<IncomingMessage, 'headers' | 'socket'>, plugin: string) => boolean;

/**
 * @param find whose a token is; whatever its scope, it may read
 * @param now milliseconds of any clock
 */
export function detailsMode(find: (token: string) => Principal | undefined, now: () => number): Details {
  const budget = new GuessBudget(guesses, now);
  return ({ headers, socket }, plugin) => {
    const token = headers[detailsHeader];
    if (token === undefined) return false;
    const address = socket.remoteAddress ?? '';
    const retryAfterS = budget.wait(address);
    // Before it is compared: an answer would tell whether a guess was right.
    if (retryAfterS > 0) throw new NboxError('too_many_guesses', { detail: `Too many wrong tokens in ${detailsHeader}`, retryAfterS });
    const principal = find(token as string);
    if (principal === undefined) {
      budget.note(address);
      throw new NboxError('details_refused', `What ${detailsHeader} has is no token of this host`);
    }
    if (covers(principal.reach, plugin)) return true;
    throw new NboxError('details_refused', `The token in ${detailsHeader} reaches ${principal.reach}, and not this plugin`);
  };
}
