/** How a call ended, where its client may have left meanwhile. */

import { type ErrorCode, isNboxError } from '../../guards/errors.ts';
import type { Outcome } from '../meter/usage.ts';

/**
 * What may come of the client's leaving itself: its request breaks off, also under a plugin that reads it. All else would have ended the call
 * with its client there as well: who wonders what takes the processors must find the guard that has tripped, and not a client's patience.
 */
const ofLeaving: ReadonlySet<ErrorCode> = new Set(['bad_request', 'plugin_error']);

/** @param error what ended the call, if anything did; a stranger's is the host's failure */
export function endingOf(error: unknown, isAborted: boolean): Outcome {
  if (error === undefined) return isAborted ? 'aborted' : 'ok';
  const code = isNboxError(error) ? error.code : 'internal_error';
  return isAborted && ofLeaving.has(code) ? 'aborted' : code;
}
