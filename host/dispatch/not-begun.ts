/** Failures that tell nothing of a release: no executor had the time to begin the call. It may be tried again, whatever it does. */

import { isNboxError } from '../../guards/errors.ts';
import { CallError } from './dispatch.ts';

export function isNotBegun(error: unknown): boolean {
  if (isNboxError(error, 'overloaded') || isNboxError(error, 'budget_exceeded')) return true;
  // It was taken, and then waited until its deadline.
  return error instanceof CallError && error.code === 'deadline_exceeded' && error.spent.executor === 0;
}
