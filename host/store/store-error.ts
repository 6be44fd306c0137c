/** What a database says when it fails, as an error of nbox's own. */

import { type ErrorCode, isNboxError, NboxError } from '../../guards/errors.ts';

/**
 * Refusals stay what they are.
 * @param what could not be done, in words
 */
export function storeError(error: unknown, code: ErrorCode, what: string): NboxError {
  if (isNboxError(error) && error.code !== 'internal_error') return error;
  return new NboxError(code, { detail: `${what}: ${error instanceof Error ? error.message : String(error)}`, cause: error });
}
