/** What a change expects to be live: it is made only to what its author has seen. */

import { NboxError } from '../../guards/errors.ts';

/**
 * @param live the deployment's number; 0 where none is live
 * @param expected the one that must be; 0: none may be; `undefined`: whatever is
 * @throws NboxError `precondition_failed`
 */
export function checkExpected(live: number, expected: number | undefined): void {
  if (expected === undefined || expected === live) return;
  const asked = expected === 0 ? 'The plugin was not to be deployed' : `Deployment ${expected} was to be live`;
  const is = live === 0 ? 'it is not deployed' : `deployment ${live} is`;
  throw new NboxError('precondition_failed', `${asked}, but ${is}: someone else has changed it`);
}
